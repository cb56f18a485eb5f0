"""Fits the weights of :mod:`extract.dating`, as a part of ``python -m extract.training``."""

from __future__ import annotations

from collections.abc import Sequence

from extract import training_choice
from extract.dating import date_figures
from extract.examples import Labelled
from extract.page import Page, page_of
from extract.pipeline import text_of
from extract.ties import NO_TIME, candidates
from extract.training_choice import Case

TYPICAL = 10.0  # how much more the gold documents count, and those most like them: others read the guide otherwise


def cases_of(one: Labelled) -> list[Case]:
    """The figures of a document's prose whose period is labelled; those before them have their right periods."""
    page, cases = _page(one), []
    for index, figure in enumerate(page.figures):
        gold = one.truth.get(index, {})
        if "period" in gold and (figure.cell is None or figure.cell[0] not in page.grids):
            described = candidates(page, index)
            cases.append(Case(one.name, described, gold["period"] or NO_TIME, TYPICAL if one.typical else 1.0))
        page.add(gold["period"] if "period" in gold else one.doc._.spans[index][0])
    return cases


def fit(cases: Sequence[Case]) -> dict[str, float]:
    """The weight of each feature that ties a figure to a time."""
    return training_choice.fit(cases, training_choice.prior("periods"))


def date(one: Labelled, weight: dict[str, float]) -> None:
    """Dates the figures of a document anew."""
    one.doc._.spans = date_figures(_page(one), weight)


def _page(one: Labelled) -> Page:
    known = one.doc._
    return page_of(known.figures, known.periods, known.source, text_of(one.doc), known.blocks, known.tables)
