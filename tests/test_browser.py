"""The site in a real Chromium: accessibility, keyboard, no script, no other host, small screens, a new user's tasks."""

from __future__ import annotations

import io
import json
from importlib.resources import files

import feedparser
import pandas as pd
import pytest

from web.browser import FLAGS, chromium

PAGES = {
    "home": "/",
    "search": "/search?q=posts",
    "filters": "/search?kind=job_cut&region=Y60",
    "job-cuts": "/job-cuts",
    "savings": "/savings",
    "surveys": "/surveys",
    "map": "/map?layer=distance&period=2025/26",
    "organisations": "/organisations",
    "organisation": "/organisation/SV1",
    "announcement": "/announcement/vale-jobs",
    "document": "/document/letter",
    "restricted": "/document/vale-story",
    "accuracy": "/accuracy",
    "sources": "/sources",
    "corrections": "/corrections",
    "about": "/about",
    "feeds": "/feeds",
    "api": "/api",
    "missing": "/nothing-here",
    "database": "/nhs",
    "table": "/nhs/facts?_size=5",
    "filtered table": "/nhs/announcements?kind=job_cut",
    "row": "/nhs/announcements/vale-jobs",
    "query": "/nhs/announcements_list?kind=job_cut",
}
SCREENS = {
    "desk": {"viewport": {"width": 1200, "height": 900}},
    "small phone, dark": {"viewport": {"width": 320, "height": 700}, "color_scheme": "dark"},
}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def browser():
    path = chromium()
    if path is None:
        pytest.skip("no Chromium here: install one, or name it in $BREAKEVEN_CHROMIUM, to run the browser tests")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser, site):
    context = browser.new_context(
        base_url=str(site.base_url), accept_downloads=True, viewport={"width": 1200, "height": 900}
    )
    opened = context.new_page()
    yield opened
    context.close()


@pytest.fixture(scope="module")
def axe() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module", params=SCREENS)
def screen(request, browser, site):
    context = browser.new_context(base_url=str(site.base_url), **SCREENS[request.param])
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible_fits_the_screen_and_keeps_to_its_host(screen, site, axe, name):
    asked, told = [], []
    note = {
        "request": lambda request: asked.append(request.url),
        "console": lambda message: told.append(message.text),
        "pageerror": lambda error: told.append(str(error)),
    }
    for event, listener in note.items():
        screen.on(event, listener)
    screen.goto(PAGES[name])
    for event, listener in note.items():
        screen.remove_listener(event, listener)
    assert [url for url in asked if not url.startswith((str(site.base_url), "data:"))] == []
    assert [text for text in told if "404" not in text] == []
    assert screen.evaluate("document.documentElement.scrollWidth <= innerWidth")
    screen.evaluate(axe)  # by the debugger, so that the page's policy stays in force
    found = screen.evaluate("tags => axe.run({runOnly: tags})", RULES)["violations"]
    broken = [(each["id"], node["html"][:160], node["failureSummary"]) for each in found for node in each["nodes"][:3]]
    assert not broken, json.dumps(broken, indent=1)


def test_keyboard_alone_reaches_the_content_and_searches(page):
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("sample moor")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=sample+moor")
    assert page.locator("mark", has_text="Moor").count() >= 1


def test_every_stop_of_the_keyboard_can_be_seen(page):
    page.goto("/job-cuts")
    for _ in range(25):
        page.keyboard.press("Tab")
        style, width = page.evaluate(
            "(s => [s.outlineStyle, parseFloat(s.outlineWidth)])(getComputedStyle(document.activeElement))"
        )
        assert style != "none"
        assert width >= 2


def test_without_script_the_filters_still_work(browser, site):
    context = browser.new_context(base_url=str(site.base_url), java_script_enabled=False)
    page = context.new_page()
    page.goto("/job-cuts")
    page.get_by_label("Region").select_option(label="South East")
    page.get_by_role("button", name="Apply").click()
    assert page.get_by_role("rowheader").all_inner_texts()[0] == "Sample Coast"
    context.close()


def test_print_leaves_out_the_menu(page):
    page.goto("/fact/" + fact(page))
    page.emulate_media(media="print")
    assert not page.locator("nav.main").is_visible()
    assert page.locator("blockquote mark").is_visible()


def fact(page) -> str:
    return page.request.get("/nhs/facts.json?_shape=objects&quote=430+posts").json()["rows"][0]["id"]


def test_task_export_every_cut_at_trusts_of_a_region_this_year(page):
    page.goto("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Job cuts").click()
    page.get_by_label("Region").select_option(label="Midlands")
    page.get_by_label("Bodies").select_option(label="Trusts")
    page.get_by_label("Period").select_option(label="2025/26")
    page.get_by_role("button", name="Apply").click()
    assert page.locator("table").first.get_by_role("rowheader").all_inner_texts() == ["Sample Moor", "Sample Vale"]
    address = page.get_by_role("link", name="CSV").get_attribute("href")
    frame = pd.read_csv(io.StringIO(page.request.get(address).text()))
    assert dict(zip(frame["organisation_name"], frame["high"], strict=True)) == {"Sample Moor": 250, "Sample Vale": 430}


def test_task_check_a_figure_at_its_source_in_two_clicks(page):
    page.goto("/")
    page.get_by_role("link", name="Check 120 posts at its source").click()
    assert page.locator("blockquote mark").inner_text() == "120 posts"
    original = page.get_by_role("link", name="the original")
    assert original.get_attribute("href") == "https://papers.example/coast"


def test_task_follow_a_trust_by_feed(page):
    page.goto("/")
    page.get_by_role("searchbox", name="Search").fill("Sample Vale Hospitals")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Sample Vale Hospitals NHS Foundation Trust").first.click()
    page.wait_for_url("**/organisation/SV1")
    address = page.locator("link[type='application/atom+xml']").get_attribute("href")
    feed = feedparser.parse(page.request.get(address).body())
    assert any("430" in entry.title and "1 revision" in entry.summary for entry in feed.entries)


def test_task_load_savings_percentages_into_pandas(page, capsys):
    page.goto("/api")
    panel = page.get_by_role("region", name="Savings as a share, by financial year")
    panel.get_by_text("pandas and R").click()
    lines = panel.locator("pre.pandas").inner_text()
    assert len([line for line in lines.splitlines() if line]) == 3
    names: dict = {}
    exec(compile(lines, "api page", "exec"), names)
    assert sorted(names["frame"]["low"]) == [5.3, 6.0, 50.0]


def test_task_find_where_a_letter_speaks_of_corporate_cost_growth(page):
    page.goto("/")
    page.get_by_role("searchbox", name="Search").fill('"corporate cost growth"')
    page.get_by_role("button", name="Search").click()
    hit = page.get_by_role("listitem").filter(has=page.locator("mark", has_text="corporate cost growth")).first
    assert "Sample letter on corporate costs" in hit.inner_text()
    hit.get_by_role("link").first.click()
    page.get_by_role("link", name="Sample letter on corporate costs").click()
    assert "halve corporate cost growth" in page.locator("div.text").inner_text()
