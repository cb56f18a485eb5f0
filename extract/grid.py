"""A table as a grid: spans filled, header rows and label columns told from data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache

from crawler.document import Cell, Table
from extract.lexicon import compiled, vocabulary

DATA = re.compile(
    r"[(\[]?\s?[-−–+]?\s?£?\s?\(?[-−–]?(?!0{2,})\d[\d,. ]*\s?(?:bn|m|k|million|billion)?"
    r"\s?%?\s?[)\]]?\s?%?\s?[*†‡a-d]*",
    re.IGNORECASE,
)
PERIOD = re.compile(
    r"(?:FY ?)?(?:19|20)?\d\d\s?[/–-]\s?(?:20)?\d\d|(?:19|20)\d\d|Q[1-4]|M(?:onth )?\d{1,2}", re.IGNORECASE
)
SEPARATOR = " – "


@dataclass(slots=True)
class Grid:
    """The cells of a table by place; a spanned place holds the cell that covers it."""

    table: Table
    at: dict[tuple[int, int], Cell]
    rows: int
    columns: int
    header_rows: int
    label_columns: int
    known_headings: dict[int, list[str]] = field(default_factory=dict)  # by column
    known_labels: dict[int, str] = field(default_factory=dict)  # by row

    def body_cells(self) -> Iterator[Cell]:
        """Cells with words below the header rows and right of the label columns, in reading order."""
        for cell in self.table.cells:
            if cell.row >= self.header_rows and cell.column >= self.label_columns and cell.text:
                yield cell

    def labels(self) -> Iterator[Cell]:
        """Cells with words in the label columns below the header rows."""
        for cell in self.table.cells:
            if cell.row >= self.header_rows and cell.column < self.label_columns and cell.text:
                yield cell

    def headings(self, cell: Cell) -> list[str]:
        """The headings above a cell, from the top, each once."""
        found = self.known_headings.get(cell.column)
        if found is None:
            found = self.known_headings[cell.column] = []
            for row in range(self.header_rows):
                above = self.at.get((row, cell.column))
                if above is not None and above.text and above.text not in found[-1:]:
                    found.append(above.text)
        return found

    def column_label(self, cell: Cell) -> str:
        """The headings above a cell as one label."""
        return SEPARATOR.join(self.headings(cell))

    def row_label(self, cell: Cell) -> str:
        """The labels left of a cell, from the left, each once."""
        if cell.row not in self.known_labels:
            left = (self.at.get((cell.row, column)) for column in range(self.label_columns))
            words = dict.fromkeys(one.text for one in left if one is not None and one.text)
            self.known_labels[cell.row] = SEPARATOR.join(words)
        return self.known_labels[cell.row]

    def corner(self) -> str:
        """The headings over the label columns."""
        places = [(row, column) for row in range(self.header_rows) for column in range(self.label_columns)]
        words = [self.at[place].text for place in places if place in self.at]
        return SEPARATOR.join(dict.fromkeys(word for word in words if word))


def grid_of(table: Table) -> Grid:
    """The grid of a table, with its header rows and label columns counted."""
    at: dict[tuple[int, int], Cell] = {}
    for cell in table.cells:
        for row in range(cell.row, cell.row + max(1, cell.row_span)):
            for column in range(cell.column, cell.column + max(1, cell.column_span)):
                at.setdefault((row, column), cell)
    rows = max((row for row, _ in at), default=-1) + 1
    columns = max((column for _, column in at), default=-1) + 1
    header_rows = _header_rows(at, rows, columns)
    return Grid(table, at, rows, columns, header_rows, _label_columns(at, header_rows, rows, columns))


def _header_rows(at: dict[tuple[int, int], Cell], rows: int, columns: int) -> int:
    """Leading rows without data: all their cells marked as headers, or holding words, units and periods only."""
    count = 0
    for row in range(rows):
        cells = [at[row, column] for column in range(columns) if (row, column) in at]
        marked = bool(cells) and all(cell.header or not cell.text for cell in cells)
        if not marked and (
            (row and any(cell.header for cell in cells[1:]) is False and _is_body(cells)) or _holds_data(cells)
        ):
            break
        count += 1
    return count if count < rows else min(1, rows - 1)


def _is_body(cells: list[Cell]) -> bool:
    """Whether a row of words is a row of data: its first cell labels it, and another says that there is nothing."""
    return any(_nothing().fullmatch(cell.text) for cell in cells[1:] if cell.text)


def _holds_data(cells: list[Cell]) -> bool:
    return any(_is_data(cell.text) for cell in cells if cell.text and not cell.header)


@lru_cache(maxsize=4096)
def _is_data(words: str) -> bool:
    """Whether a cell holds a number that is no period."""
    return DATA.fullmatch(words) is not None and PERIOD.fullmatch(words) is None


@cache
def _nothing() -> re.Pattern[str]:
    return compiled(vocabulary("tables")["nothing"])


def _label_columns(at: dict[tuple[int, int], Cell], first: int, rows: int, columns: int) -> int:
    """Leading columns that hold words or periods in most rows; one at least where there are two columns."""
    count = 0
    for column in range(columns - 1):
        cells = [at[row, column] for row in range(first, rows) if (row, column) in at and at[row, column].text]
        data = sum(_is_data(cell.text) and not cell.header for cell in cells)
        if (cells and data > len(cells) / 3) or (not cells and count):
            break
        if count and _all_nothing(cells):
            break
        count += 1
    return max(count, min(1, columns - 1))


def _all_nothing(cells: list[Cell]) -> bool:
    return any(_nothing().fullmatch(cell.text) for cell in cells)
