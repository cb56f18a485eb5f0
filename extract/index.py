"""Features as numbers: a template with its arguments, such as ``bag<`` and ``savings``, is a row of the weights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

Key = str | tuple[str, ...]  # the argument of a template, or several
UNKNOWN = 0  # the row of every feature that is not known; its weights are nought


class Rows(dict[Key, int]):
    """The rows of one template, by argument."""


class Index:
    """All known features: ``names`` by row, each a template and its arguments parted by spaces."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.names: list[str] = [""]
        self._templates: dict[str, Rows] = {}
        for name in names:
            template, _, arguments = name.partition(" ")
            self.rows(template)[tuple(arguments.split(" ")) if " " in arguments else arguments] = len(self.names)
            self.names.append(name)

    def rows(self, template: str) -> Rows:
        """The rows of a template, of which none need be known."""
        return self._templates.setdefault(template, Rows())

    def row(self, name: str) -> int:
        """The row of a name, which is not taken in where it is not known."""
        template, _, arguments = name.partition(" ")
        key = tuple(arguments.split(" ")) if " " in arguments else arguments
        return dict.get(self.rows(template), key, UNKNOWN)


class _Growing(Rows):
    """Rows that take in what they are asked for."""

    def __init__(self, template: str, index: Index) -> None:
        super().__init__()
        self.template, self.index = template, index

    def get(self, key: Key, default: object = None) -> int:
        """The row of an argument, which is a new one for a new argument."""
        row = super().get(key)
        if row is None:
            row = self[key] = len(self.index.names)
            self.index.names.append(" ".join((self.template, key) if isinstance(key, str) else (self.template, *key)))
        return row


class GrowingIndex(Index):
    """An index for training, to which every feature that is met is added."""

    def rows(self, template: str) -> Rows:
        """The rows of a template, which grow."""
        return self._templates.setdefault(template, _Growing(template, self))


@dataclass(slots=True)
class Side:
    """The rows of the templates of one side of a figure."""

    zone0: Rows  # cues less than 2 words away
    zone1: Rows  # less than 5
    zone2: Rows  # farther
    clause: Rows
    rank0: Rows  # cues of the nearest word that has any
    rank1: Rows
    rank2: Rows
    chain: Rows
    attached0: Rows  # cues of the nearest word that is more than glue
    attached1: Rows
    attached_word0: Rows
    attached_word1: Rows
    attached_pair: Rows
    bag: Rows
    word1: Rows
    word2: Rows
    word3: Rows
    pair: Rows


@dataclass(slots=True)
class Templates:
    """The rows of all templates of an index."""

    before: Side
    after: Side
    bias: Rows
    unit: Rows
    unit_place: Rows
    qualifier: Rows
    survey: Rows
    period: Rows
    period_place: Rows
    sign: Rows
    document: Rows
    within: Rows  # cues of the sentence
    clause: Rows
    attached: Rows
    attached_word: Rows
    bag: Rows
    two: Rows  # neighbouring words
    quote: Rows
    earlier: Rows
    heading: Rows
    lead: Rows
    column: Rows
    column_sign: Rows
    column_word: Rows
    column_word_sign: Rows
    row: Rows
    row_word: Rows
    caption: Rows
    table: Rows
    told_kind: Rows  # a label of a table and the kind that it tells
    told_status: Rows
    told: Rows  # the kind and the status that the labels tell together
    told_kind_when: Rows  # with how the figure's time lies to the day of publication
    told_status_when: Rows
    kind: Rows
    kind_unit: Rows


STRENGTHS = {
    **dict.fromkeys(("qualifier", "period_place", "document", "attached_word", "earlier", "kind_unit", "chain"), 0.5),
    **dict.fromkeys(("rank0", "rank1", "rank2", "attached_word0", "attached_word1", "attached_pair"), 0.7),
    **dict.fromkeys(("word1", "word2", "word3", "pair", "table", "heading"), 0.6),
    **dict.fromkeys(("bag", "two", "column_word", "row_word"), 0.4),
    "lead": 0.8,
}  # of the features of a template; 1 where nothing is said


def templates(index: Index) -> Templates:
    """The rows of all templates of an index, those of a side under ``<`` (before the figure) or ``>`` (after it)."""
    before, after = (Side(*(index.rows(name + side) for name in Side.__slots__)) for side in "<>")
    return Templates(before, after, *(index.rows(name) for name in Templates.__slots__[2:]))


def strengths(index: Index) -> np.ndarray:
    """How strongly each row of an index counts."""
    names = (name.partition(" ")[0].rstrip("<>") for name in index.names)
    found = np.array([STRENGTHS.get(name, 1.0) for name in names], dtype=np.float32)
    found[UNKNOWN] = 0.0
    return found
