"""Times that a text names, on the calendar of English public finance: a financial year runs from April to March."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache, lru_cache

import ahocorasick

from extract.facts import Period
from extract.lexicon import any_of, compiled, vocabulary

FIRST_MONTH = 4
YEAR = r"(?:19[4-9]\d|20[0-4]\d)"
PART = r"(?:the end of |early |late |mid-?|spring |summer |autumn )?"
SPAN_GAP = re.compile(rf"\s?[-–—]\s?|\s(?:to|and|until|through|up to|through to)\s{PART}", re.IGNORECASE)
SPAN_LEAD = re.compile(
    rf"\b(?:between|from|over|across|covering|spanning|both)\s(?:the (?:\w+ )?(?:years|period) )?{PART}$", re.IGNORECASE
)
SINCE = re.compile(
    r"\bsince\s(?:the (?:start|end|beginning) of )?(?:early |late |mid-?|about |around )?$", re.IGNORECASE
)
# Where a date may have its digits: four of them, two before a stroke, or two behind *FY*.
DIGITS = re.compile(r"[0-9]\d(?:\d{2,}|(?=/\d\d)|(?<=[Yy]\d\d)|(?<=[Yy]\s\d\d))")
FY = re.compile(r"\bFY\s?$", re.IGNORECASE)
LONGEST_DAY = 32  # characters from the day of a date to its year
AHEAD, BEHIND = 40, 20  # characters that a time in words reaches out to from the word that gives it away
NEAR = 30
SENTENCE = 120  # characters back in which *for the year* means a year named by date
REACH = 600  # characters back in which *that year* may find the year it means


def financial_year(day: date) -> int:
    """The calendar year in which the financial year of a day begins."""
    return day.year if day.month >= FIRST_MONTH else day.year - 1


def label_of(first: int, last: int | None = None) -> str:
    """``2025/26`` for the financial year that begins in 2025, ``2023/24-2025/26`` for the years from 2023 to 2025."""
    name = f"{first}/{(first + 1) % 100:02d}"
    return name if last is None or last == first else f"{name}-{label_of(last)}"


@lru_cache(maxsize=1024)
def bounds(label: str) -> tuple[date | None, date | None]:
    """First and last day of a label; an open end (``2018/19-``) has no last day."""
    parts = re.findall(r"(\d{4})(/\d\d)?", label)
    if not parts:
        return None, None
    first, last = parts[0], parts[-1]
    start = date(int(first[0]), FIRST_MONTH if first[1] else 1, 1)
    if label.endswith("-"):
        return start, None
    end = date(int(last[0]) + 1, FIRST_MONTH, 1) if last[1] else date(int(last[0]) + 1, 1, 1)
    return start, end - timedelta(days=1)


def find_periods(text: str, published: date | None = None) -> list[Period]:
    """All times named in a text, in order. *This year* and the like need the day of publication."""
    found = [period for m in _matches(text) if (period := _read(m, published)) is not None]
    if not found:
        return found
    spanned = _spans(text, found)
    return _backward(text, [_since(text, period) for period in spanned])


def _matches(text: str) -> list[re.Match[str]]:
    """What names a time, in order; of two that overlap (*the next 2020 months*) the one that begins first."""
    numbers, words = _in_numbers(text), _in_words(text)
    if not (numbers and words):
        return numbers or words
    found: list[re.Match[str]] = []
    for m in sorted((*numbers, *words), key=lambda m: m.start()):
        if not found or m.start() >= found[-1].end():
            found.append(m)
    return found


def _in_numbers(text: str) -> list[re.Match[str]]:
    """Times with a year in digits."""
    found, end = [], 0
    for digits in DIGITS.finditer(text):
        start = digits.start()
        if start < end:
            continue
        m = None
        before = text[start - 1] if start else ""
        if before == "," or before.isspace():
            m = _month().search(text, max(end, start - LONGEST_DAY), start + 5)
        if m is None and (fy := FY.search(text, max(end, start - 3), start)):
            m = _number().match(text, fy.start())
        m = m or _number().match(text, start)
        if m is not None:
            found.append(m)
            end = m.end()
    return found


def _in_words(text: str) -> list[re.Match[str]]:
    """Times in words, looked for round the words that one of them at least holds."""
    lower = text.replace("İ", "I").lower()  # the one letter that grows in lower case would move the rest
    around: list[tuple[int, int]] = []
    for last, length in _triggers().iter(lower):
        start, end = max(0, last + 1 - length - AHEAD), last + 1 + BEHIND
        if around and start <= around[-1][1]:
            around[-1] = around[-1][0], end
        else:
            around.append((start, end))
    return [m for start, end in around for m in _worded().finditer(text, start, end)]


@cache
def _triggers() -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for word in vocabulary("periods")["triggers"]:
        automaton.add_word(word, len(word))
    automaton.make_automaton()
    return automaton


@cache
def _months() -> dict[str, int]:
    words = vocabulary("periods")
    months = {name: number for number, name in enumerate(words["months"], start=1)}
    return months | {
        name: months[full] for name in words["short_months"] for full in months if full.startswith(name[:3])
    }


@cache
def _month() -> re.Pattern[str]:
    """A month and its year, and the day if there is one."""
    day = r"(?:\d{1,2}(?:st|nd|rd|th)?(?:\sof)?\s)?"
    month = rf"(?P<month>{any_of(_months())})"
    return compiled(rf"\b{day}{month}\.?(?:\s\d{{1,2}},)?[\s,]{{1,2}}(?:\d\d,\s)?(?P<month_year>{YEAR})\b(?!/\d\d)")


@cache
def _number() -> re.Pattern[str]:
    """All other ways to write a time in digits, with one group or two; ``_readers`` knows what to make of them."""
    branches = (
        r"(?P<iso>20\d\d-\d\d-\d\d)",
        r"FY\s?(?:20)?(?P<ending>\d\d)\b(?![/–-]\d)",
        rf"(?:FY\s?)?(?P<first>{YEAR})\s?[/–-]\s?(?P<second>(?:19|20)\d\d|\d\d)(?![\d/]|[-–]\d|%)",
        r"(?:FY\s?)?(?<![\d/.,£–-])(?P<short>\d\d)/(?P<short_second>\d\d)(?![\d/%.])",
        r"(?P<decade>(?:19|20)\d0)['’]?s",
    )
    counted = r"\s?(?:m|bn|million|billion|jobs|posts|roles|staff|people|patients|WTE)\b"
    year = rf"(?:(?<![\d,.£$€#/–-])|(?<=mid-))(?P<year>{YEAR})(?![\d%]|[,.]\d|{counted})"
    return compiled(rf"\b(?:{'|'.join(branches)})\b|{year}")


@cache
def _worded() -> re.Pattern[str]:
    """All times in words, a group for each way."""
    words = vocabulary("periods")
    branches = [f"(?P<{name}>{words[name]})" for name in ("unresolved", "spanned", "running")]
    branches += [f"(?P<backward{n}>{pattern})" for n, (pattern, _) in enumerate(words["backward"])]
    branches += [f"(?P<relative{n}>{pattern})" for n, (pattern, _) in enumerate(words["relative"])]
    return compiled(rf"\b(?:{'|'.join(branches)})\b")


def _read(m: re.Match[str], published: date | None) -> Period | None:
    """The period of one match, or None for a pair of numbers that is none."""
    group = m.lastgroup or ""
    read = _readers().get(group)
    return read(m) if read else _relative(m, group, published)


@cache
def _readers() -> dict[str, Callable[[re.Match[str]], Period | None]]:
    """For each kind of written date, by the last of its groups, what makes a period of it."""
    return {
        "iso": lambda m: _day(m, int(m["iso"][:4]), int(m["iso"][5:7])),
        "month_year": lambda m: _day(m, int(m["month_year"]), _months()[m["month"].lower()]),
        "ending": lambda m: _financial(m, 2000 + int(m["ending"]) - 1),
        "second": lambda m: _pair(m, int(m["first"]), m["second"]),
        "short_second": lambda m: _short(m, int(m["short"]), int(m["short_second"])),
        "decade": lambda m: _make(m, f"{m['decade']}-{int(m['decade']) + 9}", "span"),
        "year": lambda m: _make(m, m["year"], "year"),
    }


def _short(m: re.Match[str], first: int, second: int) -> Period | None:
    return _financial(m, 2000 + first) if second == first + 1 and first < 50 else None


def _make(m: re.Match[str], label: str | None, kind: str) -> Period:
    first, last = bounds(label) if label else (None, None)
    return Period(m.start(), m.end(), label, kind, first, last)


def _financial(m: re.Match[str], first: int) -> Period:
    return _make(m, label_of(first), "financial_year")


def _day(m: re.Match[str], year: int, month: int) -> Period | None:
    if not 1 <= month <= 12:
        return None
    first = date(year, month, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return Period(m.start(), m.end(), str(year), "month", first, last)


def _pair(m: re.Match[str], first: int, written: str) -> Period | None:
    """Two years with a stroke or a dash: a financial year when they follow each other, else a span."""
    second = int(written) if len(written) == 4 else first // 100 * 100 + int(written) + (100 if written == "00" else 0)
    if second == first + 1:
        return _financial(m, first)
    return _make(m, f"{first}-{second}", "span") if first < second <= first + 60 else None


def _relative(m: re.Match[str], group: str, published: date | None) -> Period:
    words = vocabulary("periods")
    if group.startswith("relative"):
        if published is None:
            return _make(m, None, "relative")
        shift = int(words["relative"][int(group[8:])][1])
        return _make(m, label_of(financial_year(published) + shift), "relative")
    if group == "running":
        return _make(m, label_of(financial_year(published)) if published else None, group)
    return _make(m, None, group if group.startswith(("backward", "spanned")) else "duration")


def _spans(text: str, periods: list[Period]) -> list[Period]:
    """Two years joined into one span where *between*, *from*, *over* or *to* joins them."""
    found: list[Period] = []
    for period in periods:
        before = found[-1] if found else None
        if before is not None and _joins(text, before, period):
            label = f"{before.label}-{period.label}"
            found[-1] = Period(before.start, period.end, label, "span", before.first, period.last)
        else:
            found.append(period)
    return found


def _joins(text: str, before: Period, period: Period) -> bool:
    kinds = {before.kind, period.kind}
    if not (kinds <= {"financial_year", "year"}) or before.first is None or period.first is None:
        return False
    if period.start - before.end > NEAR:
        return False
    gap = SPAN_GAP.fullmatch(text, before.end, period.start)
    if gap is None or before.first >= period.first:
        return False
    lead = SPAN_LEAD.search(text[max(0, before.start - NEAR) : before.start])
    return lead is not None or gap.group().strip().lower() not in ("and",)


def _since(text: str, period: Period) -> Period:
    if period.label is None or period.kind not in ("financial_year", "year", "month"):
        return period
    before = text[max(0, period.start - NEAR) : period.start]
    if "since" in before.lower() and SINCE.search(before):
        return replace(period, label=f"{period.label}-", kind="since", last=None)
    return period


def _backward(text: str, periods: list[Period]) -> list[Period]:
    """*That year* and *the year before* take the year that was named last, *the same period* the span."""
    shifts = [int(shift) for _, shift in vocabulary("periods")["backward"]]
    named: list[Period] = []
    found = []
    for written in periods:
        points_back = written.kind.startswith("backward") or written.kind in ("spanned", "running")
        period = _resolved(written, named, shifts) if points_back else written
        found.append(period)
        if period.label:
            named = [*named[-20:], period]
    return found


def _resolved(period: Period, named: list[Period], shifts: list[int]) -> Period:
    """A period named by another that stands before it."""
    before = [other for other in named if period.start - other.end < REACH]
    label = period.label
    if period.kind == "spanned":
        last = before[-1].label if before and before[-1].kind == "financial_year" else None
        label = next((other.label for other in reversed(before[-3:]) if other.kind == "span"), last)
    elif period.kind == "running":
        near = [
            other for other in before if period.start - other.end < SENTENCE and other.first and other.kind != "span"
        ]
        label = label_of(financial_year(near[-1].first)) if near and near[-1].first else label
    elif before:
        label = _shifted(before[-1].label, shifts[int(period.kind[8:])])
    first, end = bounds(label) if label else (None, None)
    return Period(period.start, period.end, label, "span" if period.kind == "spanned" else "relative", first, end)


def _shifted(label: str | None, shift: int) -> str | None:
    if label is None or not shift:
        return label
    if m := re.fullmatch(r"(\d{4})/\d\d", label):
        return label_of(int(m.group(1)) + shift)
    return str(int(label) + shift) if re.fullmatch(r"\d{4}", label) else None
