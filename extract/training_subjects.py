"""Fits the weights of :mod:`extract.subjects`, as a part of ``python -m extract.training``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from threadpoolctl import threadpool_limits

from extract import scene as scenes
from extract import subjects, training_choice
from extract.choice import NEITHER, rows_of
from extract.examples import Labelled
from extract.network import Network, ones
from extract.pipeline import text_of
from extract.register import Register
from extract.training_choice import Case
from extract.training_network import train


def scene_of(one: Labelled, register: Register) -> scenes.Scene:
    """The bodies of a labelled document."""
    doc = one.doc
    return scenes.read(text_of(doc), doc._.blocks, doc._.tables, doc._.mentions, register, doc._.source, doc._.figures)


def cases_of(one: Labelled, scene: scenes.Scene) -> list[Case]:
    """The figures of a document whose organisation is labelled."""
    cases = []
    for index, gold in one.truth.items():
        if "organisation" in gold:
            described = subjects.candidates(one.doc._.figures[index], scene, gold["kind"])
            cases.append(Case(one.name, described, gold["organisation"] or subjects.NOBODY))
    return cases


def fit(cases: Sequence[Case]) -> tuple[dict[str, float], Network]:
    """The weight of each feature of a subject, and a network of the same features."""
    weight = training_choice.fit(cases, training_choice.prior("subjects"))
    return weight, _network(cases, sorted(weight))


def _network(cases: Sequence[Case], names: Sequence[str]) -> Network:
    """Tells of each candidate whether it is the right one, from its features and those of nobody."""
    places = {name: row for row, name in enumerate(names)}
    rows = []
    for case in cases:
        own, shared = rows_of(case.described, places)
        rows += [mine if one == NEITHER else mine + shared for one, mine in zip(case.described, own, strict=True)]
    right = ["right" if one == case.gold else "no" for case in cases for one in case.described]
    sizes = Counter(case.document for case in cases)
    counts = np.array([sizes[case.document] ** -0.5 for case in cases for _ in case.described])
    with threadpool_limits(1):  # the matrices are small: threads only wait for each other
        model = train(ones(rows, 2 * len(names)), right, counts)
    around = [f"around {name}" for name in names]
    return Network([*names, *around], *(model.coefs_[0], model.intercepts_[0], model.coefs_[1], model.intercepts_[1]))
