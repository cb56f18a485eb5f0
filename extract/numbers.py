"""Numbers in text, in digits and in words, with the currency, scale and unit that touch them.

Patterns are tried on the text in lower case, and only where digits or number words begin.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from extract.lexicon import any_of, compiled, vocabulary
from extract.triggers import Triggers, Windows, article, matches

ADDRESS = re.compile(r"[\w.-]*://|\bwww\.|@\w|\]\([^)\s]*$|\b(?:href|src)=")
JOINED = re.compile(
    r"(?:[\d%]|\d\s?(?:m|bn|k|million|billion))\s$"
)  # before a dash that joins two numbers and is no sign
YEAR_BEFORE = re.compile(r"(?<![\d,.£])(?:19|20)\d\d\s?[-–/]\s?$")
SPACE = r"[ \u00a0\u202f\u2009]"
ADDRESS_MARKS = ("://", "www.", "@", "](", "href=", "src=")  # one of these stands in every address
SPACES = frozenset(" \u00a0\u202f\u2009")
LEAD, LONGEST_LEAD = frozenset("-−£$€¥usdgbpr") | SPACES, 6  # what may stand before digits: sign, currency
LEAD_ENDS = frozenset("£$€¥pdr")  # what may stand before a space before digits
UNITS = ("percent", "points", "GBP", "other")  # of the last four groups of both patterns
PART = re.compile(r"(half|three|a quarter)(?:[- ]quarters)?(?: of)? an? ")
PARTS = {"half": 0.5, "three": 0.75, "a quarter": 0.25}


@dataclass(slots=True)
class Number:
    """A number as written: ``text[start:end]`` takes in currency, scale and unit; ``value`` has no scale applied."""

    start: int
    end: int
    value: float
    currency: str = ""  # £, or another sign
    scale: float = 1.0
    unit: str = ""  # GBP, percent, points, other, or nothing
    worded: bool = False
    digits: str = ""


@cache
def _digit_pattern() -> re.Pattern[str]:
    """Currency, digits, scale and unit; not inside a word, a date or a longer number."""
    units = vocabulary("units")
    scales = any_of(units["scales"])
    return compiled(
        rf"(?:(?<![\w.,/])|(?<=\bc)(?=£)|(?<=\bc\.)(?=£))(?P<sign>(?<![^\s(])[-−](?=[£\d]))?(?:(?P<currency>[£$€¥]|us\$|gbp|eur|usd){SPACE}?)?"
        r"(?P<sign2>(?<=£)[-−](?=\d))?"
        r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
        rf"(?:(?:{SPACE}|-)?(?P<scale>{scales})(?![a-z]))?"
        rf"(?:(?:{SPACE}|-)?(?:(?P<percent>{units['percent']})|(?P<points>{units['points']})"
        rf"|(?P<pounds>{units['pounds']})|(?P<other>{units['other_money']})))?",
        re.NOFLAG,
    )


@cache
def _word_pattern() -> re.Pattern[str]:
    """Number words in a row, then scale and unit."""
    units = vocabulary("units")
    words = any_of([*units["words"], *units["multipliers"]])
    join = rf"(?:{SPACE}|-|{SPACE}and{SPACE})"
    return compiled(
        rf"\b(?P<words>(?:half{SPACE}an?{SPACE}|three[- ]quarters{SPACE}of{SPACE}an?{SPACE}"
        rf"|a{SPACE}quarter{SPACE}of{SPACE}a{SPACE}|an?{SPACE})?(?:{words})(?:{join}(?:{words}))*)\b"
        rf"(?:(?:{SPACE}|-)(?:(?P<percent>{units['percent']})|(?P<points>{units['points']})"
        rf"|(?P<pounds>{units['pounds']})|(?P<other>{units['other_money']})))?",
        re.NOFLAG,
    )


def digit_numbers(found: Triggers, spans: Windows) -> list[Number]:
    """All numbers in digits inside the windows, in order."""
    scales, text = vocabulary("units")["scales"], found.text
    numbers = []
    for m in matches(_digit_pattern(), found.lower, found.digits, spans, _lead):
        sign, currency, sign2, digits, scale, *measure = m.groups()
        (start, end), value = m.span(), float(digits.replace(",", ""))
        if sign2 or (sign and not JOINED.search(text[max(0, start - 12) : start])):
            value = -value
        elif sign:
            start += 1
        money = text[slice(*m.span("currency"))].replace("GBP", "£") if currency else ""
        unit = _unit(measure) if not money else "GBP" if money == "£" else "other"
        number = Number(start, end, value, money, float(scales[scale]) if scale else 1.0, unit, False, digits)
        if not _ends_year_pair(text, number):
            numbers.append(number)
    return numbers


def _lead(lower: str, start: int) -> int:
    """The first place before digits where their sign and currency could begin."""
    if lower[start - 1 : start] in SPACES and lower[start - 2 : start - 1] not in LEAD_ENDS:
        return start
    at, left = start, max(0, start - LONGEST_LEAD)
    while at > left and lower[at - 1] in LEAD:
        at -= 1
    return at


def _ends_year_pair(text: str, number: Number) -> bool:
    """Whether a bare number is the second year of a pair: the 21 of *2020-21*."""
    bare = len(number.digits) == 2 and not number.unit and number.scale == 1.0
    return bare and YEAR_BEFORE.search(text, max(0, number.start - 8), number.start) is not None


def _unit(measure: Sequence[str | None]) -> str:
    """The unit by the first of the last four groups of a pattern that holds something."""
    return next((unit for found, unit in zip(measure, UNITS, strict=True) if found), "") if any(measure) else ""


def word_numbers(found: Triggers, spans: Windows) -> list[Number]:
    """All numbers in words inside the windows, in order."""
    numbers = []
    for m in matches(_word_pattern(), found.lower, found.words, spans, article):
        words, *measure = m.groups()
        numbers.append(Number(m.start(), m.end(), word_value(words), unit=_unit(measure), worded=True))
    return numbers


@lru_cache(maxsize=2_000)
def word_value(words: str) -> float:
    """The value of lower-case number words: *three hundred and twenty-five*, *half a billion*, *a thousand*."""
    units = vocabulary("units")
    total, current = 0.0, 0.0
    words = words.replace("\u00a0", " ")
    lead = PART.match(words)
    for word in re.split(r"[\s-]+", words[lead.end() :] if lead else words):
        if word in units["words"]:
            current += float(units["words"][word])
        elif word in units["multipliers"]:
            factor = float(units["multipliers"][word])
            current = (current or 1.0) * factor
            if factor >= 1000:
                total, current = total + current, 0.0
    return (total + current) * (PARTS[lead[1]] if lead else 1.0)


def in_address(text: str, number: Number) -> bool:
    """Whether a number stands in a web or mail address or the target of a link."""
    first = max(0, number.start - 200)
    left = max(text.rfind(mark, first, number.start) for mark in " \n\t") + 1
    word = text[left : number.end + 10].split(None, 1)[0] if left < number.end else ""
    return len(word) > 6 and any(mark in word for mark in ADDRESS_MARKS) and ADDRESS.search(word) is not None
