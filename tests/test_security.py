"""What a public instance must not do: run SQL, give away restricted texts, run a document's script, pass its limits."""

from __future__ import annotations

import base64
import hashlib
import re
import sqlite3
from importlib.metadata import version
from importlib.resources import files

import datasette
import pytest
import site_sample

from web import security
from web.browser import serving
from web.format import marked, outside, safe_href

SECRET = "Porcupine"  # a word of a text that only its publisher may print
ORIGINALS = {
    "_table.html": "f75a8872713f28fd",
    "base.html": "bb22df33caea147e",
    "table.html": "81cec4b0f7948bf0",
    "query.html": "bc3559df0e209da9",
    "database.html": "4fd5e97823bb5380",
    "error.html": "c2115d1fdbff1a48",
}


def names_of(site_db) -> list[str]:
    with sqlite3.connect(site_db) as conn:
        found = [row[0] for row in conn.execute("select name from sqlite_master where type in ('table', 'view')")]
    return [name for name in found if name != "sqlite_sequence"]


def test_datasette_is_of_the_line_whose_settings_these_are():
    assert version("datasette").startswith("0.65.")


@pytest.mark.parametrize(
    "path", ["/nhs?sql=select+1", "/nhs.json?sql=select+1", "/nhs.csv?sql=select+1", "/nhs/facts?_where=1"]
)
def test_sql_is_shut(site, path):
    assert site.get(path).status_code in (400, 403)


@pytest.mark.parametrize(
    "name", ["threads", "databases", "messages", "allow-debug", "patterns", "permissions", "actor", "metadata"]
)
@pytest.mark.parametrize("form", ["", ".json"])
def test_pages_on_the_server_itself_are_shut(site, name, form):
    assert site.get(f"/-/{name}{form}").status_code == 404


def test_no_page_names_a_folder_of_the_machine(site, site_db):
    for path in ("/", "/nhs", "/nhs.json", "/-/versions.json", "/-/settings.json", "/-/plugins.json"):
        assert str(site_db.parent) not in site.get(path).text


@pytest.mark.parametrize("form", ["", ".json?_shape=objects", ".csv?_stream=on"])
def test_restricted_text_is_in_no_table_or_view(site, site_db, form):
    for name in names_of(site_db):
        assert SECRET not in site.get(f"/nhs/{name}{form}").text, name


@pytest.mark.parametrize(
    "path",
    [
        "/nhs/documents/vale-story",
        "/nhs/documents/vale-story.json",
        "/nhs/documents.json?_shape=objects&_col=text",
        "/nhs/documents.json?_shape=objects&_col=text&id=vale-story",
        "/nhs/documents.csv?_col=text",
        "/nhs/document_versions.json?_col=text&_shape=objects",
        "/nhs/passages/vale-story-2",
        "/nhs/passages/vale-story-2.json",
        "/nhs/passages.json?_search=porcupine&_shape=objects",
        "/nhs/passages_fts.json?_shape=objects",
        "/nhs/passages_fts_data.json?_shape=objects",
        "/document/vale-story",
        "/search?in=passages&source=sample-news",
        "/search.json?in=passages&source=sample-news",
        "/nhs/search_figures.json?q=porcupine&_shape=objects",
    ],
)
def test_restricted_text_is_at_no_address(site, path):
    assert SECRET not in site.get(path).text


def test_restricted_version_is_named_without_its_text(site, site_db):
    with sqlite3.connect(site_db) as conn:
        name = conn.execute("select version from documents where id = 'vale-story'").fetchone()[0]
    answer = site.get(f"/document/vale-story/version/{name}")
    assert answer.status_code == 200
    assert SECRET not in answer.text


def test_filters_cannot_ask_about_restricted_text(site):
    found = site.get("/nhs/passages.json?text__contains=orcupine&_shape=objects").json()
    assert found["rows"] == []


def test_a_search_shows_no_more_than_a_short_extract_of_it(site):
    rows = site.get("/search.json?q=porcupine").json()["rows"]
    assert [row["type"] for row in rows] == ["passage"]
    assert all(len(row["text"].split()) <= 25 for row in rows)


def test_free_text_stays_readable(site):
    row = site.get("/nhs/documents/letter.json?_shape=objects").json()["rows"][0]
    assert row["text"].startswith("This is a sample letter.")
    rows = site.get("/nhs/passages.json?document=letter&_shape=objects").json()["rows"]
    assert rows[0]["text"].startswith("This is a sample letter.")
    found = site.get("/nhs/passages.json?_search=corporate&_shape=objects").json()["rows"]
    assert {row["document"] for row in found} >= {"letter"}


def test_long_texts_are_left_out_of_lists_unless_asked_for(site):
    assert "text" not in site.get("/nhs/documents.json?_shape=objects").json()["rows"][0]
    assert "text" in site.get("/nhs/documents.json?_shape=objects&_col=text").json()["rows"][0]


@pytest.mark.parametrize("path", ["/", "/nhs/facts", "/nhs.json", "/nothing", "/-/static-plugins/breakeven/site.css"])
def test_every_answer_has_the_headers(site, path):
    headers = site.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe-eval" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/search?q=posts",
        "/map",
        "/nhs",
        "/nhs/facts",
        "/nhs/facts?unit=posts",
        "/nhs/announcements_list",
        "/nothing",
        "/nhs/documents/letter",
    ],
)
def test_inline_scripts_are_the_ones_that_the_policy_allows(site, path):
    scripts = re.findall(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", site.get(path).text, re.DOTALL)
    hashes = {f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts}
    assert hashes <= set(security.SCRIPT_HASHES)


@pytest.mark.parametrize("name", sorted(ORIGINALS))
def test_overridden_templates_are_copies_of_the_ones_in_use(name):
    original = files(datasette).joinpath("templates", name).read_bytes()
    digest = hashlib.sha256(original).hexdigest()[:16]
    assert digest == ORIGINALS[name], f"Datasette changed {name}: bring web/templates/{name} up to it"


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        " javascript:alert(1)",
        "JaVaScRiPt:x",
        "data:text/html,x",
        "//host/x",
        "http://",
        "https://a b",
        "http://a\nb",
        'http://a"onx=',
        "ftp://a/b",
        "",
        None,
    ],
)
def test_unsafe_addresses_are_no_links(address):
    assert safe_href(address) is None
    assert "<a" not in outside(address, "words")


def test_safe_addresses_are_links_that_tell_nothing():
    link = '<a href="https://a.example/b?c=1&amp;d" rel="noopener noreferrer nofollow">x</a>'
    assert outside("https://a.example/b?c=1&d", "x") == link


def test_marking_escapes_all_parts():
    assert marked("<b>5%</b>", [(3, 5, None)]) == "&lt;b&gt;<mark>5%</mark>&lt;/b&gt;"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    path = site_sample.build(tmp_path_factory.mktemp("hostile") / "hostile.db")
    with sqlite3.connect(path) as conn:
        title, sentence, measure = (
            "<img src=x onerror=alert(1)>",
            "<script>alert(1)</script> 50%",
            '"><svg onload=alert(1)>',
        )
        conn.execute("update documents set title = ?, url = 'javascript:alert(1)' where id = 'letter'", (title,))
        conn.execute("update facts set sentence = ?, measure = ? where document = 'letter'", (sentence, measure))
        conn.execute("update passages set text = replace(text, 'Providers', '<u>Hospit</u>') where document = 'letter'")
        conn.execute("update organisations set name = '<i>Vale</i>' where id = 'SV1'")
        conn.execute("update announcements set title = '<b>x</b>' where id = 'vale-jobs'")
    with serving(path) as base:
        yield base


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/document/letter",
        "/search?q=alert",
        "/organisation/SV1",
        "/announcement/vale-jobs",
        "/job-cuts",
        "/map?layer=distance",
        "/search.atom?q=alert",
    ],
)
def test_hostile_rows_are_shown_as_text(hostile, path):
    import httpx

    answer = httpx.get(hostile + path)
    assert answer.status_code == 200
    for part in ("<script>alert", "<img src=x", "<svg onload", "<i>Vale", "<b>x", "<u>Hospit", 'href="javascript:'):
        assert part not in answer.text


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("attach database ':memory:' as other", "not authorized"),
        ("select hex(fts3_tokenizer('simple'))", "not authorized"),
        ("select length(randomblob(200000000))", "not authorized"),
        ("delete from facts", "attempt to write|readonly"),
        ("select length(replace(hex(printf('%.*c', 40000000, 'x')), '7', '888888888'))", "too big|memory"),
    ],
)
def test_connections_are_bounded(site_db, sql, message):
    conn = sqlite3.connect(f"file:{site_db}?mode=ro", uri=True)
    security.prepare(conn, "nhs")
    with pytest.raises((sqlite3.Error, MemoryError), match=message):
        conn.execute(sql).fetchall()
    conn.close()


def test_nothing_can_be_posted(site):
    assert site.post("/nhs/facts", data={"sql": "x"}).status_code in (403, 405)
    assert site.post("/search", data={"q": "x"}).status_code in (403, 405)
