"""A document as dating sees it: its figures, the times it names, and what is worked out once for all figures."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from crawler.document import Block, Document, Table
from extract.facts import Figure, Period
from extract.grid import Grid, grid_of
from extract.lexicon import compiled, vocabulary
from extract.periods import financial_year, find_periods, label_of
from extract.titles import years_of_titles


@dataclass(slots=True)
class Cues:
    """The patterns of ``data/periods.yml`` that tie figures to times."""

    books: re.Pattern[str]
    deadline: re.Pattern[str]
    ahead: re.Pattern[str]
    past: re.Pattern[str]
    part_of: re.Pattern[str]
    refers: re.Pattern[str]
    refers_strong: re.Pattern[str]
    year_of: re.Pattern[str]
    yearly: re.Pattern[str]
    change_column: re.Pattern[str]
    to_date: re.Pattern[str]
    pair_of_years: re.Pattern[str]


@dataclass(slots=True)
class Page:
    """What dating needs of a document. ``labels`` are those of the figures so far."""

    text: str
    figures: Sequence[Figure]
    periods: Sequence[Period]
    starts: list[int]
    blocks: Sequence[Block]
    grids: dict[int, Grid]
    report: str | None  # the year that a report's title names
    title: str | None  # the year that any title names
    labels: list[str | None] = field(default_factory=list)
    repeated: dict[tuple[float, float], set[str]] = field(default_factory=dict)  # periods of each number of posts
    rows: dict[int, list[int]] = field(default_factory=dict)  # the blocks of each table, by its number
    columns: dict[tuple[int, int], str | None] = field(default_factory=dict)  # label by number of table and column
    lines: dict[tuple[int, int], str | None] = field(default_factory=dict)  # and by number of table and row
    whole: dict[int, str | None] = field(default_factory=dict)  # what dates a table as a whole, by its number

    def within(self, start: int, end: int) -> Sequence[Period]:
        """The periods named in a stretch of the text."""
        return self.periods[bisect_left(self.starts, start) : bisect_left(self.starts, end)]

    def add(self, label: str | None) -> None:
        """Notes the period of the next figure."""
        figure = self.figures[len(self.labels)]
        self.labels.append(label)
        if label and figure.unit == "posts":
            self.repeated.setdefault((figure.low, figure.high), set()).add(label)


@cache
def cues() -> Cues:
    """The patterns, read once."""
    words = vocabulary("periods")
    return Cues(*(compiled(words[name]) for name in Cues.__slots__))


def page_of(
    figures: Sequence[Figure],
    periods: Sequence[Period],
    document: Document | None,
    text: str,
    blocks: Sequence[Block],
    tables: Sequence[Table],
) -> Page:
    """A document of which no figure is dated yet."""
    grids = {table.number: grid_of(table) for table in tables}
    years = years_of_titles(document, text, blocks)
    return Page(text, figures, periods, [p.start for p in periods], blocks, grids, *years)


def label_for(page: Page, figure: Figure, period: Period) -> str | None:
    """A period's label for a figure.

    A month is its financial year for a position of the books, else its calendar year.
    """
    if period.kind != "month" or period.first is None:
        return period.label
    text = page.text
    before = text[max(0, period.start - 40) : period.start]
    year = label_of(financial_year(period.first))
    if cues().year_of.search(before):
        return year
    sentence = text[figure.sentence[0] : figure.sentence[1]]
    past = cues().past.search(text, max(figure.sentence[0], min(figure.start, period.start) - 30), period.end)
    if not past and cues().deadline.search(before) and cues().ahead.search(sentence):
        return period.label
    return year if figure.unit != "posts" and cues().books.search(sentence) else period.label


@lru_cache(maxsize=4096)
def in_words(words: str) -> str | None:
    """The period in a heading, or None; a month to date takes its financial year."""
    named = [p for p in find_periods(words) if p.label]
    if not named:
        return None
    period = named[-1] if len({p.label for p in named}) == 1 else named[0]
    if period.kind == "month" and period.first is not None and cues().to_date.search(words):
        return label_of(financial_year(period.first))
    return period.label
