"""Tables and views out of the database: CSV, JSON lines, Parquet, Excel."""

from __future__ import annotations

import csv
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from sqlite_utils import Database

from breakeven_errors import UsageError
from db.progress import warn

# https://support.microsoft.com/en-gb/office/excel-specifications-and-limits
EXCEL_ROWS = 1_048_576
EXCEL_CELL = 32_767  # characters
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")  # https://owasp.org/www-community/attacks/CSV_Injection
CUT = " [cut: Excel holds no more]"
BATCH = 10_000  # rows
ARROW = {"TEXT": pa.string(), "INTEGER": pa.int64(), "REAL": pa.float64()}

Column = tuple[str, str]  # name, declared type
Value = str | int | float | bytes | None  # what SQLite gives
Rows = Iterator[Sequence[Value]]


def export(db: Database, table: str, kind: str, out: Path | None) -> int:
    """Write a table or view to a file, whole or not at all, or to standard output; return the number of rows.

    ``kind`` is csv, jsonl, parquet or xlsx. Raises :class:`breakeven_errors.UsageError` for an unknown table and for
    one that does not fit the format.
    """
    columns = _columns(db, table)
    if out and not out.parent.is_dir():
        raise UsageError(f"{out}: there is no folder {out.parent}; make it first")
    if kind == "xlsx" and db[table].count >= EXCEL_ROWS:
        raise UsageError(f"{table}: Excel holds {EXCEL_ROWS - 1:,} rows, and this has more; take csv or parquet")
    cursor = db.execute(f'select * from "{table}"')  # noqa: S608 - the name is one of the database's own
    with tempfile.TemporaryDirectory(dir=out.parent if out else None) as folder:
        made = Path(folder) / "export"
        count = WRITERS[kind](made, columns, iter(cursor))
        if out:
            made.replace(out)
        else:
            _print(made, binary=kind in {"parquet", "xlsx"})
    return count


def _print(made: Path, binary: bool) -> None:
    if binary and sys.stdout.isatty():
        raise UsageError("a terminal cannot show this format; name a file with --out")
    sys.stdout.flush()
    with made.open("rb") as source:
        shutil.copyfileobj(source, sys.stdout.buffer)
    sys.stdout.buffer.flush()


def exportable(db: Database) -> list[str]:
    """Names of the tables and views that hold the tracker's own rows."""
    names = [name for name in [*db.table_names(), *db.view_names()] if not name.startswith(("_", "sqlite_"))]
    return sorted(name for name in names if "_fts" not in name)


def _columns(db: Database, table: str) -> list[Column]:
    if table not in exportable(db):
        raise UsageError(f"{table}: there is no such table or view; there are {', '.join(exportable(db))}")
    return [(row[1], row[2].upper()) for row in db.execute(f'pragma table_info("{table}")').fetchall()]


def _csv(path: Path, columns: list[Column], rows: Rows) -> int:
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow([name for name, _ in columns])
        return _count(rows, writer.writerow)


def _jsonl(path: Path, columns: list[Column], rows: Rows) -> int:
    names = [name for name, _ in columns]
    with path.open("w", encoding="utf-8") as handle:

        def write(row: Sequence[Value]) -> None:
            handle.write(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n")

        return _count(rows, write)


def _count(rows: Rows, write: Callable[[Sequence[Value]], object]) -> int:
    number = 0
    for number, row in enumerate(rows, 1):  # noqa: B007 - the last number is the count
        write(row)
    return number


def _parquet(path: Path, columns: list[Column], rows: Rows) -> int:
    schema = pa.schema([(name, ARROW.get(kind, pa.string())) for name, kind in columns])
    count = 0
    with pq.ParquetWriter(path, schema) as writer:
        while batch := list(islice(rows, BATCH)):
            values = zip(*batch, strict=True)
            arrays = [_array(column, kind.type) for column, kind in zip(values, schema, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            count += len(batch)
    return count


def _array(values: Sequence[Value], kind: pa.DataType) -> pa.Array:
    if kind == pa.string():
        return pa.array([None if value is None else str(value) for value in values], kind)
    return pa.array(values, kind)


def _xlsx(path: Path, columns: list[Column], rows: Rows) -> int:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("data")
    sheet.append([name for name, _ in columns])
    count = cut = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 - the last number is the count
        sheet.append([_cell(sheet, value) for value in row])
        cut += any(isinstance(value, str) and len(value) > EXCEL_CELL for value in row)
    workbook.save(path)
    if cut:
        warn(f"breakeven: {cut:,} rows hold texts longer than Excel's {EXCEL_CELL:,} characters, which were cut")
    return count


def _cell(sheet: WriteOnlyWorksheet, value: Value) -> Value | WriteOnlyCell:
    """The value, with text that Excel would take for a formula marked as the text that it is."""
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)
    if len(text) > EXCEL_CELL:
        text = text[: EXCEL_CELL - len(CUT)] + CUT
    if not text.startswith(FORMULA_MARKS):
        return text
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell


WRITERS: dict[str, Callable[[Path, list[Column], Rows], int]] = {
    "csv": _csv,
    "jsonl": _jsonl,
    "parquet": _parquet,
    "xlsx": _xlsx,
}
