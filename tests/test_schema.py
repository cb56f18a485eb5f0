"""The schema: names of the contract, keys, indexes, search, views, and metadata.yml in step with them."""

import sqlite3
from pathlib import Path

import made
import pytest
import yaml
from sqlite_utils import Database

import db as database
from breakeven_errors import DatabaseError
from db import schema, schema_announcements, schema_crawl
from db.export import exportable
from db.results import write
from db.store import Store

METADATA = yaml.safe_load((Path(__file__).parent.parent / "metadata.yml").read_text(encoding="utf-8"))
TABLES = METADATA["databases"]["nhs"]["tables"]

CONTRACT = {
    "sources": "id name url kind licence may_republish",
    "documents": "id source url path title kind publisher author reference published updated first_seen last_seen"
    " version text words language",
    "document_versions": "id document sha256 fetched media_type bytes text archive",
    "passages": "id document position kind heading page start end text",
    "organisations": "id name short_name kind region parent status opened closed successor latitude longitude",
    "organisation_names": "organisation name kind start end",
    "organisation_relations": "organisation relation other start end",
    "document_organisations": "document organisation mentions first_start",
    "mentions": "document passage organisation start end text",
    "facts": "id document passage quote sentence start end unit low high qualifier kind organisation period"
    " period_start period_end status basis polarity speaker measure confidence rule pipeline",
    "table_values": "document table_no caption row column row_label column_label text value unit organisation fact",
    "announcements": "id kind organisation period title unit low high status first_reported last_reported documents"
    " revisions",
    "announcement_facts": "announcement fact role because",
    "corrections": "fact document quote field value reason by at",
    "accuracy": "measured pipeline gold measure kind value n",
    "runs": "id command started ended status documents facts failures",
    "failures": "run url path stage error at tries",
    "job_cuts": "organisation_name title published url sentence",
    "savings": "organisation_name title published url sentence",
    "money": "organisation_name title published url sentence",
    "survey_findings": "organisation_name title published url sentence",
    "latest": "organisation_name title published url sentence",
}


@pytest.fixture
def db(tmp_path):
    return database.connect(tmp_path / "nhs.db")


def columns(db, table):
    return [row[1] for row in db.execute(f'pragma table_info("{table}")').fetchall()]


@pytest.mark.parametrize("table", CONTRACT)
def test_contract_names(db, table):
    assert set(CONTRACT[table].split()) <= set(columns(db, table))


def test_metadata_describes_every_table_and_column(db):
    held = {table: set(columns(db, table)) for table in exportable(db)}
    described = {table: set(about["columns"]) for table, about in TABLES.items()}
    assert described == held
    assert all(about["title"] and about["description"] for about in TABLES.values())


def test_every_facet_and_foreign_key_is_indexed(db):
    views = set(db.view_names())
    wanted = {
        (table, facet) for table, about in TABLES.items() if table not in views for facet in about.get("facets", [])
    }
    wanted |= {(name, key.column) for name in db.table_names() for key in db.table(name).foreign_keys}
    held = set()
    for name in db.table_names():
        held |= {(name, index.columns[0]) for index in db.table(name).indexes}
        held |= {(name, column) for column in db.table(name).pks[:1]}
    assert wanted - held == set()


@pytest.mark.parametrize(
    ("table", "words", "found"),
    [
        ("passages", "cutting", made.SENTENCE),
        ("documents", "cut", "Cuts ahead"),
        ("facts", "saves", made.SENTENCE),
        ("organisations", "universities manchester", "Manchester University NHS Foundation Trust"),
    ],
)
def test_search_stems_and_is_found_by_datasette(db, table, words, found):
    document = made.document(title="Cuts ahead", native_id="1")
    write(db, Store(db).save(document).id, made.result(), "p1")
    assert db.table(table).detect_fts() == TABLES[table]["fts_table"] == f"{table}_fts"
    assert f'content="{table}"' in db.table(f"{table}_fts").schema
    assert found in [value for row in db.table(table).search(words) for value in row.values()]


def test_search_follows_changes(db):
    store = Store(db)
    key = store.save(made.document(native_id="1")).id
    store.save(made.document("Jobs to go\n\nNothing of the kind.", native_id="1"))
    assert [row["document"] for row in db.table("passages").search("kind")] == [key]
    assert list(db.table("passages").search("cut")) == []
    db.execute("delete from documents")
    for table in ("passages_fts", "facts_fts", "documents_fts"):
        db.execute(f"insert into {table}({table}, rank) values ('integrity-check', 1)")


def test_latest_is_bounded_and_newest_first(db):
    store = Store(db)
    for number in range(4):
        key = store.save(made.document(native_id=str(number), published=f"2026-02-0{number + 1}")).id
        write(db, key, made.result(), "p1")
    assert [row["published"][-1] for row in db["latest"].rows] == list("44332211")
    assert "limit 200" in db["latest"].schema
    assert "limit 500" in db["latest"].schema


def test_opening_again_changes_nothing(tmp_path):
    database.connect(tmp_path / "nhs.db").close()
    before = list(Database(tmp_path / "nhs.db").iterdump())
    database.connect(tmp_path / "nhs.db").close()
    assert list(Database(tmp_path / "nhs.db").iterdump()) == before


def test_every_migration_is_recorded(db):
    for part in (schema, schema_crawl, schema_announcements):
        assert part.migrations.pending(db) == []
        assert part.migrations.applied(db)


def test_what_is_no_database_is_named(tmp_path):
    (tmp_path / "notes.txt").write_text("no database at all, but longer than a header\n" * 40)
    with pytest.raises(DatabaseError, match=r"notes\.txt"):
        database.connect(tmp_path / "notes.txt")
    with pytest.raises(DatabaseError, match="no folder"):
        database.connect(tmp_path / "nowhere" / "nhs.db")
    with pytest.raises(DatabaseError, match="no such database"):
        database.connect(tmp_path / "absent.db", create=False)
    assert not (tmp_path / "absent.db").exists()


def test_nonsense_is_refused_by_the_tables(db):
    key = Store(db).save(made.document(native_id="1")).id
    with pytest.raises(sqlite3.IntegrityError):
        db.execute("insert into mentions values (?, null, 'nobody', 0, 3, 'Job')", [key])
    row = "'f', ?, null, 'q', 'q', 0, 1, 'GBP', 2, 1, 'exact', 'cost', null, null, null, null, 'actual', null, 'stated'"
    with pytest.raises(sqlite3.IntegrityError, match="low <= high"):
        db.execute(f"insert into facts values ({row}, null, null, 0.5, 'r', 'p')", [key])
