"""Whether a number counts posts that go: a logistic model over what :mod:`extract.counts` sees and the words around.

The rules there decide well on what they were written for; the model, fitted by :mod:`extract.training_counts`, weighs
their verdict with the noun, the size, the neighbours and the words, and so finds counts that are told in other words.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from extract.passages import NUMERIC, read_passage

WEIGHTS = Path(__file__).parent / "data" / "tallies.json"
REACH = 90  # characters on either side that are read
NEAREST = 8  # words on either side that count for themselves
RULED = "rules say yes"  # the flag of what the rules accept
ENOUGH = {True: 0.2, False: 0.8}  # the probability that is enough where the rules say yes, and where they say no
SIZES = (10, 20, 100, 1000, 10_000)


@dataclass(slots=True)
class Tally:
    """A number that may count posts, as the rules see it."""

    text: str
    start: int
    end: int
    sentence: tuple[int, int]
    paragraph: tuple[int, int]
    sort: str  # job, person or bare
    noun: str
    value: float
    flags: list[str] = field(default_factory=list)  # the rules and neighbours that speak for or against it


@cache
def weights() -> dict[str, float]:
    """The fitted weight of each feature."""
    loaded: dict[str, float] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return loaded


def counts_posts(tally: Tally, weight: Mapping[str, float]) -> bool:
    """Whether the number is taken for a count of posts that go: a wrong one costs more than a missing one."""
    return likelihood(tally, weight) > ENOUGH[RULED in tally.flags]


def likelihood(tally: Tally, weight: Mapping[str, float]) -> float:
    """The probability that the number counts posts that go."""
    score = 0.0
    for name, value in describe(tally).items():
        if name in weight:
            score += weight[name] * value
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def describe(tally: Tally) -> dict[str, float]:
    """Named features with their strengths."""
    size = bisect_left(SIZES, tally.value + 0.5)
    features = {"bias": 1.0, f"{tally.sort} noun {tally.noun}": 0.7, f"{tally.sort} size {size}": 0.7, tally.sort: 1.0}
    for flag in tally.flags:
        features[flag] = features[f"{tally.sort} {flag}"] = 1.0
    passage = read_passage(tally.text, *tally.paragraph)
    start, end = tally.sentence
    reach = (max(start, tally.start - REACH), tally.start, tally.end, min(end, tally.end + REACH))
    first, before, after, last = (bisect_left(passage.starts, place) for place in reach)
    for side, near, cues in (
        ("<", passage.words[max(first, before - NEAREST) : before][::-1], passage.between(first, before)),
        (">", passage.words[after : min(last, after + NEAREST)], passage.between(after, last)),
    ):
        known = [_names(side, word) for word in near]
        features[f"{tally.sort} {side} {' '.join([names[0] for names in known[:2]])}"] = 0.5
        for place, names in enumerate(known, start=1):
            features[names[min(place, 3)]] = features[names[4]] = 0.5
        if not near:
            features[f"{tally.sort} {side} nothing"] = 0.5
        for _, _, cue in cues:
            features[_cue_name(side, cue)] = 0.5
    return features


@lru_cache(maxsize=20_000)
def _names(side: str, word: str) -> tuple[str, str, str, str, str]:
    """A word, a number as ``#``, and its features: as the nearest, the next, one further off, and anywhere."""
    shape = "#" if word[0] in NUMERIC else word
    return shape, f"{side}0 {shape}", f"{side}1 {shape}", f"{side}2 {shape}", f"word {shape}"


@lru_cache(maxsize=1_000)
def _cue_name(side: str, cue: str) -> str:
    return f"{side} {cue}"
