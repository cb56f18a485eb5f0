"""Which period a figure belongs to: in prose the likeliest of :mod:`extract.ties`, in a table what its labels say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

from extract.choice import Features, best
from extract.dating_tables import of_table
from extract.page import Page
from extract.periods import bounds
from extract.ties import candidates

WEIGHTS = Path(__file__).parent / "data" / "ties.json"
Dated = tuple[str | None, str | None, str | None]


@cache
def weights() -> dict[str, float]:
    """The fitted weight of each feature."""
    loaded: dict[str, float] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return loaded


def date_figures(page: Page, weight: Mapping[str, float] | None = None) -> list[Dated]:
    """Period of each figure of a page, in the order of the text, by the shipped weights or by others.

    Each is (label, first day, last day), days in ISO 8601; all three are None when nothing ties the figure to a time.
    """
    weight = weight or weights()
    for index, figure in enumerate(page.figures):
        in_table = figure.cell is not None and figure.cell[0] in page.grids
        page.add(of_table(page, figure) if in_table else likeliest(candidates(page, index), weight))
    return [_dated(label) for label in page.labels]


def likeliest(found: Features, weight: Mapping[str, float]) -> str | None:
    """The label with the highest score; None for no time."""
    return best(found, weight)[0] or None if len(found) > 1 else None


@lru_cache(maxsize=1024)
def _dated(label: str | None) -> Dated:
    if label is None:
        return None, None, None
    first, last = bounds(label)
    return label, first.isoformat() if first else None, last.isoformat() if last else None
