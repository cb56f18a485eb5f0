"""Numbers in text, in digits and in words, with the currency, scale and unit that touch them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from extract.lexicon import any_of, compiled, vocabulary
from extract.triggers import scan

ADDRESS = re.compile(r"[\w.-]*://|\bwww\.|@\w|\]\([^)\s]*$|\b(?:href|src)=")
JOINED = re.compile(
    r"(?:[\d%]|\d\s?(?:m|bn|k|million|billion))\s$"
)  # before a dash that joins two numbers and is no sign
YEAR_BEFORE = re.compile(r"(?<![\d,.£])(?:19|20)\d\d\s?[-–/]\s?$")
SPACE = r"[ \u00a0\u202f\u2009]"


Windows = list[tuple[int, int]]


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
        rf"(?:(?<![\w.,/])|(?<=\bc)(?=£)|(?<=\bc\.)(?=£))(?P<sign>(?<![^\s(])[-−](?=[£\d]))?(?:(?P<currency>[£$€¥]|US\$|GBP|EUR|USD){SPACE}?)?"
        r"(?P<sign2>(?<=£)[-−](?=\d))?"
        r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
        rf"(?:(?:{SPACE}|-)?(?P<scale>{scales})(?![a-z]))?"
        rf"(?:(?:{SPACE}|-)?(?:(?P<percent>{units['percent']})|(?P<points>{units['points']})"
        rf"|(?P<pounds>{units['pounds']})|(?P<other>{units['other_money']})))?"
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
        rf"|(?P<pounds>{units['pounds']})|(?P<other>{units['other_money']})))?"
    )


def digit_numbers(text: str, spans: Windows) -> list[Number]:
    """All numbers in digits inside the windows, in order."""
    scales = vocabulary("units")["scales"]
    found = []
    for m in scan(_digit_pattern(), text, spans):
        number = Number(m.start(), m.end(), float(m["digits"].replace(",", "")), digits=m["digits"])
        number.currency = (m["currency"] or "").replace("GBP", "£")
        number.scale = float(scales[m["scale"].lower()]) if m["scale"] else 1.0
        number.unit = _unit(m, number.currency)
        if m["sign2"] or (m["sign"] and not JOINED.search(text[max(0, m.start() - 12) : m.start()])):
            number.value = -number.value
        elif m["sign"]:
            number.start += 1
        if not _ends_year_pair(text, number):
            found.append(number)
    return found


def _ends_year_pair(text: str, number: Number) -> bool:
    """Whether a bare number is the second year of a pair: the 21 of *2020-21*."""
    bare = number.digits.isdigit() and not number.unit and number.scale == 1.0
    return (
        bare
        and len(number.digits) == 2
        and YEAR_BEFORE.search(text, max(0, number.start - 8), number.start) is not None
    )


def _unit(m: re.Match[str], currency: str) -> str:
    if currency:
        return "GBP" if currency == "£" else "other"
    for group, unit in (("percent", "percent"), ("points", "points"), ("pounds", "GBP"), ("other", "other")):
        if m[group]:
            return unit
    return ""


def word_numbers(text: str, spans: Windows) -> list[Number]:
    """All numbers in words inside the windows, in order."""
    found = []
    for m in scan(_word_pattern(), text, spans):
        number = Number(m.start(), m.end(), word_value(m["words"]), worded=True)
        number.unit = _unit(m, "")
        found.append(number)
    return found


def word_value(words: str) -> float:
    """The value of number words: *three hundred and twenty-five*, *half a billion*, *a thousand*."""
    units = vocabulary("units")
    total, current = 0.0, 0.0
    words = words.lower().replace("\u00a0", " ")
    part, rest = _leading_part(words)
    for word in re.split(r"[\s-]+", rest):
        if word in units["words"]:
            current += float(units["words"][word])
        elif word in units["multipliers"]:
            factor = float(units["multipliers"][word])
            current = (current or 1.0) * factor
            if factor >= 1000:
                total, current = total + current, 0.0
    return (total + current) * part


def _leading_part(words: str) -> tuple[float, str]:
    """Half or quarters of a scale word, and the words after it."""
    for lead, part in (("half", 0.5), ("three", 0.75), ("a quarter", 0.25)):
        m = re.match(rf"{lead}(?:[- ]quarters)?(?: of)? an? ", words)
        if m:
            return part, words[m.end() :]
    return 1.0, words


def in_address(text: str, number: Number) -> bool:
    """Whether a number stands in a web or mail address or the target of a link."""
    left = max(text.rfind(mark, max(0, number.start - 200), number.start) for mark in " \n\t") + 1
    word = text[left : number.end + 10].split(None, 1)[0] if left < number.end else ""
    return len(word) > 6 and ADDRESS.search(word) is not None
