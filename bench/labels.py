"""Checks marked-up samples, and scores the pipeline on them.

python bench/labels.py FILE...           what is wrong with the marks, and where the pipeline sees other figures
python bench/labels.py FILE... --score   how often the shipped pipeline agrees with the marks, field by field
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import extract
from crawler.document import Document
from extract.examples import DOCUMENT, LABELS, Mark, read_sample
from extract.pipeline import build
from extract.register import load as load_register

KINDS = ("saving", "job_cut", "deficit", "surplus", "funding", "cost", "survey", "performance", "other")
STATUSES = ("actual", "planned", "forecast", "possible")
YEAR = r"\d{4}(?:/\d\d)?"
PERIOD = re.compile(rf"{YEAR}(?:-(?:{YEAR})?)?|-{YEAR}")


def documents(path: Path) -> Iterator[tuple[str, Document, list[Mark]]]:
    """Name, document and marks of each sample of a file."""
    found = DOCUMENT.findall(path.read_text(encoding="utf-8"))
    for number, sample in enumerate(found, start=1):
        name = f"{path.stem}-{number}"
        yield f"{name} ({sample[0] or 'undated'})", *read_sample(sample, name)


def faults(quote: str, labels: dict[str, str | None], known: set[str]) -> Iterator[str]:
    """What is wrong with one mark."""
    if labels["kind"] not in KINDS:
        yield f"{quote}: no such kind {labels['kind']}"
    if labels.get("status") not in STATUSES:
        yield f"{quote}: no such status {labels.get('status')}"
    if len(labels) != len(LABELS):
        yield f"{quote}: {len(labels)} labels, wanted kind|status|organisation|period"
    if (body := labels.get("organisation")) and body not in known:
        yield f"{quote}: {body} is not in the register"
    if (period := labels.get("period")) and not PERIOD.fullmatch(period):
        yield f"{quote}: {period} is not a period"


def check(paths: list[Path]) -> None:
    """Prints the faults of the marks."""
    nlp, known = build(), set(load_register().organisations)
    total = 0
    for path in paths:
        for name, document, marks in documents(path):
            total += len(marks)
            text = document.text
            said = [one for a, b, labels in marks for one in faults(text[a:b], labels, known)]
            figures = [(one.start, one.end) for one in extract.read(nlp, document).facts]
            said += [f"{text[a:b]}: marked, no figure found" for a, b, _ in marks if not _meet(a, b, figures)]
            places = [(a, b) for a, b, _ in marks]
            said += [
                f"{text[a:b]!r} in {text[max(0, a - 60) : b + 30]!r}: found, not marked"
                for a, b in figures
                if not _meet(a, b, places)
            ]
            print(*(f"{name}: {one}" for one in said), sep="\n", end="\n" if said else "")
    print(f"{total} marks")


def _meet(start: int, end: int, others: list[tuple[int, int]]) -> bool:
    return any(start < b and a < end for a, b in others)


def score(paths: list[Path]) -> None:
    """Prints the share of marks that the pipeline agrees with."""
    nlp = build()
    for path in paths:
        right, marked, found = Counter[str](), 0, 0
        for _, document, marks in documents(path):
            facts = extract.read(nlp, document).facts
            marked, found = marked + len(marks), found + len(facts)
            for start, end, labels in marks:
                fact = next((one for one in facts if start < one.end and one.start < end), None)
                agree = {name for name in LABELS if fact and getattr(fact, name) == labels.get(name)}
                right.update(agree | {"figure"} if fact else ())
                right["fact"] += {"kind", "organisation"} <= agree
                right["full"] += len(agree) == len(LABELS)
        shares = ", ".join(f"{name} {right[name] / right['figure']:.3f}" for name in LABELS)
        ends = ", ".join(f"{name} F1 {2 * right[name] / (marked + found):.3f}" for name in ("figure", "fact", "full"))
        print(f"{path.stem}: {marked} marks, {shares}, {ends}")


def main() -> int:
    """Checks or scores."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--score", action="store_true")
    options = parser.parse_args()
    (score if options.score else check)(options.files)
    return 0


if __name__ == "__main__":
    sys.exit(main())
