"""What the labels of a table's cell tell: its column, row and caption, the heading and the words above.

Patterns are in ``data/cells.yml``. The models of :mod:`extract.kinds` weigh what they tell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from extract.facts import Figure, TableValue
from extract.passages import rules

DATA = Path(__file__).parent / "data" / "cells.yml"
CUTS = ("saving", "job_cut")  # kinds that a caption states for the whole table, whatever its rows are called
Patterns = list[tuple[str, re.Pattern[str]]]


@dataclass(frozen=True, slots=True)
class _Words:
    kinds: Patterns
    statuses: Patterns
    account_rows: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Told:
    """What the labels of a cell tell: kinds and statuses by label, the kind and its label in all, and the status."""

    kinds: dict[str, str]
    statuses: dict[str, str]
    kind: tuple[str, str] | None
    status: str | None


@cache
def _words() -> _Words:
    data: dict[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    lists = [[(name, _compiled(pattern)) for name, pattern in data[part]] for part in ("kinds", "statuses")]
    return _Words(lists[0], lists[1], _compiled(data["account_rows"]))


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


@lru_cache(maxsize=5_000)
def _first(label: str, part: str) -> str | None:
    """The first of the ``kinds`` or ``statuses`` whose words a label holds; labels come again in every row."""
    patterns: Patterns = getattr(_words(), part)
    return next((name for name, pattern in patterns if label and pattern.search(label)), None)


def read_labels(figure: Figure, value: TableValue, above: Sequence[str]) -> Told:
    """What the labels around a cell's figure tell; ``above`` are the section's heading and the words before the table.

    The column decides before a caption that states a saving or a cut, then the row of an account, the caption, the
    heading, any other row and the words before.
    """
    heading, before = (*above, "", "")[:2]
    labels = {"column": value.column_label, "row": value.row_label, "caption": value.caption or ""}
    labels |= {"heading": heading, "section": before}
    kinds = {place: kind for place, label in labels.items() if (kind := _kind_in(label, figure))}
    states = {place: status for place, label in labels.items() if (status := _first(label, "statuses"))}
    stated = next((place for place in ("caption", "heading") if kinds.get(place) in CUTS), "")
    account = "row" if _words().account_rows.search(value.row_label) else ""
    order = ("column", stated, account, "caption", "heading", "row", "section")
    place = next((place for place in order if place in kinds), None)
    status = next((states[place] for place in ("column", "row", "caption") if place in states), None)
    return Told(kinds, states, (kinds[place], place) if place else None, status)


def _kind_in(label: str, figure: Figure) -> str | None:
    named = _first(label, "kinds")
    if named == "balance":
        named = "deficit" if figure.low < 0 else "surplus"
    elif named in {"deficit", "surplus"} and "surplus" in label.lower() and figure.low < 0:
        named = "deficit"
    return named if named in rules()["allowed"][figure.unit] else None
