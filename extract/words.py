"""The words of a text as the linker reads them: numbers of a vocabulary, and where they stand."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import lru_cache

from extract.spellings import TOKEN, fold

WIDE = re.compile(r"\n\s*(?:\n|[-*] )")  # beside tabs and gaps of columns, white space that stops a name: see TOKEN
UNKNOWN, STOP = 0, 1
LONGEST = 80  # characters that the pieces of a segment may have on average


@dataclass(slots=True)
class Words:
    """The words of a text as numbers of the vocabulary; where they stand is worked out where it is asked for."""

    text: str
    segments: list[tuple[int, int]]  # what of the text is read
    numbers: list[int] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)  # index of the first word of each segment
    spans: dict[int, list[tuple[int, int]]] = field(default_factory=dict)  # of the words of a segment

    def span(self, index: int) -> tuple[int, int]:
        """Where a word stands in the text."""
        segment = bisect_right(self.firsts, index) - 1
        if segment not in self.spans:
            self.spans[segment] = _spans(self.text, *self.segments[segment])
        return self.spans[segment][index - self.firsts[segment]]

    def word(self, index: int) -> str:
        """A word as written."""
        start, end = self.span(index)
        return self.text[start:end]

    def around(self, first: int, last: int, reach: int = 14) -> set[str]:
        """The folded words of the same sentence near the words first to last."""
        low, high = first, last
        while low > 0 and self.numbers[low - 1] != STOP and first - low < reach:
            low -= 1
        while high + 1 < len(self.numbers) and self.numbers[high + 1] != STOP and high - last < reach:
            high += 1
        return {fold(self.word(i)) for i in range(low, high + 1) if not first <= i <= last}


def runs_of(segment: str) -> list[str]:
    """The pieces of a segment that hold the same words wherever they stand, so that each need be read only once.

    None where white space in the segment may stop a name, or where the pieces are too long to be worth keeping.
    """
    if "\t" in segment or "   " in segment or WIDE.search(segment):
        return []
    runs = segment.split()
    return runs if len(segment) < LONGEST * len(runs) else []


def _spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where the words and stops of a segment stand in the text, and its end."""
    segment = text[start:end]
    runs = runs_of(segment)
    if not runs:
        return [*((start + m.start(), start + m.end()) for m in TOKEN.finditer(segment)), (end, end)]
    spans, place = [], start
    for run in runs:
        place = text.index(run, place)
        for first, last in _spans_in_run(run):
            spans.append((place + first, place + last))
        place += len(run)
    return [*spans, (end, end)]


@lru_cache(maxsize=20_000)
def _spans_in_run(run: str) -> list[tuple[int, int]]:
    return [m.span() for m in TOKEN.finditer(run)]
