"""Whether a number counts posts that go: a logistic model over what :mod:`extract.counts` sees and the words around.

The rules there decide well on what they were written for; the model, fitted by :mod:`extract.training_counts`, weighs
their verdict with the noun, the size, the neighbours and the words, and so finds counts that are told in other words.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from extract.passages import NUMERIC, read_passage

WEIGHTS = Path(__file__).parent / "data" / "tallies.json"
REACH = 90  # characters on either side that are read
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
    score = sum(weight.get(name, 0.0) * value for name, value in describe(tally).items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def describe(tally: Tally) -> dict[str, float]:
    """Named features with their strengths."""
    size = bisect_left(SIZES, tally.value + 0.5)
    features = {"bias": 1.0, f"{tally.sort} noun {tally.noun}": 0.7, f"{tally.sort} size {size}": 0.7, tally.sort: 1.0}
    for flag in tally.flags:
        features[flag] = features[f"{tally.sort} {flag}"] = 1.0
    features.update((name, 0.5) for name in _words(tally))
    return features


def _words(tally: Tally) -> Iterator[str]:
    """The words and cues on both sides within the sentence."""
    start, end = tally.sentence
    sides = (
        ("<", read_passage(tally.text, max(start, tally.start - REACH), tally.start)),
        (">", read_passage(tally.text, tally.end, min(end, tally.end + REACH))),
    )
    for side, passage in sides:
        near = ["#" if word[0] in NUMERIC else word for word in passage.words]
        near = near[::-1] if side == "<" else near
        yield f"{tally.sort} {side} {' '.join(near[:2])}"
        for place, word in enumerate(near[:8]):
            yield f"{side}{min(place, 2)} {word}"
            yield f"word {word}"
        if not near:
            yield f"{tally.sort} {side} nothing"
        yield from (f"{side} {name}" for _, _, name in passage.cues)
