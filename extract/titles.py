"""The year that the titles of a document name, for figures that nothing nearer ties to a time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache

from crawler.document import Block, Document
from extract.facts import Period
from extract.lexicon import compiled, vocabulary
from extract.periods import financial_year, find_periods, label_of

TITLE = 140  # characters of a line at the top that may be a title
OPENING = 3000  # characters in which a monthly report says which month it is about
MONTHLY = re.compile(r"\b(?:month \d|M\d|Q\d|quarter \d|year[- ]to[- ]date)", re.IGNORECASE)


def years_of_titles(document: Document | None, text: str, blocks: Sequence[Block]) -> tuple[str | None, str | None]:
    """The year that a report's title names, and the one that the first title names whatever the document is."""
    titles = _titles(document, text, blocks)
    return _report_year(document, titles, text[:OPENING]), _title_year(titles[0]) if titles else None


def _titles(document: Document | None, text: str, blocks: Sequence[Block]) -> list[str]:
    titles = [document.title] if document is not None and document.title else []
    titles += [text[b.start : b.end] for b in blocks[:8] if b.kind == "heading"]
    opening = [
        line.strip("*_ ") for b in blocks[:3] if b.kind == "paragraph" for line in text[b.start : b.end].split("\n")
    ]
    opening = [line for line in opening if line and len(line) <= TITLE]
    return titles + [one for one in opening if one[-1] not in ".:?!" or _cue("report_title").search(one)]


@cache
def _cue(name: str) -> re.Pattern[str]:
    return compiled(vocabulary("periods")[name])


def _title_year(title: str) -> str | None:
    """The one year that a title names."""
    named = {_year_in_title(title, p) for p in find_periods(title) if p.label and p.kind != "relative"}
    years = {label for label in named if label and "/" in label}
    return (years or named).pop() if len(named) == 1 or len(years) == 1 else None


def _year_in_title(title: str, period: Period) -> str | None:
    if period.kind == "month" and period.first is not None and _cue("year_of").search(title[: period.start]):
        return label_of(financial_year(period.first))
    return period.label


def _report_year(document: Document | None, titles: Sequence[str], opening: str) -> str | None:
    """The financial year that a report's title names; a monthly report without it is of the year it came out in."""
    if (label := _year_for_all(opening)) and "/" in label:
        return label
    for title in titles:
        if (label := _title_year(title)) and _cue("report_title").search(title):
            return label
    if document is None or not document.published:
        return None
    reports = [title for title in titles if _cue("report_title").search(title)]
    if reports and MONTHLY.search(" ".join((*reports, opening))):
        return label_of(financial_year(date.fromisoformat(document.published[:10]) - timedelta(days=45)))
    return None


def _year_for_all(opening: str) -> str | None:
    """The year that a sentence states for all that follows."""
    lower, words = opening.lower(), vocabulary("periods")
    nouns = [noun for noun in words["stated_nouns"] if noun in lower]
    if not any(f"{noun} {verb}" in lower for noun in nouns for verb in words["stated_verbs"]):
        return None
    stated = _cue("stated_for_all").search(opening)
    return _title_year(stated.group()) if stated else None
