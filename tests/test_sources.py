"""Source definitions, and the readings that they rest on: addresses, dates, relevance, health."""

from __future__ import annotations

import pytest
from crawl_helper import write_source

from breakeven_errors import SourceError, UsageError
from crawler.frontier import Lead, Tally
from crawler.health import complaints
from crawler.identity import canonical, public, within
from crawler.run import check, sources_for
from crawler.settings import Pace, scrapy_settings, user_agent
from crawler.source import choose, load_sources, month_starts
from crawler.spiders.collector import Options
from crawler.spiders.words import iso_date, relevant, slug_date

NEEDED = [
    "nhs-england", "gov-uk-health", "gov-uk-treasury", "parliament-questions", "parliament-statements",
    "parliament-committees", "nhs-alliance", "nhs-providers", "nhs-confederation", "nao", "commons-library",
    "kings-fund", "nuffield-trust", "health-foundation", "ifs", "unison", "rcn", "bma", "gmb", "lowdown",
    "public-finance", "healthcare-leader", "distilled-post", "guardian", "bbc-health", "board-papers",
]  # fmt: skip


@pytest.mark.parametrize("name", NEEDED)
def test_source_is_there_with_its_licence(name):
    source = load_sources()[name]
    assert source.licence
    assert source.row()["may_republish"] in (0, 1)
    assert all(start.url.startswith("https://") for start in source.start)


def test_only_open_licences_allow_republishing():
    allowed = {source.licence for source in load_sources().values() if source.may_republish}
    assert allowed == {"OGL-UK-3.0", "Open Parliament Licence v3.0"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"pace": 3}, "unknown key 'pace'"),
        ({"id": "other"}, "is not the file's name"),
        ({"least": 5, "most": 1}, "least is more than most"),
        ({"hosts": []}, "no hosts"),
        ({"start": []}, "no start"),
        ({"start": [{"address": "x"}]}, "unexpected keyword"),
        ({"item": "("}, "item is no pattern"),
        ({"body": "some"}, "body 'some'"),
        ({"selectors": {"title": "h1"}}, "selector is not a list"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_faulty_definition_is_named_with_its_fault(tmp_path, changes, said):
    write_source(tmp_path, "faulty", ["https://faulty.example/"], **changes)
    with pytest.raises(SourceError, match=said) as caught:
        load_sources(tmp_path)
    assert "faulty.yml" in str(caught.value)


@pytest.mark.parametrize("text", ["a: [", "- 1\n"], ids=["broken yml", "no keys"])
def test_file_that_is_no_definition_is_named(tmp_path, text):
    (tmp_path / "odd.yml").write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=r"odd\.yml"):
        load_sources(tmp_path)


def test_folder_without_definitions_is_an_error(tmp_path):
    with pytest.raises(SourceError, match="no source definitions"):
        load_sources(tmp_path)


@pytest.mark.parametrize(
    "names",
    [["nowhere"], ["feed"], ["feed", "ftp://x.example/"], ["url", "x"]],
    ids=["unknown", "no address", "scheme", "word"],
)
def test_wrong_names_are_usage_errors(names):
    with pytest.raises(UsageError):
        sources_for(names)


def test_addresses_that_the_user_names_make_sources():
    (source,) = sources_for(["feed", "https://www.trust.example/news.rss"])
    assert (source.id, source.hosts, source.start[0].parser) == ("trust-example", ["trust.example"], "feed")
    assert not source.may_republish


def test_all_sources_are_chosen_without_a_name():
    assert len(choose(load_sources(), [])) == len(load_sources())


def test_month_of_an_archive():
    starts = month_starts(load_sources()["gov-uk-health"], "2025-12")
    assert "from:2025-12-01,to:2026-01-01" in starts[0].url


@pytest.mark.parametrize("options", [Options(since="soon"), Options(backfill="2025-13")], ids=["since", "backfill"])
def test_dates_that_are_none_are_usage_errors(options):
    with pytest.raises(UsageError):
        check(options)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://www.Example.org/News/", "https://example.org/News"),
        ("https://example.org/a?utm_source=x&b=2&a=1#top", "https://example.org/a?a=1&b=2"),
        ("https://example.org:443/a?ver=3&doc=d.pdf", "https://example.org/a?doc=d.pdf"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org/a%20b", "https://example.org/a%20b"),
    ],
)
def test_addresses_of_one_thing_are_one(url, expected):
    assert canonical(url) == expected
    assert canonical(canonical(url)) == expected


def test_shown_address_loses_campaigns_alone():
    assert public("https://www.x.example/a?ver=2&utm_medium=rss#b") == "https://www.x.example/a?ver=2"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.gov.uk/a", True), ("https://gov.uk/a", True), ("https://assets.gov.uk/a", True),
        ("https://gov.uk.evil.example/a", False), ("https://notgov.uk/a", False), ("https:///a", False),
    ],
)  # fmt: skip
def test_hosts_of_a_source(url, expected):
    assert within(url, ["www.gov.uk"]) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Published: 21/11/2023", "2023-11-21"), ("3 Jul 15", "2015-07-03"), ("Thursday 1st May 2025", "2025-05-01"),
        ("2025-06-30T23:30:00Z", "2025-07-01"), ("2025-01-31T23:30:00Z", "2025-01-31"),
        ("2025-06-30T00:10:00", "2025-06-30"),
        ("31/02/2025", None), ("June 2025", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_dates_are_day_first_and_in_london(text, expected):
    assert iso_date(text) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.example/pay-120525", "2025-05-12"),
        ("https://x.example/pay-991399", None),
        ("https://x.example/pay", None),
    ],
)
def test_dates_in_slugs(url, expected):
    assert slug_date(url) == expected


@pytest.mark.parametrize(
    ("rule", "title", "expected"),
    [
        ("finance", "Trust plans to close 500 posts", True),
        ("finance", "Board meets to discuss £40m deficit", True),
        ("finance", "New scanner opens", False),
        ("nhs_finance", "Council tax rises by 5%", False),
        ("nhs_finance", "Hospital deficit grows", True),
        ("all", "New scanner opens", True),
    ],
)
def test_relevance_by_stated_rules(rule, title, expected):
    source = load_sources()["kings-fund"]
    source.relevance = rule
    assert relevant(source, Lead("https://x.example/1", "page", hints={"title": title})) is expected


@pytest.mark.parametrize(
    ("tally", "earlier", "expected"),
    [
        (Tally(listed=20, asked=1), [20] * 6, 0),
        (Tally(listed=0, asked=1), [], 1),
        (Tally(listed=0, asked=1, listings_unchanged=1), [20] * 6, 0),
        (Tally(listed=8, asked=1), [20] * 6, 1),
        (Tally(listed=8, asked=1), [20] * 2, 0),
        (Tally(listed=99_999, asked=1), [], 1),
        (Tally(listed=10, asked=1, undated=3), [], 1),
        (Tally(), [], 0),
    ],
    ids=["as usual", "empty", "not modified", "fall", "too few runs", "flood", "undated", "not asked"],
)
def test_silence_and_floods_are_complaints(tally, earlier, expected):
    assert len(complaints(load_sources()["kings-fund"], tally, earlier)) == expected


def test_agent_names_the_contact_of_the_environment(monkeypatch):
    monkeypatch.setenv("BREAKEVEN_CONTACT", "desk@paper.example")
    assert user_agent().startswith("breakeven/")
    assert "desk@paper.example" in user_agent()


def test_live_settings_are_polite():
    settings = scrapy_settings([load_sources()["nao"]], Pace())
    assert settings["ROBOTSTXT_OBEY"]
    assert settings["AUTOTHROTTLE_ENABLED"]
    assert settings["DOWNLOAD_SLOTS"]["www.nao.org.uk"] == {"delay": 2, "concurrency": 1}
    assert not settings["ADDRESSES_ALLOWED"]
