"""A choice among candidates that are described by named features: a conditional logit with fitted weights."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import repeat

Features = dict[str, set[str]]  # the names of the features of each candidate


def best(described: Features, weight: Mapping[str, float]) -> tuple[str, float]:
    """The candidate with the highest score, and its probability."""
    scores = {one: sum(map(weight.get, names, repeat(0.0))) for one, names in described.items()}
    winner = max(scores, key=lambda one: scores[one])
    return winner, 1 / sum(math.exp(score - scores[winner]) for score in scores.values())
