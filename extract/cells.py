"""What a table's cell measures, from its labels: the column first, then the row, the caption and the section.

Patterns are in ``data/cells.yml``. A table says plainly what prose has to be understood for, so no model is asked.
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

DATA = Path(__file__).parent / "data" / "cells.yml"
CUTS = ("saving", "job_cut")  # kinds that a caption states for the whole table, whatever its rows are called
Patterns = list[tuple[str, re.Pattern[str]]]


@dataclass(frozen=True, slots=True)
class _Words:
    kinds: Patterns
    statuses: Patterns
    account_rows: re.Pattern[str]


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


def cell_kind(
    figure: Figure, value: TableValue, above: Sequence[str], allowed: Sequence[str]
) -> tuple[str, str] | None:
    """The kind of a cell's figure and the label that told it, or None when no label does.

    ``above`` are the section's heading and the words before the table, nearest first.
    """
    heading = above[0] if above else ""
    caption = _kind_in(value.caption or "", figure, allowed) or _kind_in(heading, figure, allowed)
    column = _kind_in(value.column_label, figure, allowed)
    if column:
        return column, "column"
    if caption in CUTS:
        return caption, "caption"
    if _words().account_rows.search(value.row_label) and (row := _kind_in(value.row_label, figure, allowed)):
        return row, "row"
    if caption:
        return caption, "caption"
    labels = ((value.row_label, "row"), *((words, "section") for words in above[1:]))
    return next(((kind, where) for words, where in labels if (kind := _kind_in(words, figure, allowed))), None)


def _kind_in(label: str, figure: Figure, allowed: Sequence[str]) -> str | None:
    named = _first(label, "kinds")
    if named == "balance":
        named = "deficit" if figure.low < 0 else "surplus"
    elif named in {"deficit", "surplus"} and "surplus" in label.lower() and figure.low < 0:
        named = "deficit"
    return named if named and named in allowed else None


def cell_status(value: TableValue) -> str | None:
    """The status that the labels of a cell tell, or None when they are silent."""
    labels = (value.column_label, value.row_label, value.caption or "")
    return next((named for label in labels if (named := _first(label, "statuses"))), None)
