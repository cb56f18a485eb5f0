"""Exports: every table and view in every format, read back by other people's readers."""

import csv
import json

import made
import openpyxl
import pandas
import pyarrow.parquet as pq
import pytest

import db as database
from breakeven_errors import UsageError
from db import export as exports
from db import results
from db.export import export, exportable
from db.store import Store

FORMULA = '=HYPERLINK("https://evil.example","£2m")'


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    db = database.connect(tmp_path_factory.mktemp("export") / "nhs.db")
    key = Store(db).save(made.document(title=FORMULA, url="https://trust.example/1")).id
    found = made.result()
    found.facts[0].measure = '+posts, "jobs"\nand more\x07'
    results.write(db, key, found, "p1")
    return db


def read_csv(path):
    with path.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def read_jsonl(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def read_xlsx(path):
    rows = list(openpyxl.load_workbook(path).active.values)
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def read_parquet(path):
    return pq.read_table(path).to_pylist()


READERS = {"csv": read_csv, "jsonl": read_jsonl, "parquet": read_parquet, "xlsx": read_xlsx}


@pytest.mark.parametrize("kind", READERS)
def test_facts_come_back(db, tmp_path, kind):
    count = export(db, "facts", kind, tmp_path / f"out.{kind}")
    rows = READERS[kind](tmp_path / f"out.{kind}")
    assert count == len(rows) == 2
    assert [row["quote"] for row in rows] == ["200 jobs", "£2m"]
    assert [float(row["low"]) for row in rows] == [200, 2e6]
    assert list(rows[0]) == [column.name for column in db.table("facts").columns]
    assert [path.name for path in tmp_path.iterdir()] == [f"out.{kind}"]


@pytest.mark.parametrize("kind", READERS)
def test_every_table_and_view_can_be_had(db, tmp_path, kind):
    for table in exportable(db):
        assert export(db, table, kind, tmp_path / table) == len(list(db[table].rows)), table


def test_numbers_are_numbers_and_absent_is_null(db, tmp_path):
    export(db, "money", "parquet", tmp_path / "money.parquet")
    frame = pandas.read_parquet(tmp_path / "money.parquet")
    assert frame["low"].sum() == 2e6
    assert frame["basis"].isna().all()
    export(db, "documents", "jsonl", tmp_path / "documents.jsonl")
    assert read_jsonl(tmp_path / "documents.jsonl")[0]["author"] is None


def test_no_text_is_a_formula_in_excel(db, tmp_path):
    export(db, "documents", "xlsx", tmp_path / "out.xlsx")
    export(db, "facts", "xlsx", tmp_path / "facts.xlsx")
    cells = [
        cell
        for name in ("out.xlsx", "facts.xlsx")
        for row in openpyxl.load_workbook(tmp_path / name).active.iter_rows(min_row=2)
        for cell in row
        if isinstance(cell.value, str) and cell.value.startswith(("=", "+"))
    ]
    assert [cell.value for cell in cells] == [FORMULA, '+posts, "jobs"\nand more']
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in cells)


def test_what_excel_cannot_hold_is_cut_or_refused(db, tmp_path, monkeypatch, capsys):
    Store(db).save(made.document("Long\n\n" + "x" * 40_000, native_id="long"))
    export(db, "documents", "xlsx", tmp_path / "out.xlsx")
    longest = max((row["text"] for row in read_xlsx(tmp_path / "out.xlsx")), key=len)
    assert len(longest) == exports.EXCEL_CELL
    assert longest.endswith(exports.CUT)
    assert "which were cut" in capsys.readouterr().err
    monkeypatch.setattr(exports, "EXCEL_ROWS", 2)
    with pytest.raises(UsageError, match="take csv or parquet"):
        export(db, "facts", "xlsx", tmp_path / "facts.xlsx")
    assert not (tmp_path / "facts.xlsx").exists()


def test_standard_output(db, capfdbinary):
    export(db, "facts", "csv", None)
    assert capfdbinary.readouterr().out.decode().splitlines()[0].startswith("id,document,passage,quote")


@pytest.mark.parametrize("table", ["nothing", "facts_fts", "_sqlite_migrations", "facts; drop table facts", 'facts"'])
def test_an_unknown_table_is_refused_with_the_names_there_are(db, tmp_path, table):
    with pytest.raises(UsageError, match="there are accuracy, announcement"):
        export(db, table, "csv", tmp_path / "out")
    with pytest.raises(UsageError, match="no folder"):
        export(db, "facts", "csv", tmp_path / "nowhere" / "out")
