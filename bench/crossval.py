"""How good the pipeline is on documents that it was not fitted to, and what each part adds.

    python bench/crossval.py GOLD_FOLDER... [--calibrate] [--ablate [PART ...]]

Leaves out documents fold by fold, stories together; models of period, kind, status and subject are fitted on the rest.
``--calibrate`` fits the curve of confidence on the left-out facts and writes it into ``data/model.json``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from extract import scene as scenes
from extract import scoring, subjects
from extract.choice import Chooser, chooser
from extract.confidence import traits
from extract.examples import Example, Labelled, example, load_documents, load_samples
from extract.index import GrowingIndex, Index, Templates, templates
from extract.kinds import MODEL, Described, Label, Models, label_described, models_of
from extract.organisations import named
from extract.pipeline import build, fact
from extract.register import Register
from extract.register import load as load_register
from extract.training import READING, fit_all, folds, write
from extract.training_choice import Case
from extract.training_network import fit as fit_network
from extract.training_periods import cases_of as periods_of
from extract.training_periods import date
from extract.training_periods import fit as fit_periods
from extract.training_subjects import cases_of, scene_of
from extract.training_subjects import fit as fit_subjects

FOLDS = 10
BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0)
IN_SIGHT = {"short", "parallel", "similar"}  # samples by writers who had gold documents in sight
Change = Callable[[Described], Described]
CUES = ("zone", "within", "clause", "rank", "chain", "quote", "earlier", "heading", "lead")
PARTS = {  # features by the beginnings of their names
    "cues": (*CUES, "attached0", "attached1", "attached ", "column ", "row ", "caption", "table"),
    "attached words": ("attached",),
    "the very words": ("word", "pair", "two", "attached_word", "attached_pair"),
    "words wherever they stand": ("bag", "two"),
    "labels of tables": ("told",),
}


@dataclass(slots=True)
class Guess:
    """One fact as found, with what its confidence is worked out from."""

    row: dict[str, Any]
    label: Label
    subject_sure: float
    traits: dict[str, float]
    right: bool = False


@dataclass(slots=True)
class Entry:
    """A gold document, ready to be learnt from and judged."""

    labelled: Labelled
    example: Example
    scene: scenes.Scene
    cases: list[Case]


def entry_of(labelled: Labelled, register: Register, to: Templates) -> Entry:
    """Describes a document once for all folds."""
    scene = scene_of(labelled, register)
    return Entry(labelled, example(labelled, to), scene, cases_of(labelled, scene))


def date_left_out(documents: Sequence[Labelled], samples: Sequence[Labelled] = ()) -> None:
    """Dates the figures of each document by weights that its story had no part in."""
    cases = {id(one): periods_of(one) for one in (*documents, *samples)}
    for learnt, left in folds(documents, FOLDS):
        weight = fit_periods([case for one in (*learnt, *samples) for case in cases[id(one)]])
        for one in left:
            date(one, weight)


def judge(entry: Entry, by: Models, whose: Chooser, change: Change) -> list[Guess]:
    """The facts of a document by given models."""
    doc, guesses = entry.labelled.doc, []
    labels = label_described(change(entry.example.seen), by)
    bodies = subjects.subjects_of(doc._.figures, [label.kind for label in labels], entry.scene, whose)
    for figure, span, label, (body, sure) in zip(doc._.figures, doc._.spans, labels, bodies, strict=True):
        found = fact(doc.text, figure, span, label, (body, sure, None))
        guesses.append(Guess(asdict(found), label, sure, traits(figure, label, sure)))
    return guesses


def compare(entry: Entry, guesses: Sequence[Guess]) -> scoring.Outcome:
    """Scores a document, and notes which guesses are right."""
    doc = entry.labelled.doc
    rows = [guess.row for guess in guesses]
    mentions = subjects.settled(entry.scene, doc._.figures, [row["organisation"] for row in rows])
    outcome = scoring.compare(entry.labelled.gold, rows, doc.text, named(mentions))
    for ours, theirs in outcome.pairs:
        right = ours["kind"] == theirs["kind"] and ours["organisation"] == theirs["organisation"]
        guesses[[row is ours for row in rows].index(True)].right = right
    return outcome


def same(seen: Described) -> Described:
    """No change."""
    return seen


def without(seen: Described, index: Index, starts: tuple[str, ...]) -> Described:
    """Without the features whose names begin with one of ``starts``."""
    kept = [[row for row in rows if not index.names[row].startswith(starts)] for rows in seen.features]
    return replace(seen, features=kept)


def run(
    entries: Sequence[Entry], samples: Sequence[Entry], index: Index, change: Change = same, network: bool = True
) -> tuple[list[scoring.Outcome], list[Guess]]:
    """Outcomes and guesses of all documents, each judged by models that did not see its story."""
    described = {id(entry.labelled): entry for entry in entries}
    outcomes, guesses = [], []
    for learnt, left in folds([entry.labelled for entry in entries], FOLDS):
        known = [described[id(one)] for one in learnt]
        by, whose = fit([*known, *samples], index, change, network)
        for one in left:
            found = judge(described[id(one)], by, whose, change)
            outcomes.append(compare(described[id(one)], found))
            guesses += found
    return outcomes, guesses


def ablated(
    entries: Sequence[Entry], samples: Sequence[Entry], index: Index
) -> dict[str, Callable[[], tuple[list[scoring.Outcome], list[Guess]]]]:
    """What gives the outcomes and guesses without each part, by its name."""
    unsighted = [one for one in samples if one.labelled.name.rsplit("-", 1)[0] not in IN_SIGHT]
    changes = {name: partial(without, index=index, starts=starts) for name, starts in PARTS.items()}
    return {
        "samples": partial(run, entries, [], index),
        "samples in sight": partial(run, entries, unsighted, index),
        "network": partial(run, entries, samples, index, network=False),
        **{name: partial(run, entries, samples, index, change) for name, change in changes.items()},
    }


def fit(known: Sequence[Entry], index: Index, change: Change, network: bool) -> tuple[Models, Chooser]:
    """The models of kind and status, and that of subjects, learnt from the entries."""
    changed = [replace(one.example, seen=change(one.example.seen)) for one in known]
    stored = fit_all(changed, index)
    whose = chooser(*fit_subjects([case for one in known for case in one.cases]))
    return models_of(stored, index, fit_network(changed, index) if network else None), whose


def fitted(
    documents: Sequence[Labelled],
    others: Sequence[Labelled],
    samples: Sequence[Entry],
    register: Register,
    index: Index,
) -> list[scoring.Outcome]:
    """Outcomes of the documents by models that saw them; dates their figures anew."""
    weight = fit_periods([case for one in (*documents, *others) for case in periods_of(one)])
    for one in documents:
        date(one, weight)
    entries = [entry_of(one, register, templates(index)) for one in documents]
    by, whose = fit([*entries, *samples], index, same, True)
    return [compare(one, judge(one, by, whose, same)) for one in entries]


def line(name: str, outcomes: Sequence[scoring.Outcome]) -> str:
    """One row of the table of results."""
    result = scoring.summary(outcomes)
    shares = [result["fields"][field] for field in scoring.FIELDS]
    ends = [result[part]["f1"] for part in ("fact", "full", "organisations")]
    return f"| {name} | " + " | ".join(f"{value:.3f}" for value in (result["figure"]["f1"], *shares, *ends)) + " |"


def curve(guesses: Sequence[Guess]) -> dict[str, float]:
    """Weights of the confidence curve, fitted on left-out facts."""
    names = list(guesses[0].traits)
    matrix = np.array([[guess.traits[name] for name in names] for guess in guesses])
    model = LogisticRegression(C=1.0, fit_intercept=False, max_iter=1000)
    model.fit(matrix, [guess.right for guess in guesses])
    return dict(zip(names, (round(float(x), 4) for x in model.coef_[0]), strict=True))


def left_out_confidence(guesses: Sequence[Guess]) -> Iterator[tuple[float, bool]]:
    """Confidence of each fact by a curve that was fitted without its part of the documents, and whether it is right."""
    parts = np.array_split(np.arange(len(guesses)), FOLDS)
    for part in parts:
        inside = set(part.tolist())
        weight = curve([guess for i, guess in enumerate(guesses) if i not in inside])
        for i in part:
            score = sum(weight[name] * value for name, value in guesses[i].traits.items())
            yield float(1 / (1 + np.exp(-score))), guesses[i].right


def reliability(judged: Sequence[tuple[float, bool]]) -> Iterator[str]:
    """The reliability table, and the expected calibration error over its bins."""
    error = 0.0
    for low, high in pairwise(BINS):
        inside = [(p, right) for p, right in judged if low <= p < high or (p == high == 1.0)]
        if inside:
            stated = sum(p for p, _ in inside) / len(inside)
            held = sum(right for _, right in inside) / len(inside)
            error += abs(stated - held) * len(inside) / len(judged)
            yield f"| {low:.2f} to {high:.2f} | {len(inside)} | {stated:.3f} | {held:.3f} |"
    yield f"expected calibration error {error:.3f}"


def main() -> int:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--calibrate", action="store_true", help="write the curve of confidence into the model file")
    parser.add_argument("--ablate", nargs="*", help="leave out each part in turn, or only the named ones")
    options = parser.parse_args()
    if unknown := set(options.ablate or ()) - {"samples", "samples in sight", "network", *PARTS}:
        parser.error(f"--ablate: no such part: {', '.join(sorted(unknown))}")
    nlp, register, index = build(READING), load_register(), GrowingIndex()
    to = templates(index)
    documents = [one for folder in options.folders for one in load_documents(folder, nlp)]
    others = load_samples(nlp)
    date_left_out(documents, others)
    entries = [entry_of(one, register, to) for one in documents]
    samples = [entry_of(one, register, to) for one in others]
    outcomes, guesses = run(entries, samples, index)
    print(line("left out", outcomes), flush=True)
    print(*reliability(list(left_out_confidence(guesses))), sep="\n")
    if options.calibrate:
        write({**json.loads(MODEL.read_text(encoding="utf-8")), "confidence": curve(guesses)})
    if options.ablate is not None:
        for name, outcome in ablated(entries, samples, index).items():
            if not options.ablate or name in options.ablate:
                print(line(f"without {name}", outcome()[0]), flush=True)
    print(line("fitted", fitted(documents, others, samples, register, index)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
