"""Dates as British publishers write them, as ISO 8601 days in London time."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from crawler.readers.base import Untyped

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month{n}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR = r"(?P<year{n}>(?:19|20)\d\d)(?![\d/])"
DATE = re.compile(
    rf"(?<![\d/])(?P<day1>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH.format(n=1)},?\s+{_YEAR.format(n=1)}"
    rf"|\b{_MONTH.format(n=2)}\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+{_YEAR.format(n=2)}"
    rf"|(?<![\d/-])(?P<year3>(?:19|20)\d\d)-(?P<month3>\d\d)-(?P<day3>\d\d)(?!\d)"
    rf"|(?<![\d/.])(?P<day4>\d{{1,2}})[/.](?P<month4>\d{{1,2}})[/.]{_YEAR.format(n=4)}",
    re.IGNORECASE,
)


def from_match(found: re.Match[str]) -> str | None:
    """The ISO day of a match of :data:`DATE`, or None for one that no calendar has."""
    n = next(n for n in (1, 2, 3, 4) if found[f"day{n}"])
    month = found[f"month{n}"]
    number = int(month) if month.isdigit() else _MONTHS.index(month[:3].lower()) + 1
    try:
        return date(int(found[f"year{n}"]), number, int(found[f"day{n}"])).isoformat()
    except ValueError:
        return None


def iso_date(value: Untyped) -> str | None:
    """The ISO day of a YAML date, a time stamp or a written date; None when it is none of these."""
    if isinstance(value, datetime):
        return _london_day(value)
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str):
        return None
    try:
        return _london_day(datetime.fromisoformat(value.strip()))
    except ValueError:
        found = DATE.search(value)
    return from_match(found) if found else None


def _london_day(moment: datetime) -> str:
    # A time without a zone is the publisher's own day already.
    if moment.tzinfo is None:
        return moment.date().isoformat()
    return moment.astimezone(UTC).astimezone(ZoneInfo("Europe/London")).date().isoformat()
