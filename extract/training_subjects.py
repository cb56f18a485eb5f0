"""Fits the weights of :mod:`extract.subjects`, as a part of ``python -m extract.training``."""

from __future__ import annotations

from collections.abc import Sequence

from extract import scene as scenes
from extract import subjects, training_choice
from extract.examples import Labelled
from extract.pipeline import text_of
from extract.register import Register
from extract.training_choice import Case


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
    """The weight of each feature of a subject."""
    return training_choice.fit(cases, training_choice.prior("subjects"))
