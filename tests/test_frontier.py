"""The frontier: when to look again, and what one answer writes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from crawl_helper import write_source

import db as database
from crawler.document import Document
from crawler.duplicates import Signed, copies, signature
from crawler.frontier import Found, Known, Lead, Page, Tally, due, settled
from crawler.source import load_sources
from db import crawling, runs

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def ago(days: float) -> str:
    return (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("lead", "known", "expected"),
    [
        (Lead("u", "page"), None, True),
        (Lead("u", "page"), Known("pending"), True),
        (Lead("u", "page"), Known("pending", tries=5, last_seen=ago(2)), False),
        (Lead("u", "page"), Known("pending", tries=5, last_seen=ago(30)), True),
        (Lead("u", "listing", listing=True), Known("done", last_seen=ago(0.01)), True),
        (Lead("u", "page", published=ago(10)[:10]), Known("done", last_seen=ago(0.5)), False),
        (Lead("u", "page", published=ago(10)[:10]), Known("done", last_seen=ago(1.5)), True),
        (Lead("u", "page", published=ago(100)[:10]), Known("done", last_seen=ago(1.5)), False),
        (Lead("u", "page", published=ago(100)[:10]), Known("done", last_seen=ago(8)), True),
        (Lead("u", "page", published=ago(900)[:10]), Known("done", last_seen=ago(8)), False),
        (Lead("u", "page", published=ago(900)[:10]), Known("done", last_seen=ago(29)), True),
        (Lead("u", "page", stamp="b"), Known("done", stamp="a", last_seen=ago(0.1)), True),
        (Lead("u", "page", stamp="a"), Known("done", stamp="a", last_seen=ago(0.1)), False),
        (Lead("u", "page"), Known("forbidden", last_seen=ago(3)), False),
        (Lead("u", "page"), Known("gone", last_seen=ago(29)), True),
    ],
    ids=[
        "new", "open", "tried five times", "tried long ago", "listing", "young, today", "young, yesterday", "this year",
        "this year, last week", "old, last week", "old, last month", "stamp moved", "stamp as before", "forbidden",
        "gone",
    ],
)  # fmt: skip
def test_when_to_look_again(lead, known, expected):
    assert due(lead, known, NOW) is expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ([Known("done"), Known("gone")], True),
        ([Known("done"), None], False),
        ([Known("done"), Known("pending")], False),
    ],
    ids=["all known", "one new", "one open"],
)
def test_walk_ends_at_a_page_that_is_known(known, expected):
    assert settled([Lead("a", "page"), Lead("b", "page")], known) is expected


def test_walk_goes_on_behind_a_page_without_entries_of_interest():
    assert settled([], []) is False


@pytest.fixture
def store(tmp_path):
    write_source(tmp_path, "paper", ["https://paper.example/"])
    db = database.connect(tmp_path / "x.db")
    with runs.run(db, "crawl") as run:
        kept = crawling.CrawlStore(db, run)
        kept.register(load_sources(tmp_path)["paper"])
        yield kept


def answer(url: str, listing: bool = False, **headers: str) -> Page:
    return Page(Lead(url, "page", listing=listing), url, 200, headers, b"x", "text/html")


def document(url: str, text: str = "A deficit of five million pounds was reported.") -> Document:
    return Document(text, title="A deficit", url=url, source="paper", published="2025-05-05", raw=text.encode())


def test_one_answer_is_one_transaction(store):
    leads = [Lead("https://paper.example/b", None)]  # type: ignore[arg-type]
    broken = Found(documents=[document("https://paper.example/a")], leads=leads)
    with pytest.raises(Exception, match="NOT NULL"):
        store.keep("paper", answer("https://paper.example/a"), broken)
    assert store.db["documents"].count == 0
    assert store.db["frontier"].count == 0


def test_leads_stay_open_until_they_are_answered(store):
    leads = [Lead(f"https://paper.example/{name}", "page", "s", "2025-05-05", {"title": name}) for name in "abc"]
    store.keep("paper", answer("https://paper.example/", listing=True), Found(leads=leads))
    assert store.pending("paper") == leads
    kept = store.keep("paper", answer(leads[0].url, etag='"1"'), Found(documents=[document(leads[0].url)]))
    assert (kept.new, kept.changed) == (1, 0)
    assert store.pending("paper") == leads[1:]
    assert store.known("paper", "http://www.paper.example/a/#x").etag == '"1"'


def test_pages_are_looked_at_again_when_their_listing_is_unchanged(store):
    store.keep("paper", answer("https://paper.example/a"), Found(documents=[document("https://paper.example/a")]))
    assert store.pending("paper") == []
    store.db.execute("update frontier set last_seen = '2020-01-01T00:00:00Z'")
    assert [lead.url for lead in store.pending("paper")] == ["https://paper.example/a"]


def test_moved_stamp_opens_a_page_again(store):
    store.keep("paper", answer("https://paper.example/a"), Found(documents=[document("https://paper.example/a")]))
    store.keep(
        "paper",
        answer("https://paper.example/", listing=True),
        Found(leads=[Lead("https://paper.example/a", "page", "new")]),
    )
    assert [lead.stamp for lead in store.pending("paper")] == ["new"]


@pytest.mark.parametrize("first", ["landing", "target"])
def test_alias_is_joined_whichever_page_comes_first(store, first):
    target = (answer("https://paper.example/long"), Found(documents=[document("https://paper.example/long")]))
    landing = (answer("https://paper.example/short"), Found(alias_of="https://paper.example/long"))
    for page, found in [landing, target] if first == "landing" else [target, landing]:
        store.keep("paper", page, found)
    assert [row["url"] for row in store.db["document_aliases"].rows] == ["https://paper.example/short"]


def test_attachment_finds_its_page(store):
    store.keep("paper", answer("https://paper.example/a"), Found(documents=[document("https://paper.example/a")]))
    child = document("https://paper.example/a.pdf", "Savings of ten million pounds.")
    child.parent = "https://paper.example/a"
    store.keep("paper", answer(child.url), Found(documents=[child]))
    parents = [row["parent"] for row in store.db["documents"].rows_where("parent is not null")]
    assert parents == [row["id"] for row in store.db["documents"].rows_where("parent is null")]


def test_parts_that_could_not_be_read_are_failures_until_they_can(store):
    page = answer("https://paper.example/a.zip")
    whole = document(page.url)
    partly = document(page.url)
    partly.problems = ["a.zip/b.pdf: it is locked; ask for a copy that is not", "a.zip/c.exe: not read"]
    store.keep("paper", page, Found(documents=[partly]))
    (failure,) = store.db["failures"].rows
    assert (failure["stage"], failure["url"]) == ("read", page.url)
    assert all(problem in failure["error"] for problem in partly.problems)
    assert store.pending("paper") == []
    store.keep("paper", page, Found(documents=[whole]))
    assert store.db["failures"].count == 0


def test_unchanged_moves_last_seen_alone(store):
    page = answer("https://paper.example/a")
    store.keep("paper", page, Found(documents=[document(page.url)]))
    store.db.execute("update documents set last_seen = '2020-01-01T00:00:00Z'")
    store.unchanged("paper", page.lead)
    assert next(store.db["documents"].rows)["last_seen"] > "2020-01-02"
    assert store.db["document_versions"].count == 1


@pytest.mark.parametrize(("stage", "state"), [("forbidden", "forbidden"), ("fetch", "pending")])
def test_failure_is_recorded_once_and_mended_by_success(store, stage, state):
    lead = Lead("https://paper.example/a", "page")
    for _ in range(2):
        store.fail("paper", lead, stage, "https://paper.example/a: status 500")
    assert store.db["failures"].count == 1
    assert store.known("paper", lead.url).state == state
    store.keep("paper", answer(lead.url), Found(documents=[document(lead.url)]))
    assert store.db["failures"].count == 0


def test_complaints_make_a_source_silent(store, tmp_path):
    source = load_sources(tmp_path)["paper"]
    store.finish(source, Tally(asked=1), ["paper: its listings show nothing"])
    row = next(store.db["source_health"].rows_where("source = 'paper'"))
    assert (row["state"], row["complaint"]) == ("silent", "paper: its listings show nothing")


STORY = [f"The trust said sentence number {number} about its deficit." for number in range(10)]
REWRITTEN = [f"Another paper tells of matter {number} in its own words." for number in range(10)]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (STORY, True),
        (["Our correspondent writes from the town hall.", *STORY], True),
        (REWRITTEN, False),
        (["Short."], False),
    ],
    ids=["same", "with a line more", "in other words", "too short to tell"],
)
def test_copies_of_one_text_are_found(other, expected):
    signed = [
        Signed("first", "2025-05-01", signature(" ".join(STORY))),
        Signed("second", "2025-05-02", signature(" ".join(other))),
    ]
    assert copies(signed) == ({"second": "first"} if expected else {})
    assert copies(signed[::-1]) == copies(signed)


def test_one_reference_of_a_year_is_one_document(store):
    for name, words, day in [("short", 5, "2026-01-20"), ("long", 50, "2026-01-20"), ("later", 9, "2031-01-20")]:
        one = document(f"https://paper.example/{name}", f"{name} deficit " * words)
        one.reference, one.published = "PRN00001", day
        store.keep("paper", answer(one.url), Found(documents=[one]))
    assert crawling.mark_copies(store.db) == 1
    query = "select d.url, o.url from documents d join documents o on o.id = d.copy_of"
    assert store.db.execute(query).fetchall() == [("https://paper.example/short", "https://paper.example/long")]
    assert crawling.mark_copies(store.db) == 1
