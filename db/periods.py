"""Periods as linking compares them: financial years, calendar years, spans; stated or taken from a date."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

_YEAR = re.compile(r"(\d{4})(?:/(\d{2}))?")


@lru_cache(maxsize=4096)
def months(label: str | None) -> tuple[int, int] | None:
    """First and last month of a period's label, counted from year 0: ``2025/26`` is April 2025 to March 2026."""
    parts = _YEAR.findall(label or "")
    if not parts:
        return None
    first = int(parts[0][0]) * 12 + (3 if parts[0][1] else 0)
    year, financial = int(parts[-1][0]), bool(parts[-1][1])
    last = year * 12 + (14 if financial else 11)
    if label and label.endswith("-"):
        last = first + 600
    return first, last


def dates(label: str | None) -> tuple[str | None, str | None]:
    """First and last day of a period's label as ISO dates; a period that has not ended has no last day."""
    span = months(label)
    if span is None or label is None:
        return None, None
    first = date(span[0] // 12, span[0] % 12 + 1, 1)
    if label.endswith("-"):
        return first.isoformat(), None
    end = span[1] + 1
    return first.isoformat(), (date(end // 12, end % 12 + 1, 1) - timedelta(days=1)).isoformat()


def is_label(label: str) -> bool:
    """Whether a text is a period in canonical form: ``2025/26``, ``2025``, ``2023/24-2025/26``, ``2018/19-``."""
    return bool(re.fullmatch(r"\d{4}(/\d{2})?(-(\d{4}(/\d{2})?)?)?", label))


def financial_year(day: str) -> str | None:
    """The financial year that an ISO date falls in: ``2025-06-10`` is ``2025/26``."""
    if len(day) < 7 or not day[:4].isdigit():
        return None
    year = int(day[:4]) - (int(day[5:7]) < 4)
    return f"{year}/{(year + 1) % 100:02d}"


def compatible(one: str | None, other: str | None) -> bool:
    """Whether two periods can be the same: equal, or sharing at least half of the shorter and of like length."""
    if one == other or not one or not other:
        return True
    a, b = months(one), months(other)
    if a is None or b is None:
        return False
    shared = min(a[1], b[1]) - max(a[0], b[0]) + 1
    lengths = sorted((a[1] - a[0] + 1, b[1] - b[0] + 1))
    return shared * 2 >= lengths[0] and lengths[1] < 2 * lengths[0]


def within(published: str, period: str | None) -> bool:
    """Whether something said on a date, with no period of its own, may be about a period: up to three years ahead."""
    span = months(period)
    if span is None or len(published) < 7:
        return True
    said = int(published[:4]) * 12 + int(published[5:7]) - 1
    return span[0] - 36 <= said <= span[1] + 18


def months_apart(one: str, other: str) -> int:
    """Months between two ISO dates; 0 when one is unknown."""
    if len(one) < 7 or len(other) < 7:
        return 0
    a, b = (int(day[:4]) * 12 + int(day[5:7]) for day in (one, other))
    return abs(a - b)


def overlap(one: str | None, other: str | None) -> bool:
    """Whether two periods share a month; an unknown period may share one with any."""
    a, b = months(one), months(other)
    return a is None or b is None or max(a[0], b[0]) <= min(a[1], b[1])
