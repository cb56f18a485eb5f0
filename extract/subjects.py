"""Whose figure it is, and who says so.

Candidates (every body that the figure's sentence, table, section and headline speak for, and nobody) are described by
named features; a conditional logit and a small network, fitted by :mod:`extract.training_subjects`, weigh them.
Features know nothing of any one document.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

from crawler.document import Cell
from extract.choice import Chooser, Features, choose
from extract.choice import chooser as laid_out
from extract.facts import Figure, Mention
from extract.network import load
from extract.passages import read_passage
from extract.scene import Scene
from extract.settings import (
    NOBODY,
    Part,
    Setting,
    add,
    labels_of,
    of_nobody_in_row,
    preposition,
    setting_of,
    sort_of,
    with_sort,
)
from extract.triggers import lowered

__all__ = ["NOBODY", "Features", "candidates", "choose", "chooser", "settled", "speaker_of", "subjects_of"]

WEIGHTS = Path(__file__).parent / "data" / "subjects.json"
NETWORK = WEIGHTS.with_suffix(".npz")
OWN = ("no figure", "a figure", "figures")  # between a name and the next, or the figure in question
MARKS = (", ", "; ", " – ", " but ", " while ")  # of the end of a clause
REACH = 14  # words on either side of a figure that may tell that it is nobody's


@cache
def chooser() -> Chooser:
    """The fitted weights of the features."""
    return laid_out(json.loads(WEIGHTS.read_text(encoding="utf-8")), load(NETWORK))


def subjects_of(
    figures: Sequence[Figure], kinds: Sequence[str], scene: Scene, by: Chooser | None = None
) -> list[tuple[str | None, float]]:
    """Of each figure the id of the organisation whose it is, or None, and how probable that is (0 to 1).

    ``kinds`` are the figures' kinds; ``by`` defaults to the shipped weights.
    """
    described = [candidates(figure, scene, kind) for figure, kind in zip(figures, kinds, strict=True)]
    return [(organisation or None, sure) for organisation, sure in choose(described, by or chooser())]


def settled(scene: Scene, figures: Sequence[Figure], organisations: Sequence[str | None]) -> list[Mention]:
    """The mentions, those left open linked to the body that a figure of their sentence was found to be of."""
    mentions = list(scene.mentions)
    for figure, organisation in zip(figures, organisations, strict=True):
        first, last = (bisect_left(scene.starts, place) for place in figure.sentence)
        for n in range(first, last) if organisation else ():
            if mentions[n].organisation is None and scene.likely(mentions[n]) == organisation:
                mentions[n] = replace(mentions[n], organisation=organisation, kind="short")
    return mentions


def speaker_of(figure: Figure, scene: Scene) -> str | None:
    """Id of the organisation that the figure's sentence attributes it to, or None."""
    return setting_of(figure, scene).speaker


def candidates(figure: Figure, scene: Scene, kind: str | None = None) -> Features:
    """Every candidate with the names of its features."""
    found: Features = {NOBODY: {"nobody", f"nobody:{kind}"}}
    setting = setting_of(figure, scene)
    index = bisect_left(setting.starts, figure.start)
    if index:
        _before_figure(found, figure, scene, setting.parts[:index])
    if index < len(setting.parts):
        _after_figure(found, figure, scene, setting, index)
    for one, names in setting.features.items():
        found.setdefault(one, set()).update(names)
    if figure.cell:
        _in_table(found, figure.cell, scene)
    elif len(found) > 1:
        found[NOBODY].update(_words(figure, scene))
    for one, names in found.items():
        if one != NOBODY:
            sort = sort_of(one, scene)
            names.update((f"is {sort}", f"is {sort} {kind}"))
    return found


def _words(figure: Figure, scene: Scene) -> list[str]:
    """The words around a figure: some go with what is nobody's, such as *nationally*."""
    block = scene.blocks[figure.block] if figure.block is not None else None
    passage = read_passage(lowered(scene.text), *((block.start, block.end) if block else figure.sentence))
    first, before, after, last = (
        bisect_left(passage.starts, place)
        for place in (figure.sentence[0], figure.start, figure.end, figure.sentence[1])
    )
    plain = passage.plain
    near = plain[max(first, before - REACH) : before] + plain[after : min(after + REACH, last)]
    return [f"nobody near {word}" for word in near if word]


def _before_figure(found: Features, figure: Figure, scene: Scene, before: list[Part]) -> None:
    start = figure.sentence[0]
    cut = max([scene.text.rfind(mark, start, figure.start) for mark in MARKS])
    nobody = found[NOBODY]
    for part in before:
        nobody.update(part.nobody)
        if part.anchor.organisation:
            add(found, part.anchor.organisation, *part.before)
            if cut < part.anchor.end:
                add(found, part.anchor.organisation, *with_sort(part.sort, "before:same clause"))
    silent = [part for part in before if part.silent]
    if not silent:
        nobody.add("nobody:only orders before")
        return
    nobody.update(silent[-1].nearest)
    named = [part for part in silent if part.anchor.organisation]
    for a, b in pairwise(named):
        if b.joined:
            nobody.add("nobody:joined before")
            add(found, a.anchor.organisation, *with_sort(a.sort, "before:joined"))
            add(found, b.anchor.organisation, *with_sort(b.sort, "before:joined"))
    for part in named[:-1]:
        add(found, part.anchor.organisation, *with_sort(part.sort, "before:farther"))
    if named:
        last = named[-1]
        how = "before:nearest" if last is silent[-1] else "before:nearest but a group"
        add(found, last.anchor.organisation, *with_sort(last.sort, how, f"{how} {last.anchor.sort}"))
    for n, part in enumerate(named):
        until = named[n + 1].anchor.start if n + 1 < len(named) else figure.start
        own = bisect_left(scene.figures, until) - bisect_left(scene.figures, part.anchor.end)
        last_name = n + 1 == len(named)
        add(found, part.anchor.organisation, f"before:{'nearest' if last_name else 'farther'} with {OWN[min(own, 2)]}")


def _after_figure(found: Features, figure: Figure, scene: Scene, setting: Setting, index: int) -> None:
    """What the parts from ``index`` on tell, which come after the figure."""
    for part in setting.parts[index:]:
        add(found, part.anchor.organisation, *part.after)
    nearest = setting.parts[index].anchor
    bridge = scene.text[figure.end : nearest.start]
    word = "cut off" if any(mark in bridge for mark in MARKS) else preposition(bridge) or "other"
    if not nearest.organisation:
        found[NOBODY].add(f"nobody:{nearest.sort} after {word}")
        return
    add(found, nearest.organisation, "after:nearest", f"after:{word}", f"after:{word} {nearest.sort}")
    if not index:
        add(found, nearest.organisation, "after:alone")


def _in_table(found: Features, place: tuple[int, int, int], scene: Scene) -> None:
    """What the labels of a cell's row and column tell, and the words above its table."""
    number, row, column = place
    labels = labels_of(number, scene)
    if labels is None:
        return
    for cell in labels.headers:
        if cell.row < row and cell.column <= column < cell.column + cell.column_span:
            _add_label(found, cell, scene, "column", None)
    for cell in labels.rows.get(row, ()):
        if cell.column < column:
            _add_label(found, cell, scene, "row", 1)
    for one, name in labels.around:
        add(found, one, name)
    found[NOBODY].update(of_nobody_in_row(labels, row, scene))


def _add_label(found: Features, cell: Cell, scene: Scene, name: str, most: int | None) -> None:
    for one in scene.label(cell)[:most]:
        if one.organisation:
            add(found, one.organisation, *with_sort(sort_of(one.organisation, scene), name))
