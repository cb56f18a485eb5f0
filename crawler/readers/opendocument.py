"""OpenDocument (ODT, ODS): the shown text of every cell stands in ``content.xml``, so that is read and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException

from crawler.document import Cell
from crawler.readers.base import Input, Untyped, Writer, fold, limit
from crawler.readers.containers import open_office, read_member
from crawler.readers.grid import Row

_NS = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TEXT, _TABLE, _OFFICE = _NS % "text", _NS % "table", _NS % "office"
_SKIPPED = {_OFFICE + "annotation", _TEXT + "tracked-changes", _TEXT + "note-body", _OFFICE + "forms"}
_NUMERIC = {"float", "currency", "percentage"}


def _content(source: Input, body: str) -> Untyped:
    archive = open_office(source)
    data = read_member(source, archive, "content.xml")
    try:
        root = defusedxml.ElementTree.fromstring(data, forbid_dtd=True)
    except (defusedxml.ElementTree.ParseError, DefusedXmlException) as error:
        raise source.error(f"its content is damaged ({error})", "open it and save a fresh copy") from error
    found = root.find(f"{_OFFICE}body/{_OFFICE}{body}")
    if found is None:
        raise source.error("it has no content", "open it and save a fresh copy")
    return found


def read_text(source: Input, writer: Writer) -> None:
    """Write the headings, paragraphs, list items and tables of an ODT file."""
    _flow(_content(source, "text"), writer, "paragraph")


def read_sheets(source: Input) -> Iterator[tuple[str, list[Row]]]:
    """Name and rows of each sheet of an ODS file."""
    for table in _content(source, "spreadsheet").iter(_TABLE + "table"):
        yield table.get(_TABLE + "name", ""), _rows(source, table)


def _flow(element: Untyped, writer: Writer, kind: str) -> None:
    for child in element:
        if child.tag == _TEXT + "h":
            level = child.get(_TEXT + "outline-level", "1")
            writer.add("heading", _text(child), min(int(level), 6) if level.isdecimal() else 1)
        elif child.tag == _TEXT + "p":
            writer.add(kind, _text(child))
        elif child.tag == _TABLE + "table":
            writer.add_table([cell for row in _rows(None, child) for cell in row])
        elif child.tag == _TEXT + "list":
            _flow(child, writer, "list_item")
        elif child.tag not in _SKIPPED:
            _flow(child, writer, kind)


def _rows(source: Input | None, table: Untyped) -> list[Row]:
    """The rows of a table; for a sheet (``source`` given) repeated rows are counted, and empty cells left out."""
    rows: list[Row] = []
    total = 0
    for element in table.iter(_TABLE + "table-row"):
        row = list(_cells(element, len(rows), keep_empty=source is None))
        repeats = min(_count(element, "number-rows-repeated"), 1000) if row else 1
        total += repeats * len(row)
        if source is not None and (len(rows) + repeats > limit("max_rows") or total > limit("max_cells")):
            problem = f"a sheet has more than {limit('max_rows'):,} rows"
            raise source.error(problem, "save the part that matters as a file of its own")
        rows.append(row)
        for _ in range(repeats - 1):
            rows.append(list(_cells(element, len(rows), keep_empty=source is None)))
    return rows


def _cells(element: Untyped, row: int, keep_empty: bool) -> Iterator[Cell]:
    column = 0
    for child in element:
        if child.tag not in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            continue
        repeats = _count(child, "number-columns-repeated")
        text = " ".join(filter(None, (_text(part) for part in child.iter() if part.tag in (_TEXT + "p", _TEXT + "h"))))
        shown = child.tag == _TABLE + "table-cell" and (bool(text) or keep_empty)
        for offset in range(min(repeats, 1000) if shown else 0):
            cell = Cell(row, column + offset, text, value=_value(child))
            cell.row_span = _count(child, "number-rows-spanned")
            cell.column_span = _count(child, "number-columns-spanned")
            yield cell
        column += repeats


def _value(element: Untyped) -> float | None:
    if element.get(_OFFICE + "value-type") not in _NUMERIC:
        return None
    try:
        return float(element.get(_OFFICE + "value", ""))
    except ValueError:
        return None


def _count(element: Untyped, name: str) -> int:
    digits = element.get(_TABLE + name, "1")
    return max(int(digits), 1) if digits.isdecimal() and len(digits) < 9 else 1


def _text(element: Untyped) -> str:
    return fold("".join(_pieces(element))).strip()


def _pieces(element: Untyped) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag in (_TEXT + "s", _TEXT + "tab", _TEXT + "line-break"):
            yield " "
        elif child.tag not in _SKIPPED:
            yield from _pieces(child)
        yield child.tail or ""
