"""The proof that a database is sound: it passes a sound one, and each way of breaking it is named."""

import gzip

import made
import pytest

import db as database
from breakeven_errors import DatabaseError
from db import announcements, results, runs
from db.check import breaches
from db.store import Store


@pytest.fixture
def db(tmp_path):
    db = database.connect(tmp_path / "nhs.db")
    store = Store(db)
    with runs.run(db, "add"):
        for text in (made.TEXT, made.TEXT.replace("200", "250")):
            key = store.save(made.document(text, url="https://trust.example/1", aliases=["https://t.example/1"])).id
            results.write(db, key, made.result(text), "p1")
        announcements.rebuild(db)
    return db


def test_a_sound_database_has_no_breach(db):
    assert list(breaches(db)) == []
    assert db.table("facts_history").count == 2


@pytest.mark.parametrize(
    ("harm", "breach"),
    [
        ('update facts set start = start - 1, "end" = "end" - 1', "promise 1: the fact's quote does not stand at"),
        ("update facts set sentence = 'Something else.'", "promise 1: the fact's quote does not stand in its sentence"),
        ("update facts_history set quote = 'x'", "promise 1: the retired fact's quote"),
        ("update passages set text = 'x' where position = 1", "promise 1: the passage is not the text"),
        ("update mentions set text = 'x'", "promise 1: the mention is not the text"),
        ("update facts set organisation = 'NOBODY'", "promise 2: row 1 of facts names a row that organisations"),
        ("update facts set document = 'gone'", "promise 2: row 1 of facts names a row that documents"),
        ("delete from organisations where id = 'RX1'", "promise 2:"),
        (
            "update facts set passage = (select id from passages where position = 0)",
            "promise 2: the fact stands in",
        ),
        (
            "update mentions set passage = (select id from passages where position = 2)",
            "promise 2: the mention stands in",
        ),
        ("delete from mentions", "promise 2: the document is said to name an organisation"),
        ("update documents set pipeline = 'p9'", "promise 4: the facts are of another version"),
        ("update documents set withdrawn = '2026-01-01T00:00:00Z'", "promise 4: the document is withdrawn"),
        ("update runs set failures = 3", "promise 5: the run is said to be done"),
        ("update documents set version = null", "promise 6: the document has no newest version"),
        ("update documents set text = text || '.'", "promise 6: the document's text is not that of"),
        ("update documents set last_seen = '2001-01-01T00:00:00Z'", "promise 6: the document was last seen before"),
        ("update document_versions set sha256 = 'x'", "promise 6: version"),
        ("update documents set first_seen = '2001-01-01 10:00'", "promise tables: the time is not ISO 8601"),
        ("update documents set published = '3 May 2026'", "promise tables: the date is no ISO 8601 date"),
        ("update facts set period_end = '2001-01-01'", "promise tables: the period ends before it begins"),
        ("update facts set kind = 'rumour'", "structure: CHECK constraint failed"),
        ("update facts set low = 300", "structure: CHECK constraint failed"),
        ("delete from announcement_facts", "promise tables: the announcement has no fact"),
        ("update announcements set documents = 5", "promise tables: the announcement counts other documents"),
        ("drop trigger facts_au; update facts set sentence = sentence || ' twice'", "search: facts_fts is out of step"),
    ],
    ids=lambda value: value[:60],
)
def test_each_harm_is_named(db, harm, breach):
    db.conn.executescript(f"pragma foreign_keys = off; pragma ignore_check_constraints = on; {harm}")
    db.execute("pragma ignore_check_constraints = off")
    assert any(line.startswith(breach) for line in breaches(db)), list(breaches(db))


def test_lost_and_altered_bytes_are_named(db):
    folder = Store(db).folder
    places = [row["archive"] for row in db.table("document_versions").rows]
    (folder / places[0]).unlink()
    (folder / places[1]).write_bytes(gzip.compress(b"other"))
    lines = list(breaches(db))
    assert len(lines) == 2
    assert "cannot be read" in lines[0]
    assert "do not match" in lines[1]


def test_many_breaches_of_one_kind_are_counted(db):
    rows = ({"id": f"r{n}", "command": "add", "started": "2026", "status": "running"} for n in range(50))
    db.table("runs").insert_all(rows)
    lines = list(breaches(db))
    assert len(lines) == 21
    assert lines[-1].endswith("and 30 more")


def test_a_damaged_file_is_named(db, tmp_path):
    db.execute("pragma wal_checkpoint(truncate)")
    db.close()
    whole = (tmp_path / "nhs.db").read_bytes()
    (tmp_path / "nhs.db").write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    with pytest.raises(DatabaseError, match=r"damaged|cannot be opened"):
        list(breaches(database.connect(tmp_path / "nhs.db")))
