"""What the figures of one sentence, or of one table, have in common when it is asked whose they are.

Names of features are put together here once a sentence; :mod:`extract.subjects` adds what a figure's own place tells.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from crawler.document import Cell, Table
from extract.choice import NEITHER, Features
from extract.facts import Figure
from extract.scene import Anchor, Scene, patterns

NOBODY = NEITHER  # the candidate for groups, the whole NHS and nobody named
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
OWNERS = (*BODIES, "local_authority")
NAMED_LAST = (*BODIES, "government", "nhs_england", "local_authority")
NAMELESS = {"group", "open", "unlisted"}  # sorts of anchors that speak for no body of the register
QUANTITIES = {"all", "every", "each", "most", "many", "some", "several", "other"}
PREPOSITIONS = {"at", "for", "by", "of", "from", "to", "in", "across", "with"}
JOINERS = {"and", "and the", "", "the", "or", "&"}

TOPIC = 30  # sentences of a paragraph that are looked back over


@dataclass(slots=True)
class Part:
    """An anchor of a sentence with the features that it gives, by whether a figure comes after it or before it."""

    anchor: Anchor
    sort: str  # of the body that it speaks for
    silent: bool  # it neither speaks nor gives orders
    joined: bool  # to the silent name before it, as a pair or in a list
    before: tuple[str, ...] = ()  # of its body
    after: tuple[str, ...] = ()  # of its body
    nobody: tuple[str, ...] = ()  # of nobody, where it stands before a figure
    nearest: tuple[str, ...] = ()  # of nobody, where no silent anchor stands between it and a figure after it


@dataclass(slots=True)
class Setting:
    """A sentence: its parts, who speaks in it, and the features that all of its figures have."""

    parts: list[Part]
    starts: list[int]  # of the parts
    speaker: str | None
    features: Features = field(default_factory=dict)


@dataclass(slots=True)
class Labels:
    """The labels of a table, and the features that all of its figures have."""

    rows: dict[int, list[Cell]]  # cells without a number
    headers: list[Cell]
    first: dict[int, Cell]  # of each row
    bodies: int  # how many are named in the first column: 0, 1, or 2 for more
    around: list[tuple[str | None, str]] = field(default_factory=list)  # body and feature, above and in the caption
    nobody: dict[int, list[str]] = field(default_factory=dict)  # of nobody, by row


def add(found: Features, organisation: str | None, *names: str) -> None:
    """Give a candidate features, if there is one."""
    if organisation:
        found.setdefault(organisation, set()).update(names)


def sort_of(one: str, scene: Scene) -> str:
    """What sort of body a candidate is."""
    return _sort(one, scene.kind(one))


@lru_cache(maxsize=5_000)
def _sort(one: str, kind: str) -> str:
    if kind in SPEAKERS:
        return "speaker"
    if kind.startswith("trust_"):
        return "trust"
    if kind in NATIONAL:
        return "national"
    if kind == "government":
        return "dhsc" if one == "dhsc" else "department"
    return kind


@lru_cache(maxsize=5_000)
def with_sort(sort: str, *names: str) -> tuple[str, ...]:
    """Features of a body, alone and together with what sort of body it is."""
    return (*names, *(f"{sort} {name}" for name in names))


def setting_of(figure: Figure, scene: Scene) -> Setting:
    """The setting of a figure's sentence, worked out once."""
    block = scene.block_at(figure.start) if figure.cell is None else None
    in_row = figure.cell is not None or (block is not None and block.kind == "table_row")
    key = (*figure.sentence, in_row)
    if key not in scene.settings:
        scene.settings[key] = _setting(figure.sentence, scene, in_row)
    return scene.settings[key]


def _setting(sentence: tuple[int, int], scene: Scene, in_row: bool) -> Setting:
    anchors = [one for one in scene.anchors(*sentence) if one.sort in NAMELESS or one.organisation]
    if in_row and any(one.sort == "name" for one in anchors):
        anchors = [one for one in anchors if one.sort != "place"]
    bodies = [one for one in anchors if one.organisation]
    names = "name" if bodies else "group" if anchors else "silent"
    speakers = (one.organisation for one in bodies if one.sort != "place" and _role(one, scene) in {"says", "speaks"})
    setting = Setting(_parts(anchors, sentence[0], scene), [one.start for one in anchors], next(speakers, None))
    setting.features[NOBODY] = set()
    _earlier(setting.features, sentence[0], scene)
    _topic(setting.features, sentence[0], scene, names)
    for body, of_document in _of_document(scene, names).items():
        setting.features.setdefault(body, set()).update(of_document)
    if heading := _heading(sentence[0], scene):
        for one in scene.anchors(*heading):
            add(setting.features, one.organisation, "heading row" if in_row else "heading")
    _several(setting.features[NOBODY], scene, anchors)
    return setting


def _parts(anchors: list[Anchor], start: int, scene: Scene) -> list[Part]:
    parts: list[Part] = []
    last: Anchor | None = None
    for one in anchors:
        word = preposition(scene.text[max(start, one.start - 12) : one.start])
        part = _of_body(one, start, scene, word) if one.organisation else _of_group(one, start, scene, word)
        if one.organisation and part.silent:
            part.joined = last is not None and _joined(last, one, scene)
            last = one
        parts.append(part)
    return parts


def _of_body(one: Anchor, start: int, scene: Scene, word: str | None) -> Part:
    role, sort = _role(one, scene), sort_of(str(one.organisation), scene)
    before = [f"before:{one.sort}", f"before:{role}"]
    before += [f"before:after {word}", f"before:after {word} {one.sort}"] if word else []
    before += [f"opens:{role}"] if one.start - start < 4 else []
    own = (f"{one.sort}:{scene.sort}",) if one.sort in {"own", "addressed"} else ()
    after = (f"after:{one.sort}", f"after:{role}", *own)
    return Part(one, sort, role not in {"speaks", "orders"}, False, (*with_sort(sort, *before), *own), after)


def _of_group(one: Anchor, start: int, scene: Scene, word: str | None) -> Part:
    nobody = [f"nobody:{one.sort} behind {word}"] if word else []
    nobody += [f"nobody:{one.sort} opens"] if one.start - start < 4 else []
    nearest = [f"nobody:{one.sort} nearest"]
    if not QUANTITIES.isdisjoint(scene.text[max(0, one.start - 12) : one.end].lower().split()):
        nearest.append("nobody:all of a group nearest")
    return Part(one, one.sort, True, False, nobody=tuple(nobody), nearest=tuple(nearest))


def _role(anchor: Anchor, scene: Scene) -> str:
    """How a name takes part: speaks, says (of itself), orders, papers (of its board), owner or plain."""
    if not anchor.role:
        anchor.role = _role_in(anchor, scene)
    return anchor.role


def _role_in(anchor: Anchor, scene: Scene) -> str:
    known = patterns()
    after = scene.text[anchor.end : anchor.end + 40]
    before = scene.text[max(0, anchor.start - 60) : anchor.start].lower()
    if known["speech"].match(after) or _attributed(before[-40:]):
        return "says" if anchor.organisation and scene.kind(anchor.organisation).startswith(OWNERS) else "speaks"
    if known["orders"].match(after):
        return "orders"
    if known["papers"].search(before):
        return "papers"
    return "owner" if after.startswith(("'s", "’s", "’ ", "' ")) else "plain"


def _attributed(before: str) -> bool:
    """Whether words such as *according to*, with an article or without, come right before a name."""
    said = before.rstrip()
    if said == before:
        return False
    for article in ("the", "a"):
        bare = said.removesuffix(article)
        if bare != said and bare != bare.rstrip() and bare.rstrip().endswith(patterns()["attribution"]):
            return True
    return said.endswith(patterns()["attribution"])


def preposition(bridge: str) -> str | None:
    """The preposition that leads up to a name."""
    last = bridge.split()[-2:]
    return next((word for word in reversed(last) if word in PREPOSITIONS), None)


def _joined(one: Anchor, other: Anchor, scene: Scene) -> bool:
    """Whether two bodies are named as a pair or in a list."""
    return one.organisation != other.organisation and scene.text[one.end : other.start].strip(" ,") in JOINERS


def _earlier(found: Features, start: int, scene: Scene) -> None:
    """The bodies of the sentence before in the paragraph, and the last ones named before the paragraph."""
    if span := scene.sentence_before(start):
        anchors = [one for one in scene.anchors(*span) if one.organisation]
        for one in anchors:
            add(found, one.organisation, f"earlier:{_role(one, scene)}")
        if anchors:
            add(found, anchors[0].organisation, "earlier:first")
            add(found, anchors[-1].organisation, "earlier:last")
    block = scene.block_at(start)
    top = block.start if block else start
    add(found, scene.latest(top, BODIES), "latest body")
    add(found, scene.latest(top, NAMED_LAST), "latest")


def _topic(found: Features, start: int, scene: Scene, names: str) -> None:
    """What the paragraph has been about: the first sentence back that names a body or a group says so."""
    for _ in range(TOPIC):
        if not (span := scene.sentence_before(start)):
            break
        start = span[0]
        for one in scene.anchors(*span):
            if one.sort in {"group", "unlisted"}:
                found[NOBODY].add(f"nobody:topic {one.sort} {names}")
                return
            if one.organisation and (_owns(one.organisation, scene) or _role(one, scene) not in {"speaks", "orders"}):
                owns = _owns(one.organisation, scene)
                add(found, one.organisation, f"topic:{names}", f"topic:{names} {owns}")
                if one.organisation != scene.lead:
                    add(found, scene.lead, f"lead:another topic {names}", f"lead:another topic {names} {owns}")
                return
    found[NOBODY].add(f"nobody:no topic {names}")


def _owns(one: str, scene: Scene) -> bool:
    return one == "dhsc" or scene.kind(one).startswith(OWNERS)


def _of_document(scene: Scene, names: str) -> Features:
    """The headline's body, the one named most, and what sort of document it is; worked out once a document."""
    if names in scene.whole:
        return scene.whole[names]
    found = scene.whole[names] = {NOBODY: {f"nobody:{scene.sort}", f"nobody:{scene.sort} {names}"}}
    add(found, scene.lead, "lead", f"lead:{scene.sort}", f"lead:{scene.sort} {names}")
    most = scene.bodies.most_common(2)
    if most:
        body, count = most[0]
        add(found, body, "most named" if count * 2 >= scene.bodies.total() else "more named")
    if scene.departments > 2:
        add(found, "dhsc", f"department:{names}", f"department:{scene.sort}")
    if len(most) == 2 and most[1][1] * 5 >= most[0][1] * 3:
        found[NOBODY].add("nobody:rivals")
    return found


def _heading(start: int, scene: Scene) -> tuple[int, int] | None:
    """The heading that a sentence stands under."""
    index = bisect_left(scene.headings, bisect_left(scene.block_starts, start)) - 1
    if index < 0:
        return None
    block = scene.blocks[scene.headings[index]]
    return block.start, block.end


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


def labels_of(number: int, scene: Scene) -> Labels | None:
    """The labels of the table of that number, worked out once."""
    if number not in scene.tables_read:
        table = next((table for table in scene.tables if table.number == number), None)
        scene.tables_read[number] = _labels(table, scene) if table else None
    return scene.tables_read[number]


def _labels(table: Table, scene: Scene) -> Labels:
    rows: dict[int, list[Cell]] = {}
    first: dict[int, Cell] = {}
    for cell in table.cells:
        if cell.value is None:
            rows.setdefault(cell.row, []).append(cell)
        if cell.column == 0:
            first.setdefault(cell.row, cell)
    columns = [cell for cell in table.cells if cell.column == 0]
    bodies = {one.organisation for cell in columns for one in scene.label(cell) if one.organisation}
    labels = Labels(rows, [cell for cell in table.cells if cell.header], first, min(len(bodies), 2))
    block = scene.block_at(max(0, table.start - 3))
    if block and block.end <= table.start:
        labels.around += [(one.organisation, "table intro") for one in scene.anchors(block.start, block.end)]
    if table.caption and table.caption_start >= 0:
        caption = scene.anchors(table.caption_start, table.caption_start + len(table.caption))
        labels.around += [(one.organisation, "caption") for one in caption]
    return labels


def of_nobody_in_row(labels: Labels, row: int, scene: Scene) -> list[str]:
    """What a row tells of nobody: its table's bodies, and whether it is a total or a group's."""
    if row not in labels.nobody:
        names = labels.nobody[row] = [f"nobody:table of {labels.bodies}"]
        own = labels.first.get(row)
        if own and patterns()["totals"].match(own.text):
            names.append(f"nobody:total of {labels.bodies}")
        if own and own.start >= 0 and any(one.sort == "group" for one in scene.anchors(own.start, own.end)):
            names.append("nobody:row of a group")
    return labels.nobody[row]
