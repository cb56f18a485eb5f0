"""Where a text is worth a closer look: windows round digits, number words and words of time.

Most of a text holds none of them, so patterns of many branches run over the windows only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from heapq import merge

import ahocorasick

from extract.lexicon import vocabulary

DIGITS = re.compile(r"[0-9]+")
BEFORE, AFTER = 30, 70  # characters that a figure or a time may reach out from the word that gave it away
APART = 3 * BEFORE  # windows keep so far apart that they stay so when their edges move to white space


@cache
def _automaton() -> ahocorasick.Automaton:
    """Aho-Corasick automaton over the lower-case words that figures and times in words hold."""
    units, periods = vocabulary("units"), vocabulary("periods")
    words = {*units["words"], *units["multipliers"], *units["fractions"], *units["trigger_stems"], *periods["triggers"]}
    automaton = ahocorasick.Automaton()
    for word in words:
        automaton.add_word(word, len(word))
    automaton.make_automaton()
    return automaton


def _lower(text: str) -> str:
    """The text in lower case with every character where it was."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _word_starts(text: str) -> Iterator[int]:
    """Where trigger words begin a word, nearly in order."""
    lower = _lower(text)
    for end, length in _automaton().iter(lower):
        start = end - length + 1
        if not start or not lower[start - 1].isalpha():
            yield start


@lru_cache(maxsize=2)  # figures and times are looked for in the same text, one after the other
def windows(text: str) -> list[tuple[int, int]]:
    """Stretches (start, end) round all triggers, apart from each other and bounded by white space."""
    hits = merge(sorted(_word_starts(text)), (m.start() for m in DIGITS.finditer(text)))
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


def scan(pattern: re.Pattern[str], text: str, spans: list[tuple[int, int]]) -> Iterator[re.Match[str]]:
    """Matches of a pattern inside the windows, in order."""
    for start, end in spans:
        yield from pattern.finditer(text, start, end)
