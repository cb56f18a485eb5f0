"""Whose figure it is, and who says so.

Candidates (every body that the figure's sentence, table, section and headline speak for, and nobody) are described by
named features; a conditional logit, fitted by :mod:`extract.training_subjects`, weighs them. Features know
nothing of any one document.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_left
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

from crawler.document import Table
from extract.facts import Figure
from extract.scene import Anchor, Scene, patterns

WEIGHTS = Path(__file__).parent / "data" / "subjects.json"
NOBODY = ""  # the candidate for groups, the whole NHS and nobody named
SPEAKERS = {
    "union",
    "media",
    "think_tank",
    "membership_body",
    "pollster",
    "royal_college",
    "campaign",
    "professional_body",
}
NATIONAL = {"national_body", "regulator", "parliament"}
BODIES = ("trust_", "icb")
NAMELESS = {"group", "open", "unlisted"}  # sorts of anchors that speak for no body of the register
QUANTITIES = {"all", "every", "each", "most", "many", "some", "several", "other"}
PREPOSITIONS = {"at", "for", "by", "of", "from", "to", "in", "across", "with"}

Features = dict[str, set[str]]


@cache
def weights() -> dict[str, float]:
    """The fitted weight of each feature."""
    loaded: dict[str, float] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return loaded


def subject_of(figure: Figure, scene: Scene, kind: str | None = None) -> tuple[str | None, float]:
    """Id of the organisation whose figure it is, or None, and how probable that is (0 to 1).

    ``kind`` is the figure's kind, where it is known.
    """
    organisation, probability = best(candidates(figure, scene, kind), weights())
    return organisation or None, probability


def best(described: Features, weight: Mapping[str, float]) -> tuple[str, float]:
    """The candidate with the highest score, and its probability."""
    scores = {one: sum(weight.get(name, 0.0) for name in names) for one, names in described.items()}
    winner = max(scores, key=lambda one: scores[one])
    return winner, 1 / sum(math.exp(score - scores[winner]) for score in scores.values())


def speaker_of(figure: Figure, scene: Scene) -> str | None:
    """Id of the organisation that the figure's sentence attributes it to, or None."""
    start, end = figure.sentence
    for anchor in scene.anchors(start, end):
        if anchor.organisation and anchor.sort != "place" and _speaks(anchor, scene):
            return anchor.organisation
    return None


def candidates(figure: Figure, scene: Scene, kind: str | None = None) -> Features:
    """Every candidate with the names of its features."""
    found: Features = {NOBODY: {"nobody", f"nobody:{kind}"}}
    anchors = [one for one in scene.anchors(*figure.sentence) if one.sort in NAMELESS or one.organisation]
    if any(one.sort == "name" for one in anchors) and _in_row(figure, scene):
        anchors = [one for one in anchors if one.sort != "place"]
    names = "name" if any(one.organisation for one in anchors) else "group" if anchors else "silent"
    _before_figure(found, figure, scene, anchors)
    _after_figure(found, figure, scene, anchors)
    _earlier(found, figure, scene)
    _topic(found, figure, scene, names)
    _in_document(found, figure, scene, names)
    _in_table(found, figure, scene)
    _several(found[NOBODY], scene, anchors)
    for one, features in found.items():
        if one != NOBODY:
            _of_kind(features, one, scene, kind)
    return found


def _add(found: Features, organisation: str | None, *names: str) -> None:
    if organisation:
        found.setdefault(organisation, set()).update(names)


def _in_row(figure: Figure, scene: Scene) -> bool:
    block = scene.block_at(figure.start)
    return figure.cell is not None or (block is not None and block.kind == "table_row")


def _speaks(anchor: Anchor, scene: Scene) -> bool:
    after = scene.text[anchor.end : anchor.end + 40]
    before = scene.text[max(0, anchor.start - 40) : anchor.start]
    return bool(patterns()["speech"].match(after) or patterns()["attribution"].search(before))


def _role(anchor: Anchor, scene: Scene) -> str:
    """How a name takes part: speaks, says (of itself), orders, papers (of its board), owner or plain."""
    if _speaks(anchor, scene):
        own = anchor.organisation and scene.kind(anchor.organisation).startswith((*BODIES, "local_authority"))
        return "says" if own else "speaks"
    after = scene.text[anchor.end : anchor.end + 40]
    if patterns()["orders"].match(after):
        return "orders"
    if patterns()["papers"].search(scene.text[max(0, anchor.start - 60) : anchor.start]):
        return "papers"
    return "owner" if after.startswith(("'s", "’s", "’ ", "' ")) else "plain"


def _before_figure(found: Features, figure: Figure, scene: Scene, anchors: list[Anchor]) -> None:
    before = [one for one in anchors if one.start < figure.start]
    silent: list[Anchor] = []
    for one in before:
        role = _role(one, scene) if one.organisation else one.sort
        _add(found, one.organisation, f"before:{one.sort}", f"before:{role}")
        if one.sort in {"own", "addressed"}:
            _add(found, one.organisation, f"{one.sort}:{scene.sort}")
        if word := _preposition(scene.text[max(figure.sentence[0], one.start - 12) : one.start]):
            if not one.organisation:
                found[NOBODY].add(f"nobody:{one.sort} behind {word}")
            _add(found, one.organisation, f"before:after {word}", f"before:after {word} {one.sort}")
        if one.start - figure.sentence[0] < 4:
            _add(found, one.organisation, f"opens:{role}")
            found[NOBODY].update([f"nobody:{role} opens"] if not one.organisation else [])
        if not _cut(scene.text[one.end : figure.start]):
            _add(found, one.organisation, "before:same clause")
        if role not in {"speaks", "orders"}:
            silent.append(one)
    if silent:
        _nearest(found, silent, scene)
    elif before:
        found[NOBODY].add("nobody:only orders before")


def _nearest(found: Features, silent: list[Anchor], scene: Scene) -> None:
    """The last of the anchors before a figure, and the last of those that name a body."""
    last = silent[-1]
    if last.sort in NAMELESS:
        found[NOBODY].add(f"nobody:{last.sort} nearest")
        if QUANTITIES.intersection(scene.text[max(0, last.start - 12) : last.end].lower().split()):
            found[NOBODY].add("nobody:all of a group nearest")
    named = [one for one in silent if one.organisation]
    for a, b in pairwise(named):
        if _joined(a, b, scene):
            found[NOBODY].add("nobody:joined before")
            _add(found, a.organisation, "before:joined")
            _add(found, b.organisation, "before:joined")
    for one in named[:-1]:
        _add(found, one.organisation, "before:farther")
    if named:
        how = "nearest" if named[-1] is last else "nearest but a group"
        _add(found, named[-1].organisation, f"before:{how}", f"before:{how} {named[-1].sort}")


def _after_figure(found: Features, figure: Figure, scene: Scene, anchors: list[Anchor]) -> None:
    after = [one for one in anchors if one.start >= figure.start]
    for one in after:
        _add(found, one.organisation, f"after:{one.sort}", f"after:{_role(one, scene)}")
        if one.sort in {"own", "addressed"}:
            _add(found, one.organisation, f"{one.sort}:{scene.sort}")
    if not after:
        return
    bridge = scene.text[figure.end : after[0].start]
    word = "cut off" if _cut(bridge) else _preposition(bridge) or "other"
    if not after[0].organisation:
        found[NOBODY].add(f"nobody:{after[0].sort} after {word}")
        return
    _add(found, after[0].organisation, "after:nearest", f"after:{word}")
    if len(after) == len(anchors):
        _add(found, after[0].organisation, "after:alone")


def _cut(between: str) -> bool:
    return any(mark in between for mark in (", ", "; ", " – ", " but ", " while "))


def _preposition(bridge: str) -> str | None:
    """The preposition that leads up to a name."""
    last = bridge.split()[-2:]
    return next((word for word in reversed(last) if word in PREPOSITIONS), None)


def _earlier(found: Features, figure: Figure, scene: Scene) -> None:
    """The bodies of the sentence before in the paragraph, and the last ones named before the paragraph."""
    if span := scene.sentence_before(figure.sentence[0]):
        anchors = [one for one in scene.anchors(*span) if one.organisation]
        for one in anchors:
            _add(found, one.organisation, f"earlier:{_role(one, scene)}")
        if anchors:
            _add(found, anchors[0].organisation, "earlier:first")
            _add(found, anchors[-1].organisation, "earlier:last")
    block = scene.block_at(figure.sentence[0])
    top = block.start if block else figure.sentence[0]
    _add(found, scene.latest(top, BODIES), "latest body")
    _add(found, scene.latest(top, (*BODIES, "government", "nhs_england", "local_authority")), "latest")


def _topic(found: Features, figure: Figure, scene: Scene, names: str) -> None:
    """What the paragraph has been about: the first sentence back that names a body or a group says so."""
    place = figure.sentence[0]
    while span := scene.sentence_before(place):
        place = span[0]
        for one in scene.anchors(*span):
            if one.sort in {"group", "unlisted"}:
                found[NOBODY].add(f"nobody:topic {one.sort} {names}")
                return
            if one.organisation and (_owns(one.organisation, scene) or _role(one, scene) not in {"speaks", "orders"}):
                _add(found, one.organisation, f"topic:{names}", f"topic:{names} {_owns(one.organisation, scene)}")
                return
    found[NOBODY].add(f"nobody:no topic {names}")


def _owns(one: str, scene: Scene) -> bool:
    return one == "dhsc" or scene.kind(one).startswith((*BODIES, "local_authority"))


def _in_document(found: Features, figure: Figure, scene: Scene, names: str) -> None:
    """The headline's body, the section's, and what sort of document it is."""
    found[NOBODY].update((f"nobody:{scene.sort}", f"nobody:{scene.sort} {names}"))
    _add(found, scene.lead, "lead", f"lead:{scene.sort}", f"lead:{scene.sort} {names}")
    if scene.bodies:
        body, count = scene.bodies.most_common(1)[0]
        _add(found, body, "most named" if count * 2 >= scene.bodies.total() else "more named")
    if scene.departments > 2:
        _add(found, "dhsc", f"department:{names}", f"department:{scene.sort}")
    counts = [count for _, count in scene.bodies.most_common(2)]
    if len(counts) == 2 and counts[1] * 5 >= counts[0] * 3:
        found[NOBODY].add("nobody:rivals")
    if heading := _heading(figure, scene):
        for one in scene.anchors(*heading):
            _add(found, one.organisation, "heading row" if _in_row(figure, scene) else "heading")


def _heading(figure: Figure, scene: Scene) -> tuple[int, int] | None:
    index = bisect_left(scene.block_starts, figure.sentence[0])
    for block in reversed(scene.blocks[:index]):
        if block.kind == "heading":
            return block.start, block.end
    return None


def _in_table(found: Features, figure: Figure, scene: Scene) -> None:
    table = scene.table(figure.cell[0]) if figure.cell else None
    if table is None or figure.cell is None:
        return
    _, row, column = figure.cell
    for cell in table.cells:
        if cell.row == row and cell.column < column and cell.value is None:
            for one in scene.label(cell)[:1]:
                _add(found, one.organisation, "row")
        elif cell.header and cell.row < row and cell.column <= column < cell.column + cell.column_span:
            for one in scene.label(cell):
                _add(found, one.organisation, "column")
    block = scene.block_at(max(0, table.start - 3))
    if block and block.end <= table.start:
        for one in scene.anchors(block.start, block.end):
            _add(found, one.organisation, "table intro")
    if table.caption and table.caption_start >= 0:
        for one in scene.anchors(table.caption_start, table.caption_start + len(table.caption)):
            _add(found, one.organisation, "caption")
    _of_nobody_in_table(found[NOBODY], table, row, scene)


def _of_nobody_in_table(names: set[str], table: Table, row: int, scene: Scene) -> None:
    labels = [cell for cell in table.cells if cell.column == 0]
    bodies = {one.organisation for cell in labels for one in scene.label(cell) if one.organisation}
    names.add(f"nobody:table of {min(len(bodies), 2)}")
    own = next((cell for cell in labels if cell.row == row), None)
    if own and patterns()["totals"].match(own.text):
        names.add(f"nobody:total of {min(len(bodies), 2)}")
    if own and own.start >= 0 and any(one.sort == "group" for one in scene.anchors(own.start, own.end)):
        names.add("nobody:row of a group")


def _several(names: set[str], scene: Scene, anchors: list[Anchor]) -> None:
    """Groups and several bodies in the figure's sentence."""
    groups = sum(one.sort == "group" for one in anchors)
    if groups:
        names.add("nobody:group")
        names.add(f"nobody:{'one group' if groups == 1 else 'groups'}")
    named = [one for one in anchors if one.organisation]
    if len({one.organisation for one in named}) < 2:
        return
    names.add("nobody:several names")
    if any(_joined(a, b, scene) for a, b in pairwise(named)):
        names.add("nobody:joined names")


def _joined(one: Anchor, other: Anchor, scene: Scene) -> bool:
    """Whether two bodies are named as a pair or in a list."""
    bridge = scene.text[one.end : other.start].strip(" ,")
    return one.organisation != other.organisation and bridge in {"and", "and the", "", "the", "or", "&"}


def _of_kind(names: set[str], one: str, scene: Scene, kind: str | None) -> None:
    """What sort of body the candidate is, alone and together with how it is named."""
    sort = scene.kind(one)
    if sort in SPEAKERS:
        sort = "speaker"
    elif sort.startswith("trust_"):
        sort = "trust"
    elif sort in NATIONAL:
        sort = "national"
    elif sort == "government":
        sort = "dhsc" if one == "dhsc" else "department"
    names.update([f"{sort} {name}" for name in names if name.split(":")[0] in {"before", "opens", "row", "column"}])
    names.update((f"is {sort}", f"is {sort} {kind}"))
