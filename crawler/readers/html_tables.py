"""Tables in HTML, with their spans and header cells."""

from __future__ import annotations

from crawler.document import Cell
from crawler.readers.inline import Element, inline_text

_MAX_SPAN = 200  # browsers stop at 1,000; a real report never comes near


def is_data_table(table: Element) -> bool:
    """Whether a table holds data, and is not there to lay out a page."""
    if table.get("role") in ("presentation", "none"):
        return False
    if next(table.iterdescendants("table", "h1", "h2", "form", "article"), None) is not None:
        return False
    rows = _rows(table)
    return len(rows) > 0 and max(len(_cells(row)) for row in rows) > 1


def read_table(table: Element) -> tuple[str, list[Cell]]:
    """A table's caption and its cells, each at the position that its spans and those above leave it."""
    captions = [inline_text(caption, breaks=" ") for caption in table.iterchildren("caption")]
    cells: list[Cell] = []
    taken: set[tuple[int, int]] = set()
    for number, row in enumerate(_rows(table)):
        column = 0
        for element in _cells(row):
            while (number, column) in taken:
                column += 1
            cell = _cell(element, number, column)
            taken.update(
                (number + down, column + right) for down in range(cell.row_span) for right in range(cell.column_span)
            )
            cells.append(cell)
            column += cell.column_span
    return " ".join(captions), cells


def _cell(element: Element, row: int, column: int) -> Cell:
    return Cell(
        row=row,
        column=column,
        text=inline_text(element, breaks=" "),
        header=element.tag == "th" or _in_head(element),
        row_span=_span(element, "rowspan"),
        column_span=_span(element, "colspan"),
    )


def _in_head(element: Element) -> bool:
    return next(element.iterancestors("thead", "table")).tag == "thead"


def _span(element: Element, name: str) -> int:
    digits = (element.get(name) or "").strip()
    return min(max(int(digits), 1), _MAX_SPAN) if digits.isdecimal() and len(digits) < 6 else 1


def _rows(table: Element) -> list[Element]:
    sections = [table, *table.iterchildren("thead", "tbody", "tfoot")]
    found = [row for section in sections for row in section.iterchildren("tr")]
    return sorted(found, key=lambda row: row.getparent().tag == "tfoot")


def _cells(row: Element) -> list[Element]:
    return list(row.iterchildren("td", "th"))
