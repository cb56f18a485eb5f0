"""Fits the weights of :mod:`extract.dating`, as a part of ``python -m extract.training``."""

from __future__ import annotations

from collections.abc import Sequence

from extract import training_choice
from extract.dating import date_figures
from extract.examples import Labelled
from extract.page import page_of
from extract.pipeline import text_of
from extract.ties import NO_TIME, candidates
from extract.training_choice import Case

TYPICAL = 10.0  # how much more the gold documents count, and those most like them: others read the guide otherwise


def cases_of(one: Labelled) -> list[Case]:
    """The figures of a document's prose whose period is labelled; those before them have their right periods."""
    doc = one.doc
    page = page_of(doc._.figures, doc._.periods, doc._.source, text_of(doc), doc._.blocks, doc._.tables)
    cases = []
    for index, figure in enumerate(page.figures):
        gold = one.truth.get(index, {})
        if "period" in gold and (figure.cell is None or figure.cell[0] not in page.grids):
            described = candidates(page, index)
            cases.append(Case(one.name, described, gold["period"] or NO_TIME, TYPICAL if one.typical else 1.0))
        page.add(gold["period"] if "period" in gold else doc._.spans[index][0])
    return cases


def fit(cases: Sequence[Case]) -> dict[str, float]:
    """The weight of each feature that ties a figure to a time."""
    return training_choice.fit(cases, training_choice.prior("periods"))


def date(one: Labelled, weight: dict[str, float]) -> None:
    """Dates the figures of a document anew."""
    doc = one.doc
    known = doc._
    text = text_of(doc)
    known.spans = date_figures(known.figures, known.periods, known.source, text, known.blocks, known.tables, weight)
