"""Readings that all parsers share: dates as publishers write them, words, and whether an entry is relevant."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml
from dateutil import parser as dateutil
from parsel import Selector

from crawler.frontier import Lead, Page
from crawler.source import Source

LONDON = ZoneInfo("Europe/London")
ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?)?")
DAY_FIRST = re.compile(
    r"\b(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?"
    r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?\s+(\d{4}|\d{2})\b",
    re.IGNORECASE,
)
SLASHED = re.compile(r"\b(\d{1,2})[/.](\d{1,2})[/.](\d{4})\b")
CHARSET = re.compile(rb"charset=[\"']?([\w-]+)")
TAIL = re.compile(r"[-/](\d{2})(\d{2})(\d{2})/?$")  # slugs that end in ddmmyy
DATA = Path(__file__).parents[1] / "data"


def iso_date(text: str | None) -> str | None:
    """The first date of a text as ISO 8601, day first, in London; None without a sound one.

    >>> iso_date("Published: 21/11/2023"), iso_date("3 Jul 15"), iso_date("2025-06-30T23:30:00Z")
    ('2023-11-21', '2015-07-03', '2025-07-01')
    """
    if not text:
        return None
    try:
        if found := ISO.search(text):
            return _iso(found)
        if found := DAY_FIRST.search(text):
            return dateutil.parse(" ".join(found.groups()), dayfirst=True).date().isoformat()
        if found := SLASHED.search(text):
            day, month, year = map(int, found.groups())
            return date(year, month, day).isoformat()
    except ValueError:
        return None
    return None


def _iso(found: re.Match[str]) -> str:
    year, month, day = (int(found[number]) for number in (1, 2, 3))
    if not found[5]:  # without a zone the day stands as written
        return date(year, month, day).isoformat()
    return datetime.fromisoformat(found[0].replace("Z", "+00:00")).astimezone(LONDON).date().isoformat()


def slug_date(url: str) -> str | None:
    """The date at the end of an address such as ``…/pay-offer-120525``."""
    found = TAIL.search(url)
    try:
        return date(2000 + int(found[3]), int(found[2]), int(found[1])).isoformat() if found else None
    except ValueError:
        return None


def zoned(stamp: datetime) -> str:
    """The day in London of an aware time, or of a time in UTC."""
    aware = stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)
    return aware.astimezone(LONDON).date().isoformat()


@cache
def rules() -> dict[str, list[re.Pattern[str]]]:
    """The rules of relevance by name: every pattern of a rule must be found."""
    data = yaml.safe_load((DATA / "relevance.yml").read_text(encoding="utf-8"))
    return {name: [_pattern(group) for group in groups] for name, groups in data["rules"].items()}


def _pattern(lists: list[list[str]]) -> re.Pattern[str]:
    words = "|".join(word for each in lists for word in each)
    return re.compile(rf"(?<!\w)(?:{words})", re.IGNORECASE)


def relevant(source: Source, lead: Lead, summary: str = "") -> bool:
    """Whether an entry of a listing passes the source's rule, by its title, summary and address."""
    if source.relevance == "all":
        return True
    address = re.sub(r"[-_/.+]+", " ", lead.url.split("//", 1)[-1].partition("/")[2])
    text = f"{lead.hints.get('title', '')} {summary} {address}"
    return all(pattern.search(text) for pattern in rules()[source.relevance])


def html_of(answer: Page) -> Selector:
    """The answer's HTML, decoded by its header or meta tag."""
    named = CHARSET.search(answer.headers.get("content-type", "").encode() + answer.body[:1024])
    charset = named[1].decode().lower() if named else "utf-8"
    try:
        text = answer.body.decode(charset, "replace")
    except LookupError:
        text = answer.body.decode("utf-8", "replace")
    return Selector(text or "<html></html>", type="html")


def words_of(selector: Selector) -> str:
    """All words of an element, with single spaces."""
    return " ".join(" ".join(selector.xpath(".//text()").getall()).split())
