"""Spreadsheets and CSV: every cell as its sheet shows it, with the raw number beside it."""

from __future__ import annotations

import csv
import io
import re
import struct
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from pathlib import PurePath

from crawler.document import Cell, Document
from crawler.readers import head
from crawler.readers.base import Input, Untyped, Writer, fold, limit
from crawler.readers.containers import open_office
from crawler.readers.formats import recognise
from crawler.readers.grid import Row, write_grid
from crawler.readers.number_formats import shown, shown_date
from crawler.readers.opendocument import read_sheets
from crawler.readers.text import decode

# Above this size of a sheet's XML, cells are streamed: merged ranges are then unknown, but memory stays small.
_STREAM_ABOVE = 8_000_000

_UNNAMED = re.compile(r"(Sheet|Table|Tabelle)? ?\d*")


def read(source: Input) -> Document:
    """Read a workbook or CSV file: one heading, then the tables, for each visible sheet."""
    kind = recognise(source)
    sheets = {"xlsx": _xlsx, "xls": _xls, "ods": read_sheets, "csv": _csv}[kind](source)
    writer = Writer()
    for name, rows in sheets:
        if rows and not _UNNAMED.fullmatch(name):
            writer.add("heading", fold(name).strip(), 2)
        write_grid(writer, rows)
    document = writer.document(kind="dataset")
    captions = (table.caption.split("\n")[0] for table in document.tables if table.caption)
    document.title = next(captions, PurePath(source.name).stem)
    head.complete(document)
    return document


class _Counter:
    """Counts rows and cells while they are read, and stops at the limits."""

    def __init__(self, source: Input) -> None:
        self.source, self.cells = source, 0

    def check(self, row: int, cells: int) -> None:
        self.cells += cells
        for count, what in ((row, "rows"), (self.cells, "cells")):
            if count > limit(f"max_{what}"):
                problem = f"it has more than {limit(f'max_{what}'):,} {what}"
                raise self.source.error(problem, "save the part that matters as a file of its own")


def _xlsx(source: Input) -> Iterator[tuple[str, list[Row]]]:
    import openpyxl  # noqa: PLC0415 - a heavy library, for spreadsheets only

    archive = open_office(source)
    parts = [m.file_size for m in archive.infolist() if m.filename.startswith(("xl/worksheets/", "xl/sharedStrings"))]
    stream = sum(parts) > _STREAM_ABOVE
    try:
        book = openpyxl.load_workbook(
            io.BytesIO(source.data), read_only=stream, data_only=True, keep_links=False, keep_vba=False
        )
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, zipfile.BadZipFile, SyntaxError) as error:
        raise source.error(f"the workbook is damaged ({type(error).__name__})", "save a fresh copy") from error
    counter = _Counter(source)
    for sheet in book.worksheets[: limit("max_sheets")]:
        if sheet.sheet_state == "visible":
            if stream:
                sheet.reset_dimensions()
            yield sheet.title, list(_openpyxl_rows(sheet, counter))


def _openpyxl_rows(sheet: Untyped, counter: _Counter) -> Iterator[Row]:
    ranges = sheet.merged_cells.ranges if hasattr(sheet, "merged_cells") else ()
    merged = {(area.min_row, area.min_col): area for area in ranges}
    for number, cells in enumerate(sheet.iter_rows()):
        row = [made for cell in cells if cell.value is not None and (made := _openpyxl_cell(cell, number))]
        counter.check(number, len(cells))
        for made in row:
            area = merged.get((number + 1, made.column + 1))
            if area is not None:
                made.row_span, made.column_span = area.max_row - area.min_row + 1, area.max_col - area.min_col + 1
        yield row


def _openpyxl_cell(cell: Untyped, row: int) -> Cell | None:
    text, value = display(cell.value, cell.number_format)
    return Cell(row, cell.column - 1, text, value=value) if text else None


def display(value: Untyped, code: str | None) -> tuple[str, float | None]:
    """A cell's shown text and its raw number, when it has one."""
    if isinstance(value, bool):
        return str(value).upper(), None
    if isinstance(value, int | float):
        return fold(shown(value, code)).strip(), float(value)
    if isinstance(value, date | datetime | time):
        return shown_date(value, code), None
    return fold(str(value)).strip(), None


def _xls(source: Input) -> Iterator[tuple[str, list[Row]]]:
    import xlrd  # noqa: PLC0415 - the only reader that keeps the number formats of old workbooks

    damage = (xlrd.XLRDError, xlrd.compdoc.CompDocError, AssertionError, struct.error, IndexError, ValueError, KeyError)
    try:
        book = xlrd.open_workbook(file_contents=source.data, formatting_info=True, logfile=io.StringIO())
    except (*damage, TypeError, AttributeError, OverflowError) as error:
        problem = "it is encrypted" if "encrypted" in str(error) else f"the workbook is damaged ({error})"
        raise source.error(problem, "open it and save an unprotected copy as XLSX") from error
    counter = _Counter(source)
    for sheet in book.sheets()[: limit("max_sheets")]:
        if sheet.visibility == 0:
            yield sheet.name, list(_xlrd_rows(book, sheet, counter))


def _xlrd_rows(book: Untyped, sheet: Untyped, counter: _Counter) -> Iterator[Row]:
    spans = {(low, left): (high - low, right - left) for low, high, left, right in sheet.merged_cells}
    for number in range(sheet.nrows):
        row: Row = []
        counter.check(number, sheet.row_len(number))
        for column, cell in enumerate(sheet.row(number)):
            text, value = _xlrd_display(book, cell)
            if text:
                down, across = spans.get((number, column), (1, 1))
                row.append(Cell(number, column, text, value=value, row_span=down, column_span=across))
        yield row


def _xlrd_display(book: Untyped, cell: Untyped) -> tuple[str, float | None]:
    import xlrd  # noqa: PLC0415

    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return "", None
    code = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
    if cell.ctype == xlrd.XL_CELL_DATE:
        return display(xlrd.xldate_as_datetime(cell.value, book.datemode), code)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return display(bool(cell.value), code)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, "#N/A"), None
    return display(cell.value, code)


def _csv(source: Input) -> Iterator[tuple[str, list[Row]]]:
    text = decode(source)
    try:
        dialect: Untyped = csv.Sniffer().sniff(text[:20_000], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    counter = _Counter(source)
    records = csv.reader(io.StringIO(text), dialect)
    try:
        rows = [_csv_row(number, fields, counter) for number, fields in enumerate(records)]
    except csv.Error as error:
        raise source.error(f"it is not sound CSV ({error})", "check its quotes and delimiters") from error
    yield "", rows


def _csv_row(number: int, fields: Iterable[str], counter: _Counter) -> Row:
    texts = [fold(field).strip() for field in fields]
    counter.check(number, len(texts))
    return [Cell(number, column, text) for column, text in enumerate(texts) if text]
