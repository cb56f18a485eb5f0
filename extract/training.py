"""Fits the models of counts, period, kind, status and subject: ``python -m extract.training GOLD_FOLDER...``.

Learns from gold folders (documents with their facts) and from ``data/samples`` (the project's own marked-up
documents), and writes ``data/model.json``, ``network.npz``, ``subjects.json``, ``subjects.npz``, ``tallies.json``,
and ``ties.json``.
Needs scikit-learn, which the package does not need at run time.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from breakeven_errors import BreakevenError, UsageError
from extract.dating import WEIGHTS as TIES
from extract.examples import Example, Labelled, example, load_documents, load_samples
from extract.index import UNKNOWN, GrowingIndex, Index, Templates, strengths, templates
from extract.kinds import MODEL
from extract.network import ones
from extract.network import save as save_network
from extract.pipeline import build
from extract.register import load as load_register
from extract.subjects import NETWORK, WEIGHTS
from extract.tallies import WEIGHTS as TALLIES
from extract.training_counts import cases_of as counts_of
from extract.training_counts import fit as fit_counts
from extract.training_network import fit as fit_network
from extract.training_periods import cases_of as periods_of
from extract.training_periods import date
from extract.training_periods import fit as fit_periods
from extract.training_rows import LEAST, Row, documents_of, labelled, worth
from extract.training_subjects import cases_of, scene_of
from extract.training_subjects import fit as fit_subjects

STRENGTH = {"kind": 1.0, "status": 0.5}  # C of scikit-learn: the smaller, the more the weights are held down
LIGHTEST = 0.02  # a feature whose weights are all smaller is left out
Stored = dict[str, Any]
READING = ("layout", "figures", "periods", "organisations")  # what comes before the kinds


def fit(rows: Sequence[Row], index: Index, strength: float) -> dict[str, Any]:
    """A multinomial logistic model in its stored form."""
    matrix = ones([features for _, features, _ in rows], len(index.names))
    kept = np.flatnonzero(documents_of([one.group for one, _, _ in rows], matrix) >= LEAST)
    matrix = matrix[:, kept] @ sparse.diags(strengths(index)[kept])
    model = LogisticRegression(C=strength, max_iter=300, tol=1e-3, fit_intercept=False)
    with threadpool_limits(1):  # the matrices are small: threads only wait for each other
        model.fit(matrix, [name for _, _, name in rows], sample_weight=worth(rows))
    pairs = zip(kept, np.round(model.coef_.T.astype(float), 3), strict=True)
    features = {index.names[row]: weights.tolist() for row, weights in pairs if np.any(abs(weights) >= LIGHTEST)}
    return {"classes": model.classes_.tolist(), "features": dict(sorted(features.items()))}


def fit_all(found: Sequence[Example], index: Index) -> Stored:
    """The models of kind and status."""
    to = templates(index)
    kinds = [(one, one.seen.features[i], kind) for one, i, kind, _ in labelled(found)]
    statuses = [
        (one, [*one.seen.features[i], *_kind_rows(kind, one.seen.around.figures[i].unit, to)], status)
        for one, i, kind, status in labelled(found)
    ]
    return {
        "kind": fit(kinds, index, STRENGTH["kind"]),
        "status": fit(statuses, index, STRENGTH["status"]),
    }


def _kind_rows(kind: str, unit: str, to: Templates) -> list[int]:
    """The rows that tell the status model of the kind."""
    return [to.kind.get(kind, UNKNOWN), to.kind_unit.get((kind, unit), UNKNOWN)]


def folds(found: Sequence[Labelled], number: int) -> Iterator[tuple[list[Labelled], list[Labelled]]]:
    """Documents to learn from and documents left out; stories stay together, and folds are of like size."""
    stories: dict[str, list[Labelled]] = {}
    for one in found:
        stories.setdefault(one.group, []).append(one)
    parts: list[list[Labelled]] = [[] for _ in range(number)]
    for story in sorted(stories.values(), key=lambda story: -sum(len(one.truth) for one in story)):
        min(parts, key=lambda part: sum(len(one.truth) for one in part)).extend(story)
    for part in parts:
        left = {id(one) for one in part}
        yield [one for one in found if id(one) not in left], part


def main(folders: Sequence[str]) -> int:
    """Fits on all the folders and writes the model files."""
    try:
        if not folders:
            raise UsageError("python -m extract.training: name at least one folder of gold documents")
        nlp, register = build(READING), load_register()
        documents = [one for folder in folders for one in load_documents(Path(folder), nlp)]
        samples = load_samples(nlp)
    except BreakevenError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    found = documents + samples
    ties = fit_periods([case for one in found for case in periods_of(one)])
    for one in found:
        date(one, ties)
    index = GrowingIndex()
    examples = [example(one, templates(index)) for one in found]
    stored: Stored = fit_all(examples, index)
    save_network(fit_network(examples, index))
    write({**json.loads(MODEL.read_text(encoding="utf-8")), **stored})
    weights, network = fit_subjects([case for one in found for case in cases_of(one, scene_of(one, register))])
    save_network(network, NETWORK)
    tallies = fit_counts([case for one in found for case in counts_of(one)])
    for path, fitted in ((WEIGHTS, weights), (TALLIES, tallies), (TIES, ties)):
        path.write_text(json.dumps(fitted, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    counts = [sum(len(one.truth) for one in part) for part in (documents, samples)]
    print(f"learnt from {counts[0]} figures of gold documents and {counts[1]} of samples")
    return 0


def write(stored: Stored) -> None:
    """Writes the model file, a feature a line, so that changes can be read."""
    MODEL.write_text(json.dumps(stored, separators=(",", ":")).replace('],"', '],\n"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
