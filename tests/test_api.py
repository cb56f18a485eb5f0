"""The API as programs use it: named queries, paging, CSV, feeds, OpenAPI, reconciliation, caches, two real clients."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import subprocess

import feedparser
import httpx
import pandas as pd
import pytest
import site_sample
from lxml import etree, html

from web.browser import serving
from web.settings import metadata

QUERIES = metadata()["databases"]["nhs"]["queries"]
NEEDED = {"organisation": "SV1", "fact": "none", "announcement": "vale-jobs", "document": "letter", "q": "posts"}


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_every_named_query_answers_with_and_without_parameters(site, name):
    query = QUERIES[name]
    assert query["title"]
    assert query["description"]
    given = {param: NEEDED[param] for param in query["params"] if param in NEEDED}
    for params in ({}, given):
        for form in (".json", ".csv", ""):
            answer = site.get(f"/nhs/{name}{form}", params={**params, "_shape": "objects"})
            assert answer.status_code == 200, answer.text[-200:]
    if name != "evidence":
        assert site.get(f"/nhs/{name}.json", params={**given, "_shape": "objects"}).json()["rows"]


@pytest.mark.parametrize("value", ["", '"', "'", "(", "a-b", "*", "\\", "%", "🦔"])
def test_the_search_query_takes_anything(site, value):
    assert site.get("/nhs/search_figures.json", params={"q": value, "_shape": "objects"}).status_code == 200


def test_filters_of_a_named_query(site):
    rows = site.get("/nhs/announcements_list.json?kind=job_cut&region=Y60&_shape=array").json()
    assert [row["id"] for row in rows] == ["moor-jobs", "vale-jobs"]


def test_paging_by_the_last_id_reaches_the_end(site):
    seen, after = [], ""
    while rows := site.get("/nhs/register.json", params={"after": after, "_shape": "array"}).json():
        seen += [row["id"] for row in rows]
        after = rows[-1]["id"]
    assert len(seen) == len(set(seen)) > 800


def test_paging_of_a_table_reaches_the_end(site):
    address, seen = "/nhs/organisations.json?_shape=objects&_size=200", []
    while address:
        body = site.get(address).json()
        seen += [row["id"] for row in body["rows"]]
        address = body["next_url"]
    assert len(seen) == len(set(seen)) > 800


def test_csv_streams_past_the_limit_of_rows(site):
    text = site.get("/nhs/organisations.csv?_stream=on").text
    assert len(text.strip().splitlines()) > 800


@pytest.mark.parametrize(
    "path", ["/", "/job-cuts.json", "/nhs/facts.json?_shape=objects", "/nhs/announcements_list.json?_shape=objects"]
)
def test_any_web_page_may_read_it_and_caches_may_keep_it(site, path):
    headers = site.get(path).headers
    assert headers["access-control-allow-origin"] == "*"
    assert "max-age=300" in headers["cache-control"]


@pytest.mark.parametrize("path", ["/", "/job-cuts.csv", "/feed.atom", "/openapi.json"])
def test_an_unchanged_page_is_not_sent_twice(site, path):
    tag = site.get(path).headers["etag"]
    again = site.get(path, headers={"if-none-match": tag})
    assert again.status_code == 304
    assert again.content == b""


def test_openapi_names_every_query_with_its_parameters(site):
    body = site.get("/openapi.json").json()
    assert body["openapi"].startswith("3.1")
    assert set(body["paths"]) == {f"/nhs/{name}.json" for name in QUERIES}
    for name, query in QUERIES.items():
        named = [each["name"] for each in body["paths"][f"/nhs/{name}.json"]["get"]["parameters"]]
        assert named == [*query["params"], "_shape"]


def test_named_parameters_are_the_ones_in_the_sql():
    for query in QUERIES.values():
        for param in query["params"]:
            assert f":{param}" in query["sql"]


def test_pandas_lines_of_the_api_page_run_as_shown(site, capsys):
    page = html.fromstring(site.get("/api").content)
    snippets = page.xpath("//pre[@class='pandas']/text()")
    assert len(snippets) == len(QUERIES)
    for snippet in snippets:
        exec(compile(snippet, "api page", "exec"), {})
    assert "SV1" in capsys.readouterr().out


def test_r_lines_of_the_api_page_run_as_shown(site):
    if shutil.which("Rscript") is None:
        pytest.skip("no Rscript on the path: the R lines are not run here")
    page = html.fromstring(site.get("/api").content)
    lines = page.xpath("//pre[@class='r']/text()")[0]
    done = subprocess.run(["Rscript", "-e", lines], capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr


def test_savings_percentages_of_a_year_in_three_lines(site):
    base = site.base_url
    frame = pd.read_csv(f"{base}/nhs/savings_shares.csv?period=2025/26")
    assert sorted(frame["low"]) == [5.3, 6.0, 50.0]
    assert frame.set_index("organisation").loc["SV3", "low"] == 6


def test_region_cuts_exported_as_csv(site):
    text = site.get("/job-cuts.csv?region=Y60&bodies=trusts&period=2025/26").text
    frame = pd.read_csv(io.StringIO(text))
    assert list(frame["id"]) == ["moor-jobs", "vale-jobs"]
    assert list(frame["high"]) == [250, 430]


@pytest.mark.parametrize(
    "path",
    [
        "/feed.atom",
        "/feed.atom?kind=saving",
        "/organisation/SV1.atom",
        "/job-cuts.atom?region=Y60",
        "/surveys.atom",
        "/search.atom?q=posts",
    ],
)
def test_feeds_are_read_by_a_feed_reader(site, path):
    feed = feedparser.parse(site.get(path).content)
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == "atom10"
    assert feed.entries
    for entry in feed.entries:
        assert entry.id
        assert entry.updated_parsed
        assert entry.summary
        assert httpx.get(entry.link).status_code == 200


def entries_of(base: str) -> dict:
    feed = feedparser.parse(httpx.get(f"{base}/organisation/SV1.atom").content)
    return {entry.id: entry for entry in feed.entries}


def test_a_revision_arrives_in_the_feed_under_the_same_id(tmp_path):
    path = site_sample.build(tmp_path / "revised.db")
    with serving(path) as base:
        before = entries_of(base)
        with sqlite3.connect(path) as conn:
            conn.execute(
                "update announcements set high = 500, revisions = 2, updated = ? where id = 'vale-jobs'",
                ("2025-09-20T08:00:00Z",),
            )
        after = entries_of(base)
    assert set(before) == set(after)
    changed = [name for name in after if after[name].updated != before[name].updated]
    assert len(changed) == 1
    assert "500" in after[changed[0]].title


def test_robots_and_sitemap_agree_with_the_site(site):
    robots = site.get("/robots.txt").text
    assert "Disallow: /*?" in robots
    index = etree.fromstring(site.get("/sitemap.xml").content)
    files = index.xpath("//*[local-name()='loc']/text()")
    assert f"{site.base_url}/sitemap.xml".replace("//sitemap", "/sitemap") in robots
    maps = [etree.fromstring(site.get(file).content) for file in files]
    addresses = [loc for each in maps for loc in each.xpath("//*[local-name()='loc']/text()")]
    assert len(addresses) > 30
    for address in addresses:
        assert site.get(address).status_code == 200, address


def test_reconciliation_finds_a_body_by_its_name(site):
    manifest = site.get("/reconcile").json()
    assert manifest["name"]
    queries = {"q0": {"query": "University Hospital Southampton NHS Foundation Trust", "limit": 3}}
    posted = site.post("/reconcile", data={"queries": json.dumps(queries)}).json()
    got = site.get("/reconcile", params={"queries": json.dumps(queries)}).json()
    assert posted == got
    assert got["q0"]["result"][0]["id"] == "RHM"


@pytest.mark.parametrize("queries", ["", "x", "[]", "{}", '{"q0": 1}', '{"q0": {}}'])
def test_a_broken_batch_of_reconciliation_is_told_so(site, queries):
    answer = site.get("/reconcile", params={"queries": queries})
    assert answer.status_code in (200, 400)
    assert answer.headers["content-type"].startswith("application/json")


def test_no_table_uses_what_datasette_does_badly():
    tables = metadata()["databases"]["nhs"].get("tables", {})
    for name, table in tables.items():
        assert "units" not in table, (
            f"{name}: units prints prefixed quantities; say the unit in the column's description"
        )
        assert table.get("searchmode") != "raw", f"{name}: a raw search for a-b is an error page"
