"""What stands around the figures of one document: names, words that point back to names, and words for groups.

Everything is worked out sentence by sentence and only where a figure asks for it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from crawler.document import Block, Cell, Document, Table
from extract.facts import Figure, Mention
from extract.register import Register
from extract.spellings import place_words

if TYPE_CHECKING:
    from extract.choice import Features
    from extract.settings import Labels, Setting

DATA = Path(__file__).parent / "data" / "subjects.yml"
# The end of a match begins a sentence. Stops and line ends come first, so that a search can skip to them.
SENTENCE = re.compile(r"[.!?\n](?:(?<!\n)[\"'”’)]?\s+(?=[A-Z\"'“‘£(])|(?<=\n)\s*\n)")
WORD = re.compile(r"[A-Za-z]\w*")
PLACE = re.compile(r"\b[A-Z][\w'’]+")
ALTERNATIVES = re.compile(r"\|(?![^(]*\))\s*")
LOOKBEHIND = re.compile(r"\(\?<!.*?\)")
CHOICE = re.compile(r"\(\?:([^()]*)\)(\??)")
OPENER = re.compile(r"(?:\[\w(\w)\])?(\w+)(\??)")
CAPITALS = re.compile(r"(?:[A-Z][\w'’-]*,? (?:(?:and|of|the|&|in) )*)+$")
BODY_KINDS = ("trust_", "icb")
DEPARTMENT = "dhsc"  # what *the department* is where none is named
OTHER_KINDS = ("provider_group", "icb_cluster", "csu", "nhs_region", "national_body", "regulator", "charity")
WHERE = (" in ", " near ", " around ", " across ")  # before the name of a town that stands for no body
EARLY = 1000  # characters within which a document names the body that it is about


@dataclass(slots=True)
class Anchor:
    """A word or name in the text that speaks for a body, or for a group (``organisation`` None)."""

    start: int
    end: int
    organisation: str | None
    # name, brief (in short), town (by its town alone), open (it could be two bodies), anaphor, pronoun, own,
    # addressed, place, group, unlisted
    sort: str
    role: str = ""  # how it takes part in its sentence, once extract.settings has asked


@cache
def patterns() -> dict[str, Any]:
    """The word lists of ``data/subjects.yml``, compiled."""
    words: dict[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    pointing = {"unlisted": words["unlisted"]}
    pointing |= {f"a{i}": entry["words"] for i, entry in enumerate(words["anaphors"])}
    pointing |= {"pronoun": words["pronouns"], "own": words["own"], "addressed": words["addressed"]}
    pointing["group"] = words["groups"]
    return {
        "pointing": by_first_word(pointing),
        "strangers": re.compile(rf"\b(?:{_joined(words['unlisted'])})\b"),
        "anaphors": [tuple(entry["kinds"]) for entry in words["anaphors"]],
        "labels": [(_alone(entry["words"]), tuple(entry["kinds"])) for entry in words["labels"]],
        "totals": re.compile(rf"\W*(?:.*\b)?(?:{words['totals']})\b", re.IGNORECASE),
        "systems": re.compile(words["systems"]),
        "paper": words["paper"].split("|"),
        "speech": re.compile(rf"\W{{0,3}}(?:'s|’s)?\s*(?:{_joined(words['speech'])})\b"),
        "orders": re.compile(rf"\W{{0,3}}\s*(?:{_joined(words['orders'])})\b"),
        "papers": re.compile(rf"{words['papers']}$"),  # of text in lower case
        "attribution": tuple(words["attribution"].split("|")),
    }


def by_first_word(sorts: dict[str, str]) -> dict[str, re.Pattern[str]]:
    """By the word, in lower case, with which a match begins: the alternatives of all sorts that begin so, in order.

    To try only these, and only where such a word stands, is ten times as fast as to search for all alternatives.
    """
    found: dict[str, dict[str, list[str]]] = {}
    for sort, alternatives in sorts.items():
        for one in filter(None, ALTERNATIVES.split(alternatives)):
            for word in _openers(one):
                found.setdefault(word, {}).setdefault(sort, []).append(f"(?-i:{one})" if sort == "unlisted" else one)
    return {word: _either(by_sort) for word, by_sort in found.items()}


def _either(by_sort: dict[str, list[str]]) -> re.Pattern[str]:
    groups = [f"(?P<{sort}>{'|'.join(ones)})" for sort, ones in by_sort.items()]
    return re.compile(rf"\b(?:{'|'.join(groups)})\b", re.IGNORECASE)


def _openers(alternative: str) -> set[str]:
    """The words, in lower case, with which a match can begin: *care* and *providers* of ``(?:care )?providers``."""
    while unlike := LOOKBEHIND.match(alternative):
        alternative = alternative[unlike.end() :]
    if choice := CHOICE.match(alternative):
        words = set().union(*map(_openers, choice[1].split("|")))
        return words | _openers(alternative[choice.end() :]) if choice[2] else words
    opener = OPENER.match(alternative)
    assert opener, f"{DATA}: no word begins {alternative!r}"
    word = ((opener[1] or "") + opener[2]).lower()
    return {word, word[:-1]} if opener[3] else {word}


def _alone(words: str) -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{words})\W*$", re.IGNORECASE)


def _joined(words: str) -> str:
    return "|".join(part for part in re.split(r"\|\s*", words) if part)


@dataclass(slots=True)
class Scene:
    """One document, ready for questions about whose figure it is."""

    text: str
    blocks: Sequence[Block]
    tables: Sequence[Table]
    mentions: list[Mention]
    register: Register
    document: Document | None = None
    bodies: Counter[str] = field(default_factory=Counter)  # trusts and boards named, with the number of mentions
    lead: str | None = None  # the body of the headline, else the first one named near the top
    headline: str | None = None
    places: dict[str, str] = field(default_factory=dict)  # a place's word to the document's body that bears it
    departments: int = 0  # how often the department of health is named
    sort: str = "national"  # paper (a body's own), story (its name in the headline), early, many, national
    starts: list[int] = field(default_factory=list)
    figures: list[int] = field(default_factory=list)  # where figures begin, in order
    block_starts: list[int] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)  # indexes of the blocks that are headings
    cuts: list[int] = field(default_factory=list)  # where sentences begin
    cached: dict[tuple[int, int], list[Anchor]] = field(default_factory=dict)
    labels: dict[int, list[Anchor]] = field(default_factory=dict)  # of table cells, by where they begin
    of_kinds: dict[tuple[str, ...], tuple[list[int], list[str | None]]] = field(default_factory=dict)  # by ``latest``
    settings: dict[tuple[int, int, bool], Setting] = field(default_factory=dict)  # of extract.settings
    whole: dict[str, Features] = field(default_factory=dict)  # of extract.settings
    tables_read: dict[int, Labels | None] = field(default_factory=dict)  # of extract.settings, by number

    def kind(self, organisation: str) -> str:
        """The kind of a body of the register."""
        return self.register.organisations[organisation].kind

    def sentence_before(self, start: int) -> tuple[int, int] | None:
        """The sentence that ends before ``start`` in the same block."""
        index = bisect_left(self.cuts, start)
        block = self.block_at(start)
        if index < 1 or (block and self.cuts[index - 1] < block.start):
            return None
        return self.cuts[index - 1], start

    def block_at(self, place: int) -> Block | None:
        """The block in which a place of the text stands."""
        index = bisect_right(self.block_starts, place) - 1
        return self.blocks[index] if index >= 0 and place < self.blocks[index].end else None

    def anchors(self, start: int, end: int) -> list[Anchor]:
        """The anchors of a stretch of text, in order."""
        if (start, end) not in self.cached:
            found = self._names(start, end)
            pointing = self._pointing(start, end, found)
            if strangers := [(one.start, one.end) for one in pointing if one.sort == "unlisted"]:
                found = [one for one in found if not _covered(one, strangers)]
            taken = [(one.start, one.end) for one in found]
            found += [one for one in pointing if not _covered(one, taken)] if taken else pointing
            self.cached[start, end] = sorted(found, key=lambda anchor: anchor.start)
        return self.cached[start, end]

    def _names(self, start: int, end: int) -> list[Anchor]:
        low, high = bisect_left(self.starts, start), bisect_left(self.starts, end)
        named = self.mentions[low:high]
        found = [self._named(one) for one in named if one.organisation or (self._open(one) and not self._where(one))]
        stretch = self.text[start:end] if self.places else ""
        for match in PLACE.finditer(stretch) if any(word in stretch for word in self.places) else ():
            body = self.places.get(match.group().removesuffix("'s").removesuffix("’s"))
            place = Anchor(start + match.start(), start + match.end(), body, "place")
            if body and not _covered(place, [(m.start, m.end) for m in named]):
                found.append(place)
        return found

    def _open(self, mention: Mention) -> bool:
        """Whether a name that is left open may be a trust's or a board's."""
        return any(self.kind(one).startswith(BODY_KINDS) for one in mention.candidates)

    def _where(self, mention: Mention) -> bool:
        """Whether a town is only where something is: *people in Swindon*."""
        bare = mention.kind == "town" and mention.text not in self.places
        return bare and self.text[max(0, mention.start - 8) : mention.start].endswith(WHERE)

    def _named(self, mention: Mention) -> Anchor:
        if mention.organisation:
            return Anchor(mention.start, mention.end, mention.organisation, "name")
        if body := self.places.get(mention.text):
            return Anchor(mention.start, mention.end, body, "place")
        body = self.likely(mention)
        sort = "town" if mention.kind == "town" else "brief"
        return Anchor(mention.start, mention.end, body, sort if body else "open")

    def likely(self, mention: Mention) -> str | None:
        """The one trust or board that a name by place or in short may stand for in this document."""
        bodies = [one for one in mention.candidates if self.kind(one).startswith(BODY_KINDS)]
        if len(bodies) > 1:
            sorts = {self.kind(one).split("_")[0] for one in self.bodies}
            bodies = [one for one in bodies if {self.kind(one).split("_")[0]} == sorts]
        return bodies[0] if len(bodies) == 1 else None

    def _pointing(self, start: int, end: int, named: list[Anchor]) -> list[Anchor]:
        found = []
        pointing, done = patterns()["pointing"], start
        for word in WORD.finditer(self.text, start, end):
            known = pointing.get(word.group().lower())
            match = known.match(self.text, word.start(), end) if known and word.start() >= done else None
            if match is None:
                continue
            done = match.end()
            sort = str(match.lastgroup)
            if sort == "group":
                if match.group().lower() == "hospitals" and _named_by_place(self.text[start : match.start()]):
                    continue
                found.append(Anchor(match.start(), match.end(), None, "group"))
            elif sort in {"own", "addressed"}:
                found.append(Anchor(match.start(), match.end(), self.lead, sort))
            elif sort == "unlisted":
                first = _name_before(self.text, start, match.start())
                found.append(Anchor(first, match.end(), None, "unlisted"))
            elif sort == "pronoun":
                found.append(Anchor(match.start(), match.end(), self._before(match.start(), named, start), "pronoun"))
            else:
                kinds = patterns()["anaphors"][int(sort[1:])]
                body = self.latest(match.start(), kinds) or (DEPARTMENT if "government" in kinds else None)
                found.append(Anchor(match.start(), match.end(), body, "anaphor"))
        return found

    def _before(self, place: int, named: list[Anchor], start: int) -> str | None:
        """What *it* points to: the first name of its sentence before it, else the first of the sentence before."""
        for anchor in named:
            if anchor.end <= place and anchor.organisation and anchor.sort != "town":
                return anchor.organisation
        before = self.sentence_before(start)
        earlier = self.anchors(*before) if before else []
        for anchor in earlier:
            if anchor.organisation:
                return anchor.organisation
        return self.latest(start, (*BODY_KINDS, "government", "nhs_england", "local_authority"))

    def latest(self, place: int, kinds: tuple[str, ...]) -> str | None:
        """The body of the kinds that was named last before a place, else the lead, else the first one after."""
        if kinds not in self.of_kinds:
            named = [mention for mention in self.mentions if mention.organisation]
            named = [mention for mention in named if self.kind(str(mention.organisation)).startswith(kinds)]
            self.of_kinds[kinds] = [mention.start for mention in named], [mention.organisation for mention in named]
        starts, bodies = self.of_kinds[kinds]
        index = bisect_left(starts, place)
        if index:
            return bodies[index - 1]
        if self.lead and self.kind(self.lead).startswith(kinds):
            return self.lead
        return bodies[0] if bodies else None

    def label(self, cell: Cell) -> list[Anchor]:
        """The anchors of a table's label: names, and bare words such as *ICB* and *System*."""
        if cell.start < 0:
            return []
        if cell.start not in self.labels:
            self.labels[cell.start] = self._label(cell)
        return self.labels[cell.start]

    def _label(self, cell: Cell) -> list[Anchor]:
        anchors = self.anchors(cell.start, cell.end)
        found = [one for one in anchors if one.sort in {"name", "place"}]
        found = found or [one for one in anchors if one.sort == "anaphor" and one.start - cell.start < 5]
        for pattern, kinds in () if found else patterns()["labels"]:
            if pattern.match(cell.text) and (body := self.latest(cell.start, kinds)):
                found.append(Anchor(cell.start, cell.end, body, "anaphor"))
        return found


def read(
    text: str,
    blocks: Sequence[Block],
    tables: Sequence[Table],
    mentions: list[Mention],
    register: Register,
    document: Document | None = None,
    figures: Sequence[Figure] = (),
) -> Scene:
    """Look at a document once; ``mentions`` are the linker's, in order, as are the figures."""
    scene = Scene(text, blocks, tables, mentions, register, document)
    scene.figures = [figure.start for figure in figures]
    scene.starts = [mention.start for mention in mentions]
    scene.block_starts = [block.start for block in blocks]
    scene.headings = [index for index, block in enumerate(blocks) if block.kind == "heading"]
    scene.cuts = sorted({match.end() for match in SENTENCE.finditer(text)} | {block.start for block in blocks} | {0})
    counts = Counter([mention.organisation for mention in mentions if mention.organisation])
    scene.bodies = Counter({one: n for one, n in counts.items() if scene.kind(one).startswith(BODY_KINDS)})
    scene.departments = counts[DEPARTMENT]
    scene.places = _places(scene)
    _lead(scene)
    scene.places = _places(scene)  # again, as the lead wins a word that two bodies share
    return scene


def _lead(scene: Scene) -> None:
    """Find out what sort of document it is, and the body that it is about."""
    top = _headline(scene)
    scene.headline = _first_body(scene, *top) or _board_of_headline(scene, *top)
    early = _first_body(scene, 0, max(top[1], min(EARLY, len(scene.text) // 3)))
    scene.lead = scene.headline or early
    if scene.lead and scene.lead not in scene.bodies:
        scene.bodies[scene.lead] = 1  # named in short alone
    share = scene.bodies[scene.lead] / scene.bodies.total() if scene.lead else 0
    if scene.lead and _is_paper(scene.text[:EARLY].lower()):
        scene.sort = "paper"
    elif scene.headline:
        scene.sort = "story"
    elif early and share >= 0.3:
        scene.sort = "early"
    else:
        scene.sort = "many" if scene.bodies.total() > 3 else "national"
        scene.lead = _first_body(scene, *top, OTHER_KINDS)


def _is_paper(top: str) -> bool:
    """Whether the top of a document, in lower case, is that of a body's own paper."""
    return any(phrase in top and re.search(rf"\b{phrase}\b", top) for phrase in patterns()["paper"])


def _headline(scene: Scene) -> tuple[int, int]:
    """Where the title stands in the text, else the first block."""
    title = scene.document.title if scene.document else None
    start = scene.text.find(title, 0, 3000) if title else -1
    if title and start >= 0:
        return start, start + len(title)
    return 0, scene.blocks[0].end if scene.blocks else max(scene.text.find("\n"), 1)


def _first_body(scene: Scene, start: int, end: int, kinds: tuple[str, ...] = BODY_KINDS) -> str | None:
    """The body of the kinds that is named first in a stretch; None where one comes first that no register lists."""
    stranger = next((match.start() for match in patterns()["strangers"].finditer(scene.text, start, end)), end)
    for anchor in scene._names(start, _name_before(scene.text, start, stranger)):
        if anchor.sort != "town" and anchor.organisation and scene.kind(anchor.organisation).startswith(kinds):
            return anchor.organisation
    return None


def _board_of_headline(scene: Scene, start: int, end: int) -> str | None:
    """The board whose place the headline names, in a document about a system: *Devon: three-year plan*."""
    for mention in scene.mentions[bisect_left(scene.starts, start) : bisect_left(scene.starts, end)]:
        boards = [one for one in mention.candidates if scene.kind(one) == "icb"]
        if not mention.organisation and mention.kind != "town" and len(boards) == 1:
            if not patterns()["systems"].search(scene.text):
                return None
            scene.bodies[boards[0]] += 1
            return boards[0]
    return None


def _places(scene: Scene) -> dict[str, str]:
    """Words such as *Nottingham* that stand for the one body of the document whose name holds them."""
    owners: dict[str, list[str]] = {}
    for body in scene.bodies:
        for word in place_words(scene.register.organisations[body]):
            owners.setdefault(word, []).append(body)
    sole = {word: ids[0] for word, ids in owners.items() if len(ids) == 1}
    return sole | {word: scene.lead for word, ids in owners.items() if scene.lead in ids and scene.lead}


def _name_before(text: str, start: int, place: int) -> int:
    """Where the capitalised words begin that lead up to a place: *NHS Vale of York* | CCG."""
    match = CAPITALS.search(text, max(start, place - 80), place)
    return match.start() if match else place


def _named_by_place(before: str) -> bool:
    """*Ilford hospitals* are somebody's, *hospitals* nobody's."""
    words = before.rsplit(maxsplit=1)
    return bool(words) and words[-1][0].isupper() and words[-1] not in {"The", "NHS"}


def _covered(anchor: Anchor, spans: list[tuple[int, int]]) -> bool:
    return any(start < anchor.end and anchor.start < end for start, end in spans)
