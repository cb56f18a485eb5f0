"""Parsers against recorded answers, and whole crawls of the sample sites over HTTP."""

from __future__ import annotations

import json
import random
import time

import pytest
from crawl_helper import article, run, start, write_site, write_source
from parser_cases import FOLDER, parsed, summary

import db as database
from breakeven_errors import BreakevenError
from crawler.frontier import Lead, Page
from crawler.source import load_sources
from crawler.spiders import PARSERS
from crawler.spiders.pages import NotContentError
from db import archive
from samples.serve import SITES, running

CASES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}
MOVING = ("last_seen", "first_seen", "fetched", "at", "run", "tries")


@pytest.mark.parametrize("name", CASES)
def test_recorded_answer_is_read_as_expected(name):
    assert summary(parsed(CASES[name])) == CASES[name]["expected"]


@pytest.mark.parametrize("parser", PARSERS)
def test_each_parser_has_a_recorded_answer(parser):
    assert parser in {case["parser"] for case in CASES.values()}


@pytest.mark.parametrize("name", load_sources())
def test_parsers_of_each_source_are_known(name):
    source = load_sources()[name]
    assert {start.parser for start in [*source.start, *source.backfill]} | {source.reader} <= set(PARSERS)


def page_of(
    body: str, url: str = "https://www.kingsfund.org.uk/insight-and-analysis/blogs/x", parser: str = "page"
) -> Page:
    return Page(Lead(url, parser), url, 200, {}, body.encode(), "text/html")


WORDS = "words of an article that tell of money " * 8
DATED = '<meta property="article:published_time" content="2025-05-05">'


@pytest.mark.parametrize(
    ("body", "stage", "said"),
    [
        (f"{DATED}<main><h1>Just a moment</h1><p>Checking your browser</p></main>", "blocked", "challenge"),
        (f"{DATED}<main><h1>Deficits</h1><p>Trusts owe</p></main><div>Log in to continue</div>", "blocked", "sign in"),
        (f"{DATED}<main><h1>Deficits</h1></main><b>You need to enable JavaScript</b>", "blocked", "empty shell"),
        (f"{DATED}<main><h1>Deficits</h1><p>Short.</p></main>", "content", "words of body"),
        (f"<main><h1>Deficits</h1><p>{WORDS}</p></main>", "content", "no date"),
    ],
    ids=["challenge", "sign-in", "empty shell", "no body", "no date"],
)  # fmt: skip
def test_answers_that_are_no_content_are_told(body, stage, said):
    with pytest.raises(NotContentError, match=said) as caught:
        PARSERS["page"](page_of(body), load_sources()["kings-fund"])
    assert caught.value.stage == stage


def test_redirect_to_the_home_page_is_gone():
    page = page_of(article("Welcome"))
    page.url = "https://www.kingsfund.org.uk/"
    with pytest.raises(NotContentError, match="home page"):
        PARSERS["page"](page, load_sources()["kings-fund"])


@pytest.mark.parametrize(
    ("parser", "body", "said"),
    [
        ("feed", "<html><p>Sorry</p></html>", "no entries of a feed"),
        ("sitemap", "<html><p>Sorry</p></html>", "no sitemap"),
        ("wordpress", "<html>", "no JSON"),
        ("wordpress", '{"code": "rest_no_route"}', "not a list"),
        (
            "questions",
            json.dumps({"totalResults": 1, "results": [{"value": {"answeringBodyId": 14}}]}),
            "ignores the filter",
        ),
    ],
    ids=["feed", "sitemap", "not JSON", "error object", "foreign department"],
)
def test_listings_that_are_something_else_fail_loudly(parser, body, said):
    page = page_of(body, parser=parser)
    page.lead.hints["answering_body"] = "17"
    with pytest.raises(BreakevenError, match=said):
        PARSERS[parser](page, load_sources()["kings-fund"])


def contents(path) -> dict[str, list[tuple]]:
    """Everything in a database but what may move between runs."""
    db = database.connect(path)
    tables = ("documents", "document_versions", "document_aliases", "passages", "frontier", "facts")
    found = {}
    for table in tables:
        columns = [column.name for column in db[table].columns if column.name not in MOVING]
        names = ", ".join(f'"{column}"' for column in columns)
        found[table] = sorted(db.execute(f"select {names} from {table}").fetchall(), key=repr)
    return found


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    """The sample sites crawled twice: the database after the first run, outcomes, and what was asked in each."""
    folder = tmp_path_factory.mktemp("samples")
    with running() as server:
        first = run(folder / "x.db", server, copies=True)
        before, asked_first = contents(folder / "x.db"), list(server.asked)
        server.asked.clear()
        second = run(folder / "x.db", server, copies=True)
        return folder / "x.db", before, first, second, asked_first, list(server.asked)


def test_sample_sites_fill_a_database(crawled):
    path, _, first, _, _, _ = crawled
    rows = list(database.connect(path)["documents"].rows)
    assert len(rows) >= 30
    assert all(row["title"] and row["published"] and row["source"] for row in rows)
    assert {row["kind"] for row in rows} >= {
        "news",
        "letter",
        "survey",
        "board_paper",
        "statement",
        "dataset",
        "guidance",
    }
    failures = " ".join(first["failures"])
    assert len(first["failures"]) == 2, failures
    assert "sign in" in failures
    assert "robots.txt forbids" in failures


def test_second_run_makes_nothing_and_asks_with_validators(crawled):
    path, before, _, second, _, asked = crawled
    assert contents(path) == before
    assert sum(tally["new"] + tally["changed"] for tally in second["tallies"].values()) == 0
    plain = [one for one in asked if not one.conditional and one.path != "/robots.txt"]
    assert [one.path for one in plain] == ["/news/2025/07/sample-members-only"], (
        "only the page that could not be read is asked whole"
    )


def test_no_forbidden_path_is_asked(crawled):
    asked = [*crawled[4], *crawled[5]]
    assert not [one for one in asked if "sample-forbidden" in one.path]


def test_landing_page_is_an_alias_of_its_long_read(crawled):
    rows = list(database.connect(crawled[0]).query(
        "select a.url, d.url as document from document_aliases a join documents d on d.id = a.document"
        " where a.url like '%publication%'"
    ))  # fmt: skip
    assert rows == [
        {
            "url": "https://www.england.nhs.uk/publication/sample-icb-running-costs/",
            "document": "https://www.england.nhs.uk/long-read/sample-icb-running-costs/",
        }
    ]


def test_attachment_hangs_on_its_page(crawled):
    query = "select p.url from documents d join documents p on p.id = d.parent where d.url like '%.csv'"
    assert (
        database.connect(crawled[0])
        .execute(query)
        .fetchone()[0]
        .endswith("/publication/sample-deficit-support-withheld/")
    )


def test_agency_copy_is_kept_as_a_copy_of_one(crawled):
    query = "select d.source, o.source from documents d join documents o on o.id = d.copy_of"
    assert database.connect(crawled[0]).execute(query).fetchall() == [("distilled-post", "healthcare-leader")]


def test_two_addresses_of_one_page_are_one_document(crawled):
    query = "select count(*) from documents where source = 'lowdown'"
    assert database.connect(crawled[0]).execute(query).fetchone()[0] == 4


def test_health_of_each_source_is_shown(crawled):
    rows = {row["source"]: row for row in database.connect(crawled[0])["source_health"].rows}
    assert rows["nhs-england"]["state"] == "ok"
    assert rows["nhs-england"]["last_new"]


@pytest.fixture
def site(tmp_path):
    """A small site with a listing of five dated pages, and its source."""
    days = [f"2025-0{number}-01" for number in range(1, 6)]
    entries = "".join(
        f'<article><a href="/news/{day}">Deficit {day}</a><time datetime="{day}">{day}</time></article>' for day in days
    )
    pages = {
        f"news/{day}.html": article(f"Deficit {day}", f"A deficit of £{number} million. " * 20)
        for number, day in enumerate(days)
    }
    write_site(tmp_path / "sites", "site.example", {"news.html": f"<main>{entries}</main>", **pages})
    selectors = {"entry": ["article"], "entry_date": ["time::attr(datetime)"]}
    write_source(
        tmp_path / "sources",
        "site",
        ["https://site.example/news"],
        "listing",
        item="/news/.+",
        selectors=selectors,
        least=3,
    )
    return tmp_path


@pytest.mark.parametrize(
    ("asked", "expected"),
    [({"since": "2025-03-15"}, 2), ({"limit": 3}, 3), ({}, 5)],
    ids=["since", "limit", "all"],
)
def test_runs_can_be_bounded_and_a_later_one_completes_them(site, asked, expected):
    with running(site / "sites") as server:
        run(site / "x.db", server, sources=site / "sources", **asked)
        assert database.connect(site / "x.db")["documents"].count == expected
        run(site / "x.db", server, sources=site / "sources")
    assert database.connect(site / "x.db")["documents"].count == 5


def test_changed_page_makes_a_version_and_keeps_the_old_one(site):
    with running(site / "sites") as server:
        run(site / "x.db", server, sources=site / "sources")
        db = database.connect(site / "x.db")
        db.execute("update frontier set last_seen = '2020-01-01T00:00:00Z' where not listing")
        db.conn.commit()
        changed = site / "sites" / "site.example" / "news" / "2025-02-01.html"
        changed.write_text(article("Deficit 2025-02-01", "A deficit of £77 million. " * 20), encoding="utf-8")
        outcome = run(site / "x.db", server, sources=site / "sources")
    assert (outcome["tallies"]["site"]["changed"], outcome["tallies"]["site"]["unchanged"]) == (1, 5)
    versions = list(
        db.query(
            "select * from document_versions where document in"
            " (select document from document_versions group by 1 having count(*) = 2)"
        )
    )
    assert len(versions) == 2
    assert all(archive.read(archive.folder_of(db), row["archive"]) for row in versions)


def test_listing_that_goes_quiet_is_a_failure(site):
    (site / "sites" / "site.example" / "news.html").write_text("<main><p>Loading</p></main>", encoding="utf-8")
    with running(site / "sites") as server:
        outcome = run(site / "x.db", server, sources=site / "sources")
    quiet = "site: its listings show 0 entries, of 3 at the least; look whether a selector or address changed"
    assert outcome["failures"] == [quiet]
    assert next(database.connect(site / "x.db")["source_health"].rows)["state"] == "silent"


def test_killed_crawls_end_like_an_undisturbed_one(tmp_path):
    chance = random.Random(5)
    with running() as server:
        names = ["nhs-england", "gov-uk-health", "unison", "kings-fund", "lowdown"]
        run(tmp_path / "calm.db", server, names=names)
        for _ in range(6):
            process, _ = start(tmp_path / "killed.db", server, names=names)
            seen = len(server.asked)
            while len(server.asked) == seen and process.is_alive():
                time.sleep(0.005)
            time.sleep(chance.uniform(0, 0.25))
            process.kill()
            process.join()
        run(tmp_path / "killed.db", server, names=names)
    calm, killed = contents(tmp_path / "calm.db"), contents(tmp_path / "killed.db")
    assert killed == calm


def test_sites_are_marked_as_samples():
    unmarked = [
        path for path in SITES.rglob("*.html")
        if "<article" in path.read_text(encoding="utf-8") and "<p>" in path.read_text(encoding="utf-8")
        and "ample" not in path.read_text(encoding="utf-8")
    ]  # fmt: skip
    assert unmarked == []


def test_archive_holds_the_bytes_of_each_version(crawled):
    db = database.connect(crawled[0])
    folder = archive.folder_of(db)
    rows = list(db["document_versions"].rows)
    assert len(rows) >= 30
    assert all(len(archive.read(folder, row["archive"])) == row["bytes"] for row in rows)
