"""Worded shares: *a third*, *nine in ten*, *one post in fifty*, *half of them*, *halve*; in text in lower case.

Only the ends of plurals are looked at as they are: in capitals they are no plurals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from extract.lexicon import any_of, compiled, vocabulary
from extract.numbers import SPACE, word_value
from extract.triggers import Triggers, Windows, article, matches

LARGEST_BASE = 100  # *one in 250* is a ratio of things, *1 in 2024* a date
CLOSE = 6.0  # percentage points by which a worded share may differ from the exact figure that stands for it
EXACT = re.compile(
    r"(?:[^(%£;.]{0,120}?\(|,\s(?:or|at)\s)(?:about |around |nearly |just over )?"
    r"(\d{1,3}(?:\.\d+)?)\s?(?:%|per ?cent|pc\b)"
)
INSIDE = re.compile(r"(\d{1,3}(?:\.\d+)?)\s?(?:%|per ?cent)\s\([^)]{0,25}$")
POINT = re.compile(r"\sa\s(?:percentage\s)?(?:point|per\s?cent)\b")
SCALED = re.compile(r"[ -](?:of )?an?[ -](?:million|billion|thousand|dozen)")
PARTS_BEFORE = re.compile(r"\b(?:thirds|quarters|half|fifths)\b")


@dataclass(slots=True)
class Share:
    """A share in words; ``value`` in percent."""

    start: int
    end: int
    value: float
    rule: str


@dataclass(slots=True)
class _Around:
    half_before: re.Pattern[str]
    half_after: re.Pattern[str]
    quarter_before: re.Pattern[str]
    quarter_after: re.Pattern[str]
    fraction_lead: re.Pattern[str]
    fraction_after: re.Pattern[str]


@cache
def _pattern() -> re.Pattern[str]:
    units = vocabulary("units")
    small = any_of(word for word, value in units["words"].items() if 1 <= value <= 20)
    base = any_of(units["words"])
    parts = any_of(name for name in units["fractions"] if not name.startswith("hal"))
    every = rf"(?:{SPACE}in{SPACE}|{SPACE}out{SPACE}of{SPACE})(?:every{SPACE}|each{SPACE})?"
    return compiled(
        rf"(?<!\w)(?:(?P<halving>{units['halving']})"
        rf"|(?P<half>(?:(?:an?|one){SPACE})?half)"
        rf"|£1{every}£(?P<pounds>\d{{1,3}}(?:\.\d+)?)"
        rf"|(?P<n>an?|{small})[ \u00a0-](?P<part>{parts})s?"
        rf"|(?P<a>{small}|\d{{1,2}})(?:{SPACE}(?P<thing>[a-z]+))?{every}"
        rf"(?P<b>(?:{base})(?:[ -](?:{base}))?|\d{{1,3}}))\b(?![.,]\d)",
        re.NOFLAG,
    )


@cache
def _around() -> _Around:
    units = vocabulary("units")
    names = ("half_before", "half_after", "quarter_before", "quarter_after", "fraction_lead", "fraction_after")
    before, *rest = (compiled(units[name], re.NOFLAG) for name in names)
    return _Around(re.compile(f"(?:{before.pattern})$"), *rest)


def find_shares(found: Triggers, spans: Windows) -> list[Share]:
    """All worded shares inside the windows of a text, in order."""
    shares = []
    for m in matches(_pattern(), found.lower, found.ratios, spans, _lead):
        value = _value(found, m)
        if value is not None:
            shares.append(Share(m.start(), m.end(), round(value, 1 if m["part"] else 2), "share-words"))
    return shares


def _lead(lower: str, start: int) -> int:
    """Where the article or the pound sign before a number or a share begins."""
    return start - 1 if lower[start - 1 : start] == "£" else article(lower, start)


def _value(found: Triggers, m: re.Match[str]) -> float | None:
    """The share in percent, or None where the words mean something else."""
    lower = found.lower
    if m["halving"]:
        return 50.0
    if m["half"]:
        return (0.5 if POINT.match(lower, m.end()) else 50.0) if _is_half(lower, m) else None
    if m["part"]:
        return _fraction(found.text, lower, m)
    return 100 / float(m["pounds"]) if m["pounds"] else _ratio(m)


def _ratio(m: re.Match[str]) -> float | None:
    """*N in M*: small numbers only, and a thing between them only after *one*."""
    count, base = _count(m["a"]), _count(m["b"])
    if (m["thing"] and count != 1) or not 0 < count < base <= LARGEST_BASE:
        return None
    ratio = "out" in m.group().split() or (m["a"].isdigit() and count > 1)
    return 100 * count / base if not ratio or base in (3, 4, 5, 10, 20, 100) else None


def _count(words: str) -> float:
    return float(words) if words.isdigit() else word_value(words)


def _is_half(lower: str, m: re.Match[str]) -> bool:
    around = _around()
    before = lower[max(0, m.start() - 25) : m.start()]
    if SCALED.match(lower, m.end()) or around.half_before.search(before):
        return False
    return not around.half_after.match(lower, m.end())


def _fraction(text: str, lower: str, m: re.Match[str]) -> float | None:
    around, part = _around(), m["part"]
    count = 1.0 if m["n"] in ("a", "an") else word_value(m["n"])
    value = 100 * count * float(vocabulary("units")["fractions"][part])
    before = lower[max(0, m.start() - 25) : m.start()]
    plural = text[m.end() - 1] == "s"
    if SCALED.match(lower, m.end()) or value >= 100 or plural != (count > 1):
        return None
    if part == "quarter":
        lead = count == 1 and around.quarter_before.search(before)
        return None if lead or around.quarter_after.match(lower, m.end()) or count == 2 else value
    if count == 1 and not around.fraction_after.match(lower, m.end()) and not around.fraction_lead.search(before):
        return value if PARTS_BEFORE.search(text[max(0, m.start() - 60) : m.start()]) else None
    return value


def superseded(lower: str, share: Share, end: int) -> bool:
    """Whether the exact figure follows in brackets, as in *more than a third (37%)*, or stands before them."""
    m = EXACT.match(lower, share.end, end)
    if m is None and "(" in (before := lower[max(0, share.start - 50) : share.start]):
        m = INSIDE.search(before)
    return m is not None and abs(float(m.group(1)) - share.value) <= CLOSE
