"""What touches a figure: the other end of its range, and its qualifier; in text in lower case."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from extract.lexicon import compiled, squeeze, vocabulary
from extract.numbers import Number

YEAR = re.compile(r"(?:19|20)\d\d")
LOOK_BACK = 60  # characters before a figure in which what tells its range or its unit may begin
LONGEST_GAP = 24  # characters between the ends of a range
LONGEST_QUALIFIER = 32  # characters, white space behind it included


@dataclass(slots=True)
class _Gaps:
    plain: re.Pattern[str]
    inner: re.Pattern[str]
    both: re.Pattern[str]
    either: re.Pattern[str]
    between: re.Pattern[str]
    change: re.Pattern[str]
    change_by: re.Pattern[str]
    spread: re.Pattern[str]


@cache
def _gaps() -> _Gaps:
    units = vocabulary("units")
    names = (
        "range_gap",
        "range_inner",
        "between_gap",
        "or_gap",
        "between_before",
        "change_before",
        "change_by",
        "from_range",
    )
    return _Gaps(*(compiled(units[name], re.NOFLAG) for name in names))


def is_range(lower: str, low: Number, high: Number, start: int) -> bool:
    """Whether two numbers side by side are the ends of one range: ``£50-60m``, ``between 5 and 8%``, ``200 to 500``."""
    if high.start < low.end or high.start - low.end > LONGEST_GAP or not _alike(low, high):
        return False
    gap = lower[low.end : high.start]
    both, either, plain = _joins(gap)
    if not (both or either or plain):
        return False
    gaps, before = _gaps(), lower[max(start, low.start - LOOK_BACK) : low.start]
    if both and gaps.between.search(before):
        return True
    if either:
        return low.unit == "" and high.value <= 2 * low.value
    if plain:
        changes = gaps.change.search(before) or (low.unit == "GBP" and gaps.change_by.search(before))
        return gap.strip() in "-–—−" or not changes or gaps.spread.search(before) is not None
    return False


@lru_cache(maxsize=2_000)
def _joins(gap: str) -> tuple[bool, bool, bool]:
    """Whether the words between two numbers join a range: behind *between*, as *or*, or by themselves."""
    gaps = _gaps()
    plain = gaps.plain.fullmatch(gap) or gaps.inner.fullmatch(gap)
    return gaps.both.fullmatch(gap) is not None, gaps.either.fullmatch(gap) is not None, plain is not None


def _alike(low: Number, high: Number) -> bool:
    """Whether two numbers could be ends of one range by their units, sizes and looks."""
    if low.unit not in ("", high.unit) and not (high.unit == "" and low.unit == "GBP"):
        return False
    if YEAR.fullmatch(low.digits) and not low.unit and not low.currency and high.digits and len(high.digits) in (2, 4):
        return False
    return amount(low, high) < amount(high, high)


def amount(number: Number, last: Number) -> float:
    """The value in full units; the first number of a range shares the scale of the second when it has none."""
    bare = number.scale == 1 and number.value < 1000 and "," not in number.digits
    scale = last.scale if bare and number.unit in ("", last.unit, "GBP") else number.scale
    return number.value * scale


def range_start(lower: str, start: int, first: int) -> int:
    """Where the quote of a range begins: at its *between*, where it has one."""
    left = max(first, start - LOOK_BACK)
    between = _gaps().between.search(lower[left:start])
    return left + between.start() if between else start


@cache
def _qualifiers() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Patterns for the words before (at the end of a stretch) and behind a figure, one group for each qualifier."""
    found = vocabulary("units")["qualifiers"]
    before, after = (
        "|".join(
            f"(?P<{name}>{squeeze(pattern).replace(' ', chr(92) + 's+')})" for name, pattern in found[side].items()
        )
        for side in ("before", "after")
    )
    return (
        re.compile(rf"(?<![\w£.,])(?:{before})\s*(?:(?<=\s)|(?<=[~<>≥≤=c.]))$"),
        re.compile(after),
    )


def qualified(lower: str, start: int, end: int, first: int, last: int) -> tuple[int, int, str]:
    """Start and end with the qualifier that touches the figure, and its name; ``first:last`` is the sentence."""
    before, after = _qualifiers()
    left = max(first, start - LONGEST_QUALIFIER)
    if behind := after.match(lower, end, last):
        return start, behind.end(), str(behind.lastgroup)
    m = before.search(lower, left, start)
    if m is None or (m.group().startswith("about") and _about_is_of().search(lower[first : m.start()])):
        return start, end, "exact"
    return m.start(), end, str(m.lastgroup)


@cache
def _about_is_of() -> re.Pattern[str]:
    return compiled(vocabulary("units")["about_before"], re.NOFLAG)
