"""What the pipeline finds, as plain records. Offsets count characters of the document's text."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(slots=True)
class Figure:
    """An amount, share or count as it stands in the text, before anyone asks what it measures.

    ``low`` and ``high`` are in pounds, percent or posts (GUIDE: full units). ``start:end`` is the quote.
    ``sentence`` is the (start, end) of the sentence, list item or table row that it stands in.
    """

    start: int
    end: int
    unit: str  # GBP, percent, posts
    low: float
    high: float
    qualifier: str  # exact, about, over, under, at_least, at_most
    sentence: tuple[int, int]
    rule: str  # name of the pattern that found it
    noun: str | None = None  # what a count counts, in the text's words: posts, jobs, WTE, redundancies
    cell: tuple[int, int, int] | None = None  # table number, row, column, when it stands in a table
    block: int | None = None  # index of the Block that it stands in


@dataclass(slots=True)
class Period:
    """A time as the text names it. ``label``: 2025/26, 2025, 2023/24-2025/26, 2010-2014, 2018/19-."""

    start: int
    end: int
    label: str | None  # None when it cannot be resolved (next twelve months)
    kind: str  # financial_year, year, span, since, month, date, quarter, relative, duration
    first: date | None = None
    last: date | None = None


@dataclass(slots=True)
class Mention:
    """An organisation named in the text. ``organisation`` is None when several fit (``candidates``) or none does."""

    start: int
    end: int
    text: str
    organisation: str | None
    candidates: tuple[str, ...] = ()
    kind: str = ""  # alias kind: official, former, short, acronym, site, ambiguous, town, introduced, uncounted


@dataclass(slots=True)
class Fact:
    """One figure with what it measures; the columns of the table ``facts`` (see metadata.yml)."""

    start: int
    end: int
    quote: str
    sentence: str
    unit: str
    low: float
    high: float
    qualifier: str
    kind: str
    organisation: str | None
    period: str | None
    period_start: str | None
    period_end: str | None
    status: str
    basis: str | None
    polarity: str  # stated, denied
    speaker: str | None
    measure: str | None
    confidence: float
    rule: str
    block: int | None = None
    cell: tuple[int, int, int] | None = None


@dataclass(slots=True)
class TableValue:
    """One data cell of a table with its understood labels; the columns of the table ``table_values``."""

    table_no: int
    caption: str | None
    row: int
    column: int
    row_label: str
    column_label: str
    text: str
    value: float | None
    unit: str | None
    organisation: str | None
    fact: int | None = None  # index into the facts of the document


@dataclass(slots=True)
class Result:
    """Everything that one document yields."""

    facts: list[Fact] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    table_values: list[TableValue] = field(default_factory=list)
