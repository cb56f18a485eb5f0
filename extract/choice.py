"""A choice among candidates described by named features: a conditional logit, alone or beside a small network."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np

from extract.network import Network, ones

Features = dict[str, set[str]]  # the names of the features of each candidate
NEITHER = ""  # the candidate that stands for none of the others; what tells of it tells of all


@dataclass(slots=True)
class Chooser:
    """A conditional logit and a network of n features, whose scores are averaged.

    The network has a row for each feature of a candidate, and behind those one for each feature of ``NEITHER``.
    """

    rows: dict[str, int]  # of the features
    linear: np.ndarray  # 2n: the weights of the logit, then noughts
    network: Network


def chooser(weight: Mapping[str, float], network: Network) -> Chooser:
    """The two for use; the names of the network are those of the weights, in any order, and the same again."""
    names = network.names[: len(network.names) // 2]
    linear = np.zeros(len(network.names), np.float32)
    linear[: len(names)] = [weight[name] for name in names]
    return Chooser({name: row for row, name in enumerate(names)}, linear, network)


def rows_of(features: Features, rows: Mapping[str, int]) -> tuple[list[list[int]], list[int]]:
    """The rows of each candidate's features, and those of ``NEITHER`` that all others share; of the known ones."""
    own = [[row for row in map(rows.get, names) if row is not None] for names in features.values()]
    neither = next(mine for one, mine in zip(features, own, strict=True) if one == NEITHER)
    return own, [row + len(rows) for row in neither]


def choose(described: Sequence[Features], by: Chooser) -> list[tuple[str, float]]:
    """Of each the candidate with the highest score, and its probability."""
    if not described:
        return []
    pairs = [rows_of(features, by.rows) for features in described]
    own = ones([rows for each, _ in pairs for rows in each], len(by.linear))
    shared = ones([rows for _, rows in pairs], len(by.linear)) @ by.network.inward
    places = [n for n, features in enumerate(described) for _ in features]
    hidden = own @ by.network.inward + by.network.threshold
    other = np.array([one != NEITHER for features in described for one in features])
    hidden += shared[places] * other[:, None]
    np.maximum(hidden, 0, out=hidden)
    scores = ((own @ by.linear + (hidden @ by.network.outward)[:, 0]) / 2).tolist()
    found, start = [], 0
    for features in described:
        found.append(_best(dict(zip(features, scores[start : start + len(features)], strict=True))))
        start += len(features)
    return found


def best(described: Features, weight: Mapping[str, float]) -> tuple[str, float]:
    """The candidate that a logit alone scores highest, and its probability."""
    return _best({one: sum(map(weight.get, names, repeat(0.0))) for one, names in described.items()})


def _best(scores: Mapping[str, float]) -> tuple[str, float]:
    winner = max(scores, key=lambda one: scores[one])
    return winner, 1 / sum(math.exp(score - scores[winner]) for score in scores.values())
