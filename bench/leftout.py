"""How good the models are on the project's own marked-up samples that they were not fitted to.

    python bench/leftout.py GOLD_FOLDER...

Leaves out a tenth of all documents at a time and fits on the rest. One row for each file of ``extract/data/samples``,
one for the gold documents, and then how well counts of posts are told, by the rules alone and with the model.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from crossval import FOLDS, Entry, date_left_out, entry_of, fit, same

from extract import subjects, tallies
from extract.choice import Chooser
from extract.examples import LABELS, load_documents, load_samples
from extract.index import GrowingIndex, templates
from extract.kinds import Models, label_described
from extract.pipeline import build
from extract.register import load as load_register
from extract.training import READING, folds
from extract.training_counts import Case
from extract.training_counts import cases_of as counts_of
from extract.training_counts import fit as fit_counts


def parts(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Ten parts of like size; stories stay together."""
    known = {id(entry.labelled): entry for entry in entries}
    return [[known[id(one)] for one in left] for _, left in folds([entry.labelled for entry in entries], FOLDS)]


def agreed(entry: Entry, by: Models, whose: Chooser) -> Counter[str]:
    """Of a document: how many figures have each label, and how many of these the models agree with."""
    found: Counter[str] = Counter()
    labels = label_described(entry.example.seen, by)
    figures = entry.labelled.doc._.figures
    bodies = subjects.subjects_of(figures, [label.kind for label in labels], entry.scene, whose)
    for index, truth in entry.labelled.truth.items():
        label, (body, _) = labels[index], bodies[index]
        period = entry.labelled.doc._.spans[index][0]
        ours = {"kind": label.kind, "status": label.status, "organisation": body, "period": period}
        for name in LABELS:
            if name in truth:
                found[name] += 1
                found[name, "right"] += ours[name] == truth[name]  # type: ignore[index]
    return found


def source_of(entry: Entry, samples: set[str]) -> str:
    """The sample file that a document comes from, or ``gold``."""
    stem = entry.labelled.name.rsplit("-", 1)[0]
    return stem if stem in samples else "gold"


def counted(cases: Sequence[Case], judge: Callable[[Case], bool]) -> str:
    """Precision and recall of counts."""
    taken = [case.right for case in cases if judge(case)]
    right = sum(taken)
    return f"precision {right / len(taken):.3f}, recall {right / sum(case.right for case in cases):.3f}"


def main() -> int:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    options = parser.parse_args()
    nlp, register, index = build(READING), load_register(), GrowingIndex()
    documents = [one for folder in options.folders for one in load_documents(folder, nlp)]
    samples = load_samples(nlp)
    stems = {one.name.rsplit("-", 1)[0] for one in samples}
    to = templates(index)
    date_left_out([*documents, *samples])
    entries = [entry_of(one, register, to) for one in [*documents, *samples]]
    rows: dict[str, Counter[str]] = {}
    cases: dict[str, list[tuple[Case, bool]]] = {}
    for part in parts(entries):
        left = {id(entry) for entry in part}
        learnt = [entry for entry in entries if id(entry) not in left]
        by, whose = fit(learnt, index, same, True)
        tally = fit_counts([case for entry in learnt for case in counts_of(entry.labelled)])
        for entry in part:
            source = source_of(entry, stems)
            rows.setdefault(source, Counter()).update(agreed(entry, by, whose))
            for case in counts_of(entry.labelled):
                taken = tallies.counts_posts(case.tally, tally)
                cases.setdefault("gold" if source == "gold" else "samples", []).append((case, taken))
    print(f"| documents | figures | {' | '.join(LABELS)} |")
    for source, row in sorted(rows.items()):
        shares = [f"{row[name, 'right'] / row[name]:.3f}" if row[name] else "" for name in LABELS]  # type: ignore[index]
        print(f"| {source} | {row['kind']} | {' | '.join(shares)} |")
    for source, pairs in cases.items():
        model = {id(case): taken for case, taken in pairs}
        numbers = [case for case, _ in pairs]
        print(f"counts in {source}: rules {counted(numbers, lambda case: tallies.RULED in case.tally.flags)};", end=" ")
        print(f"with the model {counted(numbers, lambda case: model[id(case)])}")  # noqa: B023
    return 0


if __name__ == "__main__":
    sys.exit(main())
