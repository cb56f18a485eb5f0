"""Labelled figures to learn from: gold folders, and the project's own marked-up samples in ``data/samples``."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from breakeven_errors import UsageError
from crawler.document import Document
from crawler.readers import read as read_input
from extract import scoring
from extract.index import Templates
from extract.kinds import Described, describe_figures
from extract.pipeline import surroundings

SAMPLES = Path(__file__).parent / "data" / "samples"
TYPICAL = {"short", "mixed", "parallel", "similar"}  # the samples that are most like the gold documents
MARK = re.compile(r"\{([^{}|]+)\|([^{}]+)\}")  # {quote|kind|status}, or {quote|kind|status|organisation|period}
DOCUMENT = re.compile(r"^@(\d{4}-\d\d-\d\d)?\n(.+?)(?=^@|\Z)", re.MULTILINE | re.DOTALL)
MARKDOWN = re.compile(r"^#|^\|.*\|$|\*\*\w", re.MULTILINE)
LABELS = ("kind", "status", "organisation", "period")
Mark = tuple[int, int, dict[str, Any]]  # start, end, labels


@dataclass(slots=True)
class Example:
    """The figures of one document, described, with (kind, status) of those that are labelled.

    ``group`` keeps documents that tell one story together; ``typical`` ones count more.
    """

    group: str
    seen: Described
    gold: dict[int, tuple[str, str]]
    typical: bool = True


@dataclass(slots=True)
class Labelled:
    """A document read up to its figures, with its gold facts; ``truth`` maps a figure's index to its gold fact.

    ``marks`` are the places of all its facts, those of gold documents only as far as the pipeline finds them.
    ``typical`` are the gold documents and what is most like them.
    """

    name: str
    group: str
    doc: Doc
    gold: scoring.GoldDocument
    truth: dict[int, dict[str, Any]] = field(default_factory=dict)
    marks: list[tuple[int, int]] = field(default_factory=list)
    typical: bool = True


def load_documents(folder: Path, nlp: Language) -> list[Labelled]:
    """The gold documents of a folder, read as ``breakeven add`` reads them, without kinds and subjects."""
    found: list[Labelled] = []
    for gold in scoring.read_gold(folder):
        path = next((one for one in sorted(folder.glob(f"{gold.name}.*")) if one.suffix != ".json"), None)
        if path is None:
            raise UsageError(
                f"{folder / gold.name}: a gold file without its text; put NAME.txt, .md or .html beside it"
            )
        document = read_input(path.read_bytes(), name=str(path))
        group = next((other.group for other in found if _same_story(gold, other.gold)), gold.name)
        found.append(_labelled(document, gold, nlp, group))
    return found


def _same_story(one: scoring.GoldDocument, other: scoring.GoldDocument) -> bool:
    """Whether two documents tell of one body, or share four figures and two fifths of the shorter one's."""
    bodies = _main_body(one), _main_body(other)
    if bodies[0] and bodies[0] == bodies[1]:
        return True
    mine, theirs = ({(fact["unit"], fact["low"]) for fact in gold.facts} for gold in (one, other))
    return len(mine & theirs) * 5 >= max(20, 2 * min(len(mine), len(theirs)))


def _main_body(gold: scoring.GoldDocument) -> str | None:
    counts = Counter(fact["organisation"] for fact in gold.facts if fact["organisation"])
    body, count = counts.most_common(1)[0] if counts else (None, 0)
    return body if count * 3 >= len(gold.facts) else None


def _labelled(document: Document, gold: scoring.GoldDocument, nlp: Language, group: str) -> Labelled:
    doc = nlp.make_doc(document.text)
    doc._.source = document
    nlp(doc)
    labelled = Labelled(gold.name, group, doc, gold)
    outcome = scoring.compare(gold, [_row(doc, index) for index in range(len(doc._.figures))], document.text)
    labelled.truth = {ours["index"]: dict(theirs) for ours, theirs in outcome.pairs}
    labelled.marks = [(ours["start"], ours["end"]) for ours, _ in outcome.pairs]
    return labelled


def _row(doc: Doc, index: int) -> dict[str, Any]:
    figure = doc._.figures[index]
    return {
        "index": index,
        "quote": doc.text[figure.start : figure.end],
        "sentence": doc.text[figure.sentence[0] : figure.sentence[1]],
        "start": figure.start,
        "end": figure.end,
        "unit": figure.unit,
        "low": figure.low,
        "high": figure.high,
        "qualifier": figure.qualifier,
        "period": doc._.spans[index][0],
    }


def load_samples(nlp: Language, folder: Path = SAMPLES) -> list[Labelled]:
    """The marked-up documents of a folder's text files; a mark that holds no figure for the pipeline is left out."""
    paths = sorted(folder.glob("*.txt"))
    if not paths:
        raise UsageError(f"{folder}: no samples are there; train in a checkout of the project, which has them")
    return [
        _marked(document, f"{path.stem}-{number}", nlp)
        for path in paths
        for number, document in enumerate(DOCUMENT.findall(path.read_text(encoding="utf-8")), start=1)
    ]


def _marked(found: tuple[str, str], name: str, nlp: Language) -> Labelled:
    document, marks = read_sample(found, name)
    doc = nlp.make_doc(document.text)
    doc._.source = document
    nlp(doc)
    truth = {}
    for index, figure in enumerate(doc._.figures):
        for start, end, labels in marks:
            if start < figure.end and figure.start < end:
                truth[index] = labels
    source = name.split("-", maxsplit=1)[0]
    return Labelled(
        name,
        name,
        doc,
        scoring.GoldDocument(name, [], None, document.text),
        truth,
        [mark[:2] for mark in marks],
        typical=source in TYPICAL,
    )


def read_sample(found: tuple[str, str], name: str) -> tuple[Document, list[Mark]]:
    """A sample's document and its marks, from what ``DOCUMENT`` found: day of publication and marked-up text."""
    published, marked = found
    plain, marks = unmark(marked)
    ending = "md" if MARKDOWN.search(plain) else "txt"
    document = read_input(plain.encode(), name=f"{name}.{ending}")
    document.published = published or document.published
    return document, marks


def unmark(marked: str) -> tuple[str, list[Mark]]:
    """The text without its marks, and of each mark: start, end, labels."""
    plain, marks, place = "", [], 0
    for match in MARK.finditer(marked):
        plain += marked[place : match.start()]
        labels = dict(zip(LABELS, match[2].split("|"), strict=False))
        marks.append((len(plain), len(plain) + len(match[1]), {k: None if v == "-" else v for k, v in labels.items()}))
        plain += match[1]
        place = match.end()
    return plain + marked[place:], marks


def example(one: Labelled, to: Templates) -> Example:
    """A labelled document as an example, its figures described."""
    gold = {index: (fact["kind"], fact["status"]) for index, fact in one.truth.items()}
    return Example(one.group, describe_figures(surroundings(one.doc), to), gold, one.typical)
