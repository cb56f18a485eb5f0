"""Fits the models of kind, status and confidence: ``python -m extract.training GOLD_FOLDER...``.

Learns from gold folders (documents with their facts) and from ``data/samples.txt`` (sentences of the project's
own), and writes ``data/model.json``. Needs scikit-learn, which the package does not need at run time.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from breakeven_errors import BreakevenError, UsageError
from extract.examples import Example, Labelled, examples, load_documents, load_samples
from extract.kinds import MODEL, Model, model_of
from extract.pipeline import build

STRENGTH = {"kind": 0.1, "status": 0.1}  # C of scikit-learn: the smaller, the more the weights are held down
LEAST = 2  # groups in which a feature must stand
FOLDS = 10
READING = ("layout", "figures", "periods", "organisations")  # what comes before the kinds


def fit(found: Sequence[Example], target: str) -> dict[str, Any]:
    """A multinomial logistic model of ``kind`` or ``status`` in its stored form."""
    rows = _kept([one.features | (one.told() if target == "status" else {}) for one in found], found)
    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform(rows)
    sizes = Counter(one.group for one in found)
    worth = np.array([sizes[one.group] ** -0.5 for one in found])  # so that one long paper does not rule
    model = LogisticRegression(C=STRENGTH[target], max_iter=1000, fit_intercept=False)
    model.fit(matrix, [getattr(one, target) for one in found], sample_weight=worth * len(found) / worth.sum())
    pairs = zip(vectorizer.feature_names_, np.round(model.coef_.T, 3), strict=True)
    features = {name: row.tolist() for name, row in pairs if np.any(abs(row) >= 0.01)}
    return {"classes": model.classes_.tolist(), "features": features}


def _kept(rows: list[dict[str, float]], found: Sequence[Example]) -> list[dict[str, float]]:
    """The rows without features that stand in too few groups to be trusted."""
    groups: dict[str, set[str]] = {}
    for row, one in zip(rows, found, strict=True):
        for name in row:
            groups.setdefault(name, set()).add(one.group)
    return [{name: value for name, value in row.items() if len(groups[name]) >= LEAST} for row in rows]


def fit_both(found: Sequence[Example]) -> dict[str, Model]:
    """The models of kind and status, ready to use."""
    return {target: model_of(fit(found, target)) for target in STRENGTH}


def folds(documents: Sequence[Labelled], number: int = FOLDS) -> Iterator[tuple[list[Labelled], list[Labelled]]]:
    """Documents to learn from and documents left out; stories stay together, and folds are of like size."""
    stories: dict[str, list[Labelled]] = {}
    for one in documents:
        stories.setdefault(one.group, []).append(one)
    parts: list[list[Labelled]] = [[] for _ in range(number)]
    for story in sorted(stories.values(), key=lambda story: -sum(len(one.truth) for one in story)):
        min(parts, key=lambda part: sum(len(one.truth) for one in part)).extend(story)
    for part in parts:
        names = {one.name for one in part}
        yield [one for one in documents if one.name not in names], part


def main(folders: Sequence[str]) -> int:
    """Fits on all the folders and writes the model file."""
    try:
        if not folders:
            raise UsageError("python -m extract.training: name at least one folder of gold documents")
        nlp = build(READING)
        documents = [one for folder in folders for one in load_documents(Path(folder), nlp)]
        samples = load_samples(nlp)
    except BreakevenError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    stored: dict[str, Any] = {target: fit(examples(documents) + samples, target) for target in STRENGTH}
    stored["confidence"] = {"bias": 0.0, "kind": 0.5, "subject": 0.5}
    MODEL.write_text(json.dumps(stored, separators=(",", ":")).replace('],"', '],\n"') + "\n", encoding="utf-8")
    print(f"{MODEL.name}: {sum(len(one.truth) for one in documents)} gold figures, {len(samples)} sample figures")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
