"""Sentences inside a block, by its full stops; a list item or a table row without one is a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from extract.lexicon import vocabulary
from extract.numbers import Number
from extract.shares import Share

STOP = re.compile(  # its first part is written so that the search can leap to the next stop
    r"[.!?…][.!?…]*[\"'”’»)\]*_]*(?:\[\d+\])?(?:\s+)(?=[\"'“‘«(\[*_]*[A-Z0-9£$€])"
)
LAST_WORD = re.compile(r"[\w.&'’-]*")  # of a text read backwards
INITIALS = re.compile(r"(?:[A-Z]\.)*[A-Z]")
LONGEST_WORD = 30


@dataclass(slots=True)
class Sentence:
    """A sentence that holds numbers or worded shares, and the index and place of its block."""

    start: int
    end: int
    block: int
    paragraph: tuple[int, int]
    numbers: list[Number] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)
    cues: dict[str, bool] = field(default_factory=dict)  # those of counts that were looked for, and whether they stand


@cache
def _abbreviations() -> frozenset[str]:
    return frozenset(vocabulary("units")["abbreviations"].split())


def sentence_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The sentences of ``text[start:end]`` as (start, end) in the text, without the white space between them."""
    spans = []
    left = start
    for m in STOP.finditer(text, start, end):
        if _ends(text, start, m):
            spans.append((left, m.start() + len(m.group().rstrip())))
            left = m.end()
    if left < end:
        spans.append((left, end))
    return spans


def _ends(text: str, start: int, stop: re.Match[str]) -> bool:
    """Whether a stop ends a sentence: not after an abbreviation, an initial, or the number of a paragraph."""
    if text[stop.start()] != "." or stop.group().startswith(".."):
        return True
    m = LAST_WORD.match(text[max(start, stop.start() - LONGEST_WORD) : stop.start()][::-1])
    word = m.group()[::-1] if m else ""
    if word in _abbreviations():
        return word in ("no", "co", "p") and not text[stop.end()].isdigit()
    return not INITIALS.fullmatch(word) and not (
        word.isdigit() and len(word) <= 2 and stop.start() - len(word) == start
    )
