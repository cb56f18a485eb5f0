"""Which period a figure belongs to: in prose the likeliest of :mod:`extract.ties`, in a table what its labels say."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import repeat
from pathlib import Path

from crawler.document import Block, Document, Table
from extract.dating_tables import of_table
from extract.facts import Figure, Period
from extract.page import page_of
from extract.periods import bounds
from extract.ties import Features, candidates

WEIGHTS = Path(__file__).parent / "data" / "ties.json"
Dated = tuple[str | None, str | None, str | None]


@cache
def weights() -> dict[str, float]:
    """The fitted weight of each feature."""
    loaded: dict[str, float] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return loaded


def date_figures(
    figures: Sequence[Figure],
    periods: Sequence[Period],
    document: Document | None,
    text: str,
    blocks: Sequence[Block],
    tables: Sequence[Table],
    weight: Mapping[str, float] | None = None,
) -> list[Dated]:
    """Period of each figure, figures being in the order of the text, by the shipped weights or by others.

    Each is (label, first day, last day), days in ISO 8601; all three are None when nothing ties the figure to a time.
    """
    if not figures:
        return []
    page, weight = page_of(figures, periods, document, text, blocks, tables), weight or weights()
    for index, figure in enumerate(figures):
        in_table = figure.cell is not None and figure.cell[0] in page.grids
        page.add(of_table(page, figure) if in_table else likeliest(candidates(page, index), weight))
    return [_dated(label) for label in page.labels]


def likeliest(found: Features, weight: Mapping[str, float]) -> str | None:
    """The label with the highest score; None for no time."""
    if len(found) == 1:
        return None
    scores = {label: sum(map(weight.get, names, repeat(0.0))) for label, names in found.items()}
    return max(scores, key=lambda label: scores[label]) or None


@lru_cache(maxsize=1024)
def _dated(label: str | None) -> Dated:
    if label is None:
        return None, None, None
    first, last = bounds(label)
    return label, first.isoformat() if first else None, last.isoformat() if last else None
