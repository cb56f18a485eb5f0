"""The store: stable ids, versions, archive, children, and what extraction writes."""

import sqlite3
from dataclasses import replace

import made
import pytest

import db as database
from breakeven_errors import DatabaseError
from crawler.document import Document
from db import archive, results
from db.store import Saved, Store, load


@pytest.fixture
def db(tmp_path):
    return database.connect(tmp_path / "nhs.db")


@pytest.fixture
def store(db):
    return Store(db)


def everything(db, leave=("last_seen",)):
    """All rows of all tables, but for the columns named."""
    names = [name for name in db.table_names() if not name.startswith("_") and "_fts" not in name]
    return {name: [{k: v for k, v in row.items() if k not in leave} for row in db.table(name).rows] for name in names}


def test_a_document_comes_back_as_it_was(db, store):
    given = made.document(title="Jobs to go", url="https://trust.example/1", kind="news", ocr=True)
    back = load(db, store.save(given).id)
    assert (back.text, back.blocks, back.tables) == (given.text, given.blocks, given.tables)
    assert (back.title, back.kind, back.ocr, back.published) == ("Jobs to go", "news", True, "2026-02-03")


def test_saving_again_moves_last_seen_alone(db, store, monkeypatch):
    given = made.document(url="https://trust.example/1", children=[made.document(part="2", title="Item 2")])
    assert store.save(given).change == "new"
    results.write(db, store.save(given).id, made.result(), "p1")
    before = everything(db)
    monkeypatch.setattr("db.store.now", lambda: "2030-01-01T00:00:00Z")
    assert store.save(given).change == "same"
    assert everything(db) == before
    assert {row["last_seen"] for row in db.table("documents").rows} == {"2030-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    "known",
    [{"native_id": "77", "source": "gov-uk"}, {"url": "https://trust.example/1"}, {"path": "{}/papers/note.txt"}, {}],
    ids=["publisher's id", "address", "file", "text"],
)
def test_ids_are_the_same_in_another_database_and_folder(tmp_path, known):
    found = []
    for machine in ("one", "two"):
        folder = tmp_path / machine
        (folder / "papers").mkdir(parents=True)
        (folder / "papers" / "note.txt").write_text(made.TEXT)
        here = {key: value.format(folder) for key, value in known.items()}
        db = database.connect(folder / "nhs.db")
        key = Store(db).save(made.document(**here)).id
        results.write(db, key, made.result(), "p1")
        rows = [key, *(row["id"] for table in ("passages", "facts") for row in db.table(table).rows)]
        found.append(rows)
    assert found[0] == found[1]


def test_files_of_one_name_in_folders_of_one_name_are_two_documents(tmp_path, store):
    paths = [tmp_path / trust / "board" / "paper.txt" for trust in ("a", "b", "c")]
    for number, path in enumerate(paths):
        path.parent.mkdir(parents=True)
        path.write_text(f"Paper {number}")
    first = [store.save(made.document(path.read_text(), path=str(path))) for path in paths]
    again = [store.save(made.document(path.read_text(), path=str(path))) for path in paths]
    assert len({saved.id for saved in first}) == 3
    assert [saved.id for saved in again] == [saved.id for saved in first]
    assert {saved.change for saved in again} == {"same"}


def test_a_moved_file_stays_the_same_document(tmp_path, store):
    old, new = tmp_path / "old" / "board" / "paper.txt", tmp_path / "new" / "board" / "paper.txt"
    for path in (old, new):
        path.parent.mkdir(parents=True)
    old.write_text(made.TEXT)
    key = store.save(made.document(path=str(old))).id
    old.rename(new)
    assert store.save(made.document(path=str(new))).id == key
    new.write_text("Another paper that came to stand in a folder of that name")
    other = tmp_path / "third" / "board" / "paper.txt"
    other.parent.mkdir(parents=True)
    other.write_text("A third")
    assert store.save(made.document("A third", path=str(other))).id != key


def test_an_alias_leads_to_the_document(store):
    key = store.save(made.document(url="https://trust.example/1", aliases=["https://t.example/a"])).id
    assert store.save(made.document(url="https://t.example/a")).id == key


def test_a_changed_page_makes_a_version_and_the_old_one_stays_readable(db, store):
    key = store.save(made.document(url="https://trust.example/1")).id
    results.write(db, key, made.result(), "p1")
    changed = made.TEXT.replace("200 jobs", "250 jobs")
    assert store.save(made.document(changed, url="https://trust.example/1")) == Saved(key, "changed")
    versions = list(db.query("select * from document_versions where document = ? order by id", [key]))
    assert [version["text"] for version in versions] == [made.TEXT, changed]
    assert [archive.read(store.folder, version["archive"]).decode() for version in versions] == [made.TEXT, changed]
    assert db.table("facts").count == 0
    kept = list(db.table("facts_history").rows)
    assert {row["version"] for row in kept} == {versions[0]["id"]}
    assert all(versions[0]["text"][row["start"] : row["end"]] == row["quote"] for row in kept)
    document = next(db.table("documents").rows_where("id = ?", [key]))
    assert (document["version"], document["text"], document["pipeline"]) == (versions[1]["id"], changed, None)


def test_a_fact_that_stays_keeps_its_id_over_a_change_elsewhere(db, store):
    key = store.save(made.document(url="https://trust.example/1")).id
    results.write(db, key, made.result(), "p1")
    before = {row["id"] for row in db.table("facts").rows}
    text = made.TEXT.replace("Jobs to go", "Hundreds of jobs to go")
    store.save(made.document(text, url="https://trust.example/1"))
    results.write(db, key, made.result(text), "p2")
    assert {row["id"] for row in db.table("facts").rows} == before
    assert db.table("facts_history").count == 2


def test_a_text_that_returns_makes_a_third_version(db, store):
    for text in (made.TEXT, "Jobs to go\n\nGone.", made.TEXT):
        key = store.save(made.document(text, url="https://trust.example/1")).id
    assert db.table("document_versions").count_where("document = ?", [key]) == 3


def test_other_bytes_of_the_same_text_make_no_version(db, store):
    store.save(made.document(url="https://trust.example/1"))
    assert store.save(replace(made.document(url="https://trust.example/1"), raw=b"<p>other mark-up")).change == "same"
    assert db.table("document_versions").count == 1


def test_a_new_date_asks_for_extraction_and_makes_no_version(db, store):
    key = store.save(made.document(url="https://trust.example/1")).id
    results.write(db, key, made.result(), "p1")
    assert store.save(made.document(url="https://trust.example/1", published="2026-03-01")).change == "same"
    row = next(db.table("documents").rows)
    assert (row["published"], row["pipeline"]) == ("2026-03-01", None)
    assert db.table("facts").count == 2


def test_parts_of_a_pack(db, store):
    items = [Document("One: £1m", part="1"), Document("Two: £2m", part="2"), Document("Two again", part="2")]
    pack = made.document(url="https://trust.example/pack.pdf", children=items)
    key = store.save(pack).id
    children = [row["id"] for row in db.table("documents").rows_where("parent = ?", [key])]
    assert len(set(children)) == 3
    shorter = made.document(url="https://trust.example/pack.pdf", children=items[:1])
    assert store.save(shorter).change == "changed"
    withdrawn = [row["id"] for row in db.table("documents").rows_where("withdrawn is not null")]
    assert sorted(withdrawn) == sorted(set(children) - {store.save(shorter).id} - {children[0]})
    assert store.save(pack).change == "changed"
    assert db.table("documents").count_where("withdrawn is not null") == 0


def test_an_attachment_with_its_own_address_outlives_a_page_without_it(db, store):
    page = store.save(made.document(url="https://trust.example/1")).id
    store.save(made.document("Attached", url="https://trust.example/a.pdf", parent=page))
    store.save(made.document(url="https://trust.example/1"))
    assert db.table("documents").count_where("parent = ? and withdrawn is null", [page]) == 1


def test_a_save_that_fails_leaves_nothing(db, store):
    item = made.document("Item", part="1")
    item.blocks[0].kind = "poem"
    before = everything(db)
    with pytest.raises(sqlite3.IntegrityError):
        store.save(made.document(url="https://trust.example/1", children=[item]))
    assert everything(db) == before


def test_results_are_written_with_their_passages(db, store):
    key = store.save(made.document(native_id="1")).id
    results.write(db, key, made.result(), "p1")
    results.write(db, key, made.result(), "p1")
    jobs, cost = db.query(
        "select f.quote, p.text, f.pipeline from facts f join passages p on p.id = f.passage order by f.start"
    )
    assert jobs == {"quote": "200 jobs", "text": made.SENTENCE, "pipeline": "p1"}
    assert cost["text"].endswith("£2m")
    assert list(db.query("select organisation, mentions, first_start from document_organisations")) == [
        {"organisation": "RX1", "mentions": 1, "first_start": made.TEXT.index("The trust")}
    ]
    assert list(db.query("select t.value, f.quote from table_values t join facts f on f.id = t.fact")) == [
        {"value": 2e6, "quote": "£2m"}
    ]


def test_equal_figures_in_equal_sentences_are_told_apart_by_their_order(db, store):
    text = "Cut\n\nIt cuts £1m.\n\nIt cuts £1m."
    key = store.save(made.document(text, native_id="1")).id
    one = made.fact(text, "£1m", "GBP", 1e6)
    two = replace(one, start=text.rindex("£1m"), end=text.rindex("£1m") + 3)
    results.write(db, key, made.Result([two, one]), "p1")
    ids = [row["id"] for row in db.query("select id from facts order by start")]
    results.write(db, key, made.Result([one, two]), "p1")
    assert [row["id"] for row in db.query("select id from facts order by start")] == ids
    assert len(set(ids)) == 2


def test_a_fact_read_otherwise_keeps_its_row(db, store):
    key = store.save(made.document(native_id="1")).id
    results.write(db, key, made.result(), "p1")
    before = dict(db.execute("select id, rowid from facts").fetchall())
    other = made.result()
    other.facts[0].status = "possible"
    results.write(db, key, other, "p2")
    assert dict(db.execute("select id, rowid from facts").fetchall()) == before
    assert {row["status"] for row in db.table("facts").rows_where("unit = 'posts'")} == {"possible"}


def test_a_misquote_is_refused_whole(db, store):
    key = store.save(made.document(native_id="1")).id
    wrong = made.result()
    wrong.facts[0].start -= 1
    with pytest.raises(DatabaseError, match="200 jobs"):
        results.write(db, key, wrong, "p1")
    assert db.table("facts").count == 0
    assert next(db.table("documents").rows)["pipeline"] is None


def test_damaged_archive_is_named(store):
    place = archive.keep(store.folder, b"bytes")
    assert archive.read(store.folder, place) == b"bytes"
    (store.folder / place).write_bytes((store.folder / archive.keep(store.folder, b"other")).read_bytes())
    with pytest.raises(DatabaseError, match="do not match"):
        archive.read(store.folder, place)
    (store.folder / place).unlink()
    with pytest.raises(DatabaseError, match="cannot be read"):
        archive.read(store.folder, place)
