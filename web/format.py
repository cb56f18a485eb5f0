"""Figures, dates and links as people write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import yaml
from markupsafe import Markup

MINUS = "\N{MINUS SIGN}"
NBSP = "\N{NO-BREAK SPACE}"
SCALES = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))


@cache
def labels() -> dict[str, Any]:
    """The words for the codes of the database, from ``data/labels.yml``."""
    return yaml.safe_load(files("web").joinpath("data/labels.yml").read_text(encoding="utf-8"))


def label(code: str | None, group: str) -> str:
    """The words for a code of one group; an unknown code is shown with its underscores as spaces."""
    if not code:
        return ""
    return labels()[group].get(code, code.replace("_", " "))


def number(value: float | None, places: int = 1) -> str:
    """A number with thousands separated and no needless decimals: ``1,250``, ``8.2``."""
    if value is None:
        return ""
    digits = f"{abs(value):,.{places}f}"
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return (MINUS if value < 0 else "") + digits


def money(value: float | None) -> str:
    """Pounds as people write them: ``£311 million``, ``£1.25 billion``, ``£3,500``."""
    if value is None:
        return ""
    sign, amount = (MINUS, -value) if value < 0 else ("", value)
    for size, name in SCALES:
        if amount >= size:
            return f"{sign}£{number(amount / size, 2)}{NBSP}{name}"
    return f"{sign}£{number(amount, 2)}"


def figure(
    low: float | None, high: float | None, unit: str | None, qualifier: str | None = None, basis: str | None = None
) -> str:
    """A figure or range with its unit: ``about 785 posts``, ``250 jobs``, ``3% to 11%``, ``£5 million``."""
    if low is None and high is None:
        return ""
    ends = [value for value in (low, high) if value is not None]
    words = label(qualifier, "qualifier")
    return (words + " " if words else "") + _ends(ends[0], ends[-1], unit, basis)


def _ends(low: float, high: float, unit: str | None, basis: str | None) -> str:
    if unit == "posts":
        words = number(low) if low == high else f"{number(low)} to {number(high)}"
        one, many = labels()["counted"].get(basis, labels()["counted"]["posts"])
        return words + NBSP + (one if words == "1" else many)
    one = money if unit == "GBP" else (lambda value: number(value, 2) + "%") if unit == "percent" else number
    return one(low) if low == high else f"{one(low)} to {one(high)}"


def when(value: str | None) -> str:
    """An ISO date or time as ``1 May 2025``; a year and month as ``May 2025``; anything else unchanged."""
    if not value:
        return ""
    match = re.match(r"(\d{4})-(\d\d)(?:-(\d\d))?", value)
    if not match:
        return value
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        moment = date(year or 1, month or 1, day or 1)
    except ValueError:
        return value
    return f"{day} {moment:%B %Y}" if day else f"{moment:%B %Y}"


def financial_year(day: date) -> str:
    """The financial year (April to March) that a day falls in: ``2025/26``."""
    start = day.year if day.month >= 4 else day.year - 1
    return f"{start}/{(start + 1) % 100:02}"


def confidence(value: float | None) -> str:
    """A confidence from 0 to 1 in words."""
    if value is None:
        return "not rated"
    return next(words for least, words in labels()["confidence"] if value >= least)


def safe_href(address: str | None) -> str | None:
    """The address when it is a plain http or https link, else None: crawled text never becomes a script link."""
    if not address or re.search(r"[\x00-\x20\x7f<>\"'\\]", address):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in ("http", "https") and parts.hostname else None


def outside(address: str | None, text: str | None = None) -> Markup:
    """A link to another site, or the bare words when the address is not a safe one."""
    href = safe_href(address)
    words = text or address or ""
    if href is None:
        return Markup("{}").format(words)
    return Markup('<a href="{}" rel="noopener noreferrer nofollow">{}</a>').format(href, words)


def marked(text: str, spans: Sequence[tuple[int, int, str | None]]) -> Markup:
    """``text`` escaped, each ``(start, end, href)`` in ``<mark>``, linked when there is a href, overlaps left out."""
    parts, at = [], 0
    for start, end, href in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start < at or end > len(text):
            continue
        inner = Markup("<mark>{}</mark>").format(text[start:end])
        parts += [
            Markup("{}").format(text[at:start]),
            Markup('<a href="{}">{}</a>').format(href, inner) if href else inner,
        ]
        at = end
    return Markup("").join([*parts, Markup("{}").format(text[at:])])


FILTERS = {
    "label": label,
    "number": number,
    "money": money,
    "when": when,
    "confidence": confidence,
    "outside": outside,
}
