"""Fits the weights of :mod:`extract.subjects`, as a part of ``python -m extract.training``.

A conditional logit: of each figure's candidates the right one should score highest. Documents count by the square root
of their figures. ``data/prior.yml`` holds the weights that are expected beforehand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import yaml
from scipy import sparse
from scipy.optimize import minimize

from extract import scene as scenes
from extract import subjects
from extract.examples import Labelled
from extract.pipeline import text_of
from extract.register import Register

PENALTY, RAREST = 2.0, 3
FIRM = 60.0  # the penalty of leaving an expected weight: what is promised of names that are left open holds


@dataclass(slots=True)
class Case:
    """One labelled figure: its document, its described candidates and the right one."""

    document: str
    described: subjects.Features
    gold: str


@cache
def expected() -> dict[str, float]:
    """The weights that are expected before any document is read."""
    path = Path(__file__).parent / "data" / "prior.yml"
    loaded: dict[str, float] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def scene_of(one: Labelled, register: Register) -> scenes.Scene:
    """The bodies of a labelled document."""
    doc = one.doc
    return scenes.read(text_of(doc), doc._.blocks, doc._.tables, doc._.mentions, register, doc._.source)


def cases_of(one: Labelled, scene: scenes.Scene) -> list[Case]:
    """The figures of a document whose organisation is labelled."""
    cases = []
    for index, gold in one.truth.items():
        if "organisation" in gold:
            described = subjects.candidates(one.doc._.figures[index], scene, gold["kind"])
            cases.append(Case(one.name, described, gold["organisation"] or subjects.NOBODY))
    return cases


def fit(cases: Sequence[Case]) -> dict[str, float]:
    """Weights of all features that are seen at least ``RAREST`` times or known beforehand."""
    cases = [case for case in cases if case.gold in case.described]
    counts = Counter(name for case in cases for names in case.described.values() for name in names)
    kept = {name for name, count in counts.items() if count >= RAREST} | expected().keys()
    known = {name: i for i, name in enumerate(sorted(kept))}
    rows = [(k, names, one == case.gold) for k, case in enumerate(cases) for one, names in case.described.items()]
    owner = np.array([k for k, _, _ in rows])
    gold = np.array([right for _, _, right in rows], dtype=float)
    places = [sorted(known[name] for name in names if name in known) for _, names, _ in rows]
    ends = np.cumsum([0, *map(len, places)])
    columns = np.concatenate([np.array(row, dtype=int) for row in places])
    matrix = sparse.csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(rows), len(known)))
    sizes = Counter(case.document for case in cases)
    worth = np.array([sizes[case.document] ** -0.5 for case in cases])
    worth *= len(cases) / worth.sum()
    prior = np.array([expected().get(name, 0.0) for name in known])
    hold = np.array([FIRM if name in expected() else PENALTY for name in known])

    def loss(weight: np.ndarray) -> tuple[float, np.ndarray]:
        score = matrix @ weight
        top = np.full(len(cases), -np.inf)
        np.maximum.at(top, owner, score)
        odds = np.exp(score - top[owner])
        share = odds / np.bincount(owner, odds)[owner]
        drawn = weight - prior
        value = -np.sum(np.log(share) * gold * worth[owner]) + hold * drawn @ drawn / 2
        return float(value), hold * drawn - matrix.T @ ((gold - share) * worth[owner])

    solved = minimize(loss, np.zeros(len(known)), jac=True, method="L-BFGS-B", options={"maxiter": 400})
    return {name: round(float(solved.x[i]), 4) for name, i in known.items()}
