"""Where a text is worth a closer look: at digits, number words and words of time, and in windows round them.

Most of a text holds none of them, so patterns of many branches are tried there only.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import ahocorasick

from extract.lexicon import lower_case, vocabulary

DIGITS = re.compile(r"[0-9][0-9]*")  # written so that the search can leap to the next digit
BEFORE, AFTER = 30, 70  # characters that a figure or a time may reach out from the word that gave it away
APART = 3 * BEFORE  # windows keep so far apart that they stay so when their edges move to white space
Windows = Sequence[tuple[int, int]]


@dataclass(slots=True)
class Triggers:
    """A text as it is and in lower case, and where in it figures and times may begin."""

    text: str
    lower: str
    digits: list[int]  # runs of digits
    words: list[int]  # words of numbers and shares
    ratios: list[int]  # those words, and digits that may begin *9 in 10*: one or two before a space
    windows: Windows


@cache
def _automaton() -> ahocorasick.Automaton:
    """Aho-Corasick automaton over the lower-case words that figures and times in words hold; the value is signed.

    It is the length of a word, below zero for words of time alone.
    """
    units, periods = vocabulary("units"), vocabulary("periods")
    counted = {*units["words"], *units["multipliers"], *units["fractions"], *units["trigger_stems"]}
    automaton = ahocorasick.Automaton()
    for word in counted | set(periods["triggers"]):
        automaton.add_word(word, len(word) if word in counted else -len(word))
    automaton.make_automaton()
    return automaton


@lru_cache(maxsize=2)  # figures and times are looked for in the same text, one after the other
def triggers(text: str) -> Triggers:
    """What gives figures and times in a text away."""
    lower = lower_case(text)
    runs = [m.span() for m in DIGITS.finditer(text)]
    digits = [start for start, _ in runs]
    short = [start for start, end in runs if end - start < 3 and lower[end : end + 1].isspace()]
    words: set[int] = set()
    times: set[int] = set()
    for end, length in _automaton().iter(lower):
        start = end - abs(length) + 1
        if not start or not lower[start - 1].isalpha():
            (words if length > 0 else times).add(start)
    spans = _windows(text, sorted([*digits, *words, *times]))
    return Triggers(text, lower, digits, sorted(words), sorted([*words, *short]), spans)


def lowered(text: str) -> str:
    """The text in lower case with every character where it was: patterns that mind no case are much faster on it."""
    return triggers(text).lower


def _windows(text: str, hits: Sequence[int]) -> Windows:
    """Stretches (start, end) round all triggers, apart from each other and bounded by white space."""
    spans: list[tuple[int, int]] = []
    for hit in hits:
        if spans and hit <= spans[-1][1] + APART:
            spans[-1] = (spans[-1][0], hit + AFTER)
        else:
            spans.append((max(0, hit - BEFORE), hit + AFTER))
    return [_to_spaces(text, start, min(end, len(text))) for start, end in spans]


def _to_spaces(text: str, start: int, end: int) -> tuple[int, int]:
    """The window with whole words at its edges; a very long word is cut."""
    left = text.rfind(" ", max(0, start - BEFORE), start) + 1
    right = text.find(" ", end, end + BEFORE)
    return left or start, right if right >= 0 else end


def matches(
    pattern: re.Pattern[str], lower: str, hits: Sequence[int], spans: Windows, lead: Callable[[str, int], int]
) -> Iterator[re.Match[str]]:
    """Matches inside the windows that begin at a trigger or up to ``lead`` before it, in order and apart."""
    match = pattern.match
    for start, end in spans:
        behind = start
        for hit in hits[bisect_left(hits, start) : bisect_left(hits, end)]:
            at = lead(lower, hit)
            for place in range(at if at > behind else behind, hit + 1):
                if m := match(lower, place, end):
                    behind = m.end()
                    yield m
                    break


def article(lower: str, start: int) -> int:
    """Where the *a* or *an* before a word begins, or the word where there is none."""
    if lower[start - 2 : start - 1] == "a":
        return start - 2
    return start - 3 if lower[start - 3 : start - 1] == "an" else start
