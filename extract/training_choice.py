"""Fits a choice among described candidates: the subjects of :mod:`extract.subjects`, the times of :mod:`extract.ties`.

A conditional logit: of each figure's candidates the right one should score highest. Documents count by the square root
of their figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import yaml
from scipy import sparse
from scipy.optimize import minimize

from extract.choice import Features

PENALTY, RAREST = 2.0, 6
FIRM = 60.0  # the penalty of leaving an expected weight: what is promised of names that are left open holds
PRIOR = Path(__file__).parent / "data" / "prior.yml"


@dataclass(slots=True)
class Case:
    """One labelled figure: its document, its described candidates, the right one, and how much it counts."""

    document: str
    described: Features
    gold: str
    worth: float = 1.0


@cache
def prior(choice: str) -> Mapping[str, float]:
    """The weights that are expected of ``subjects`` or ``periods`` before any document is read."""
    loaded: dict[str, dict[str, float]] = yaml.safe_load(PRIOR.read_text(encoding="utf-8"))
    return loaded[choice]


def fit(cases: Sequence[Case], expected: Mapping[str, float]) -> dict[str, float]:
    """Weights of all features that are seen at least ``RAREST`` times or expected beforehand."""
    cases = [case for case in cases if case.gold in case.described and len(case.described) > 1]
    counts = Counter(name for case in cases for names in case.described.values() for name in names)
    kept = {name for name, count in counts.items() if count >= RAREST} | expected.keys()
    known = {name: i for i, name in enumerate(sorted(kept))}
    rows = [(k, names, one == case.gold) for k, case in enumerate(cases) for one, names in case.described.items()]
    owner = np.array([k for k, _, _ in rows])
    gold = np.array([right for _, _, right in rows], dtype=float)
    places = [sorted(known[name] for name in names if name in known) for _, names, _ in rows]
    ends = np.cumsum([0, *map(len, places)])
    columns = np.concatenate([np.array(row, dtype=int) for row in places])
    matrix = sparse.csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(rows), len(known)))
    sizes = Counter(case.document for case in cases)
    worth = np.array([case.worth * sizes[case.document] ** -0.5 for case in cases])
    worth *= len(cases) / worth.sum()
    wanted = np.array([expected.get(name, 0.0) for name in known])
    hold = np.array([FIRM if name in expected else PENALTY for name in known])

    def loss(weight: np.ndarray) -> tuple[float, np.ndarray]:
        score = matrix @ weight
        top = np.full(len(cases), -np.inf)
        np.maximum.at(top, owner, score)
        odds = np.exp(score - top[owner])
        share = odds / np.bincount(owner, odds)[owner]
        drawn = weight - wanted
        value = -np.sum(np.log(share) * gold * worth[owner]) + hold * drawn @ drawn / 2
        return float(value), hold * drawn - matrix.T @ ((gold - share) * worth[owner])

    solved = minimize(loss, np.zeros(len(known)), jac=True, method="L-BFGS-B", options={"maxiter": 400})
    return {name: round(float(solved.x[i]), 4) for name, i in known.items()}
