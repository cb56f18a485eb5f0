"""What the other figures of a document say of one: a second look, after each has been judged by its own words.

*It saved £30m last year and £25m the year before*: the second amount measures what the first does. Features here are
the probabilities that the first look gave to the figures near by.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from extract.facts import Figure
from extract.features import Surroundings

Links = list[tuple[str, int]]  # relation, index of the other figure
Probabilities = Mapping[str, float]
JOINED = "and|or|to|of|against|versus|then|rather than|compared with|last year|up from|down from"
PAIRED = re.compile(rf"\W*(?:{JOINED})?\W*")
REACH = 3  # blocks


def links(around: Surroundings) -> list[Links]:
    """For each figure the figures that stand near it, by how they stand."""
    figures = around.figures
    found: list[Links] = [[] for _ in figures]
    for index, figure in enumerate(figures):
        if index:
            relation = _relation(figures[index - 1], figure, around)
            if relation:
                found[index].append((f"before {relation}", index - 1))
                found[index - 1].append((f"after {relation}", index))
        if (first := _opening(index, figures)) is not None:
            found[index].append(("opening", first))
    return found


def _relation(one: Figure, other: Figure, around: Surroundings) -> str:
    unit = "same" if one.unit == other.unit else "other"
    between = around.text[one.end : other.start]
    if one.sentence == other.sentence:
        return f"{'pair' if PAIRED.fullmatch(between) else 'sentence'} {unit}"
    if one.block == other.block:
        return f"paragraph {unit}"
    if one.block is None or other.block is None or other.block - one.block > REACH:
        return ""
    kinds = {around.blocks[one.block].kind, around.blocks[other.block].kind}
    return f"{'list' if kinds == {'list_item'} else 'block'} {unit}"


def _opening(index: int, figures: Sequence[Figure]) -> int | None:
    """The first figure of the same unit in the paragraph, unless it is the one just before."""
    figure = figures[index]
    place = index
    while place > 0 and figures[place - 1].block == figure.block:
        place -= 1
    same = (one for one in range(place, index - 1) if figures[one].unit == figure.unit)
    return next(same, None)


def heard(index: int, linked: Links, figures: Sequence[Figure], judged: Sequence[Probabilities]) -> dict[str, float]:
    """Features of one figure from the probabilities of the figures that it is linked to, and of its whole document."""
    features: dict[str, float] = {}
    for relation, other in linked:
        for name, value in judged[other].items():
            features[f"{relation}: {name}"] = round(value, 2)
    unit = figures[index].unit
    others = [judged[i] for i, one in enumerate(figures) if one.unit == unit and one.cell is None and i != index]
    for name in judged[index] if others else ():
        features[f"document {unit}: {name}"] = round(sum(one.get(name, 0.0) for one in others) / len(others), 2)
    own = judged[index]
    features.update({f"own: {name}": round(value, 2) for name, value in own.items()})
    return features
