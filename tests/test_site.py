"""The pages: what each shows, that no question breaks one, how much they weigh, that none asks another host."""

from __future__ import annotations

import json
import re
import sqlite3
from datetime import date

import pytest
from lxml import html
from sqlite_utils import Database

from web import charts, terms
from web import format as words
from web.pages import boards

PATHS = [
    "/",
    "/search",
    "/search?q=posts",
    "/search?kind=job_cut&region=Y60",
    "/job-cuts",
    "/job-cuts?period=2025%2F26&region=Y60&bodies=trusts&sort=-size",
    "/savings",
    "/deficits",
    "/surveys",
    "/map",
    "/map?layer=distance",
    "/organisations?name=sample",
    "/organisation/SV1",
    "/organisation/SV0",
    "/organisation/QT1",
    "/announcement/vale-jobs",
    "/document/vale-paper",
    "/document/vale-story",
    "/document/letter",
    "/document/survey",
    "/accuracy",
    "/sources",
    "/corrections",
    "/about",
    "/feeds",
    "/api",
    "/nhs",
    "/nhs/facts",
    "/nhs/job_cuts",
    "/nhs/announcements_list",
    "/nothing-here",
]
MOST_BYTES = 150_000


def text_of(site, path: str) -> str:
    answer = site.get(path)
    assert answer.status_code == 200, (path, answer.text[-300:])
    return " ".join(" ".join(html.fromstring(answer.content).itertext()).split())


def fact_id(site_db, quote: str) -> str:
    with sqlite3.connect(site_db) as conn:
        return conn.execute("select id from facts where quote = ?", (quote,)).fetchone()[0]


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_small_marked_as_independent_and_asks_no_other_host(site, path):
    answer = site.get(path)
    assert answer.status_code == (404 if path == "/nothing-here" else 200)
    page = html.fromstring(answer.content)
    assert "Independent. Not an NHS service." in page.xpath("string(//footer)")
    assert len(page.xpath("//h1")) == 1
    assert len(answer.content) < MOST_BYTES
    loaded = page.xpath("//img/@src | //script/@src | //link[@rel='stylesheet' or @rel='icon']/@href | //iframe/@src")
    assert [address for address in loaded if not re.match(r"/(?!/)", address)] == []
    for address in loaded:
        assert site.get(address).status_code == 200, address


@pytest.mark.parametrize("path", PATHS[:-1])
def test_every_link_within_the_site_leads_somewhere(site, path):
    page = html.fromstring(site.get(path).content)
    links = {link.partition("#")[0] for link in page.xpath("//main//a/@href") if re.match(r"/(?!/|-/)", link)}
    for link in sorted(links)[:25]:
        assert site.get(link, follow_redirects=True).status_code == 200, link


def test_home_adds_only_one_basis_and_says_what_is_left_out(site):
    shown = text_of(site, "/")
    assert "550 posts" in shown
    assert "250 jobs" in shown
    assert "1 left out" in shown
    assert "Sample Vale: 430 posts" in shown


def test_home_is_two_clicks_from_the_original(site):
    page = html.fromstring(site.get("/").content)
    check = page.xpath("//a[starts-with(., 'Check ')]/@href")[0]
    original = html.fromstring(site.get(check).content).xpath("//a[.='the original']/@href")
    assert original[0].startswith("https://papers.example/")


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("region=Y60", "Sample Vale", "Sample Coast"),
        ("region=Y59", "Sample Coast", "Sample Vale"),
        ("status=begun", "Sample Coast", "Sample Moor"),
        ("name=moor", "Sample Moor", "Sample Vale"),
        ("least=400", "Sample Vale", "Sample Moor"),
        ("bodies=trusts", "Sample Vale", "All boards"),
        ("bodies=others", "All boards", "Sample Vale"),
        ("period=2025/26", "Sample Vale", "2024/25"),
    ],
)
def test_tracker_filters(site, query, shown, hidden):
    found = html.fromstring(site.get(f"/job-cuts?{query}").content).xpath("string(//table[1])")
    assert shown in found
    assert hidden not in found


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("size", ["coast-jobs", "moor-jobs", "vale-jobs", "nation-jobs"]),
        ("-size", ["nation-jobs", "vale-jobs", "moor-jobs", "coast-jobs"]),
    ],
)
def test_tracker_sorts_and_gives_the_same_rows_as_json(site, sort, order):
    assert [row["id"] for row in site.get(f"/job-cuts.json?sort={sort}").json()["rows"]] == order


def test_tracker_shows_the_share_of_the_workforce_and_never_adds_it(site):
    page = html.fromstring(site.get("/job-cuts").content)
    row = page.xpath("//tr[contains(., 'Sample Vale')]")[0].text_content()
    assert "4.1%" in row
    totals = [cell.text_content() for cell in page.xpath("//table[caption[starts-with(., 'Added')]]//tbody/tr")]
    assert any("posts" in line and "550" in line for line in totals)
    assert any("jobs" in line and "250" in line for line in totals)


@pytest.mark.parametrize(
    ("query", "type_", "extract"),
    [
        ('"corporate cost growth"', "fact", "<mark>corporate cost growth</mark>"),
        ("redun*", None, None),
        ("shrin*", "fact", "<mark>shrink</mark>"),
        ("Vale -story", "organisation", "<mark>Vale</mark>"),
        ("workforce plan", "document", "<mark>workforce</mark> <mark>plan</mark>"),
        ("bank staff", "passage", "<mark>Bank</mark> <mark>staff</mark>"),
    ],
)
def test_search_finds_and_marks(site, query, type_, extract):
    page = site.get("/search", params={"q": query}).text
    rows = site.get("/search.json", params={"q": query}).json()["rows"]
    if type_ is None:
        assert "Nothing fits" in page
        assert rows == []
        return
    assert type_ in {row["type"] for row in rows}
    assert extract in page


@pytest.mark.parametrize(
    "query",
    [
        '"',
        "(",
        "a-b",
        "*",
        "NEAR(",
        "^x",
        "'; drop table facts--",
        "AND",
        "NOT",
        '"" OR',
        "🦔",
        "\x00",
        "a" * 5000,
        "col:x",
        "{x}",
        "£1bn",
        "-",
    ],
)
@pytest.mark.parametrize("form", ["", ".json", ".csv", ".atom"])
def test_no_search_gives_an_error(site, query, form):
    assert site.get(f"/search{form}", params={"q": query}).status_code == 200


@pytest.mark.parametrize(
    "name", ["page", "least", "most", "since", "region", "sort", "in", "kind", "bodies", "layer", "period"]
)
@pytest.mark.parametrize("value", ["-1", "1e400", "nan", "x'y", "999999999999999999999", "%00"])
@pytest.mark.parametrize("path", ["/job-cuts", "/search", "/surveys", "/map"])
def test_no_filter_gives_an_error(site, path, name, value):
    assert site.get(f"{path}?q=posts&{name}={value}").status_code == 200


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/fact/none", "There is no figure none."),
        ("/document/none", "There is no document none."),
        ("/organisation/NONE", "There is no organisation NONE in the register."),
        ("/announcement/none", "There is no announcement none."),
        ("/document/letter/compare", "The document has only one version."),
    ],
)
def test_what_is_not_there_is_named(site, path, message):
    answer = site.get(path)
    assert answer.status_code == 404
    assert message in answer.text


def test_fact_page_marks_the_quote_and_cites_it(site, site_db):
    page = site.get(f"/fact/{fact_id(site_db, '430 posts')}").text
    assert "plans to remove <mark>430 posts</mark> in 2025/26" in page
    assert "Between 350 and 400 posts" in page
    assert "@misc{breakeven-" in page
    assert "very likely read rightly" in page


def test_fact_of_a_restricted_document_shows_the_sentence_only(site, site_db):
    page = site.get(f"/fact/{fact_id(site_db, 'Between 350 and 400 posts')}").text
    assert "<mark>Between 350 and 400 posts</mark> are to go" in page
    assert "not the whole text" in page


def test_document_page_marks_every_figure(site):
    page = html.fromstring(site.get("/document/vale-paper").content)
    marks = page.xpath("//div[@class='text']//mark/text()")
    assert marks == ["430 posts", "4.1%", "£18.5 million", "£12 million", "£41.2 million", "5.3%"]


def test_tables_of_a_document_lead_to_their_figures(site):
    page = html.fromstring(site.get("/document/letter").content)
    assert page.xpath("//table[contains(., 'Distance from fair share')]//a/text()") == ["2.4%", "(1.5)%"]


def test_organisation_page_knows_predecessors_and_announcements(site):
    shown = text_of(site, "/organisation/SV1")
    assert "Took over from Old Vale NHS Trust" in shown
    assert "£41.2 million" in shown
    assert "Succeeded by Sample Vale" in text_of(site, "/organisation/SV0")


def test_announcement_page_tells_the_history_in_order(site):
    page = html.fromstring(site.get("/announcement/vale-jobs").content)
    steps = [" ".join(step.text_content().split()) for step in page.xpath("//ol[@class='ladder']/li")]
    assert steps == ["Reported, 20 May 2025", "Agreed, 5 June 2025"]
    assert page.xpath("//ul[@class='list']//span[@class='tag']/text()") == ["First report", "Revised"]


def test_withdrawn_announcement_keeps_its_address_and_its_history(site, site_db):
    db = Database(site_db)
    for number, (what, old, new) in enumerate(
        [("added", None, "Sample Vale: 90 posts to go"), ("withdrawn", "Sample Vale: 90 posts to go", None)]
    ):
        row = {"id": f"gone{number}", "at": f"2025-07-0{number + 1}T08:00:00Z", "announcement": "gone", "what": what}
        db.table("announcement_changes").insert(row | {"old": old, "new": new, "because": "source"})
    shown = text_of(site, "/announcement/gone")
    assert "Sample Vale: 90 posts to go" in shown
    assert "2 July 2025: withdrawn" in shown


def test_survey_page_names_respondents_and_adds_nothing(site):
    shown = text_of(site, "/surveys")
    assert "160 responses" in shown
    assert "86%" in shown
    assert "133%" not in shown


@pytest.mark.parametrize(
    ("layer", "board", "words_"),
    [
        ("job_cut", "Nottingham and Nottinghamshire", "430 posts"),
        ("distance", "Kent and Medway", "\N{MINUS SIGN}1.5%"),
        ("saving", "Nottingham and Nottinghamshire", "£41.2"),
    ],
)
def test_map_has_a_table_twin(site, layer, board, words_):
    page = html.fromstring(site.get(f"/map?layer={layer}&period=2025/26").content)
    row = page.xpath(f"string(//table//tr[contains(., '{board}')])")
    assert words_ in row.replace("\xa0", " ")
    assert len(page.xpath("//*[local-name()='svg']/*[local-name()='a']")) == 42


def test_every_board_of_the_register_has_its_place(site_db):
    with sqlite3.connect(site_db) as conn:
        conn.row_factory = sqlite3.Row
        register = {row[0] for row in conn.execute("select id from organisations where kind = 'icb'")}
        assert set(boards.layout()) == register
        for year in ("2025/26", "2026/27"):
            found = [boards.layout()[board["id"]] for board in boards.living(conn, year)]
            places = [(place["row"], place["column"]) for place in found]
            assert len(places) == len(set(places)), year


@pytest.mark.parametrize("path", ["/job-cuts", "/savings", "/map", "/organisation/SV1", "/"])
def test_charts_have_a_name_a_summary_and_a_table(site, path):
    page = html.fromstring(site.get(path).content)
    drawings = page.xpath("//figure//*[local-name()='svg']")
    assert drawings
    for drawing in drawings:
        assert drawing.xpath("*[local-name()='title']/text()")
        assert drawing.xpath("*[local-name()='desc']/text()")
    assert page.xpath("//table")


@pytest.mark.parametrize(
    ("low", "high", "unit", "qualifier", "basis", "written"),
    [
        (311e6, 311e6, "GBP", "exact", None, "£311\xa0million"),
        (-8.4e6, -8.4e6, "GBP", "exact", None, "\N{MINUS SIGN}£8.4\xa0million"),
        (1.25e9, 2e9, "GBP", "about", None, "about £1.25\xa0billion to £2\xa0billion"),
        (3500, 3500, "GBP", "over", None, "more than £3,500"),
        (3, 11, "percent", "exact", None, "3% to 11%"),
        (1, 1, "posts", "exact", "jobs", "1\xa0job"),
        (200, 500, "posts", "at_most", "posts", "up to 200 to 500\xa0posts"),
        (785.5, 785.5, "posts", "exact", "wte", "785.5\xa0WTE posts"),
        (None, None, "GBP", None, None, ""),
    ],
)
def test_figures_as_people_write_them(low, high, unit, qualifier, basis, written):
    assert words.figure(low, high, unit, qualifier, basis) == written


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("2025-05-01", "1 May 2025"),
        ("2025-05", "May 2025"),
        ("2025-05-01T10:00:00Z", "1 May 2025"),
        ("2025", "2025"),
        ("2025-13-40", "2025-13-40"),
        (None, ""),
    ],
)
def test_dates_as_people_write_them(given, written):
    assert words.when(given) == written


@pytest.mark.parametrize(
    ("day", "year"), [("2026-03-31", "2025/26"), ("2026-04-01", "2026/27"), ("2099-12-01", "2099/00")]
)
def test_financial_years_turn_in_april(day, year):
    assert words.financial_year(date.fromisoformat(day)) == year


@pytest.mark.parametrize(
    ("typed", "expression"),
    [
        ("job cuts", '"job" "cuts"'),
        ('"job cuts" icb*', '"job cuts" "icb" *'),
        ("cut -bank", '"cut" NOT "bank"'),
        ("-bank", None),
        ("“cost growth”", '"cost growth"'),
        ("!!!", None),
        ("a-b", '"a b"'),
    ],
)
def test_typed_words_become_safe_expressions(typed, expression):
    assert terms.match_expression(typed) == expression


def test_bars_below_zero_stay_inside_the_drawing():
    drawn = charts.bars("t", "s", [charts.Bar("a", -5, -5, "-5"), charts.Bar("b", 10, 12, "10 to 12")])
    starts = [float(x) for x in re.findall(r'<rect[^>]* x="([-\d.]+)"', drawn)]
    assert min(starts) >= 0
    assert all(float(width) >= 0 for width in re.findall(r'width="([-\d.]+)"', drawn))


def test_json_of_a_search_holds_bare_text(site):
    body = json.loads(site.get("/search.json?q=posts").text)
    assert body["count"] == len(body["rows"]) > 0
    assert "\x02" not in site.get("/search.json?q=posts").text
    assert "<mark>" not in site.get("/search.csv?q=posts").text
