"""Names in text to organisations: a gazetteer (a tree over words), then context for what is ambiguous.

Longest match wins; a name that could be two bodies stays open (``Mention.organisation`` None, with candidates).
The document's date decides between bodies that bear one name, and no body is named before it existed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain
from typing import Any

from crawler.document import Block, Document
from extract.facts import Mention
from extract.register import Organisation, Register
from extract.spellings import SAME, TOKEN, Spelling, fold, place_of, spellings, vocabulary
from extract.words import STOP, UNKNOWN, Words, runs_of

BRACKET = re.compile(r"\(\s*(?:the\s+|or\s+)?[\"'“‘]?(?:the\s+)?([A-Z][A-Za-z&]{1,11}?)s?[\"'”’]?\s*\)")
YEAR = re.compile(r"(20(?<!\w20)[0-4]\d)(?:\s?[/–-]\s?(\d\d)(?!\d))?")
END = -1
OPEN = {"ambiguous", "town"}  # kinds of names that only context can tell to be a body's

Tree = dict[int, Any]  # by the number of a word the tree of what may follow; by END the spellings that end here


@dataclass(slots=True)
class _Match:
    first: int  # index of the first word
    last: int
    bearers: list[Spelling]


@dataclass(slots=True)
class _Reading:
    """What is known of one document while its names are read."""

    words: Words
    day: str | None
    rows: list[tuple[int, int]]  # spans of table rows
    sure: set[str] = field(default_factory=set)  # bodies named beyond doubt
    hidden: set[str] = field(default_factory=set)  # acronyms that this document gives another meaning


class Linker:
    """Finds the register's names in texts. Building takes about half a second; keep one."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.bearers = spellings(register)
        self.numbers: dict[str, int] = {}
        self.small = set(vocabulary()["small_words"])
        self._tree: Tree = {}
        for key, spelt in self.bearers.items():
            tree = self._tree
            for word in key:
                tree = tree.setdefault(self.numbers.setdefault(word, len(self.numbers) + 2), {})
            tree[END] = spelt
        self.numbers |= {word: self.numbers[same] for word, same in SAME.items() if same in self.numbers}
        self._numbers_of_run = lru_cache(maxsize=20_000)(self._numbers_of)

    def mentions(self, text: str, blocks: Sequence[Block] = (), document: Document | None = None) -> list[Mention]:
        """Every name in the text, in order, without overlaps; with blocks, only what stands in one."""
        words = self._words(text, blocks)
        rows = [(block.start, block.end) for block in blocks if block.kind == "table_row"]
        reading = _Reading(words, day_of(text, document), rows)
        matches = self._matches(words)
        self._acronyms_of_others(text, matches, reading)
        found, doubtful = self._certain(matches, reading)
        found += self._introduced(text, found, reading)
        reading.sure = {mention.organisation for mention in found if mention.organisation}
        found += self._in_context(doubtful, found, reading)
        return _apart(found)

    def _words(self, text: str, blocks: Sequence[Block]) -> Words:
        words = Words(text, _segments(text, blocks))
        numbers = words.numbers
        for start, end in words.segments:
            words.firsts.append(len(numbers))
            segment = text[start:end]
            runs = runs_of(segment)
            numbers += chain.from_iterable(map(self._numbers_of_run, runs)) if runs else self._numbers_of(segment)
            numbers.append(STOP)
        return words

    def _numbers_of(self, text: str) -> list[int]:
        known = self.numbers
        return [STOP if m.lastgroup else known.get(m.group().lower(), UNKNOWN) for m in TOKEN.finditer(text)]

    def _matches(self, words: Words) -> list[_Match]:
        """Longest matches whose capital letters agree, leftmost first, without overlaps."""
        numbers, tree = words.numbers, self._tree
        kept: list[_Match] = []
        free = 0
        for first in [index for index, number in enumerate(numbers) if number in tree]:
            if first < free:
                continue
            for last, spelt in reversed(self._ends(numbers, first)):
                written = [words.word(i) for i in range(first, last + 1)]
                if bearers := [one for one in spelt if self._agrees(one, written)]:
                    kept.append(_Match(first, last, bearers))
                    free = last + 1
                    break
        return kept

    def _ends(self, numbers: list[int], first: int) -> list[tuple[int, list[Spelling]]]:
        """Of the names that may begin at a word: the last word and the spellings, the shortest name first."""
        found = []
        tree, last = self._tree.get(numbers[first]), first
        while tree is not None:
            if END in tree:
                found.append((last, tree[END]))
            last += 1
            tree = tree.get(numbers[last])  # a stop follows the last word of a text
        return found

    def _agrees(self, spelling: Spelling, written: list[str]) -> bool:
        """Acronyms agree letter by letter; other names where they have a capital, so has the text."""
        if spelling.kind == "acronym":
            return list(spelling.words) == written
        for name, word in zip(spelling.words, written, strict=True):
            if name == word or name.lower() in self.small or not name[0].isupper():
                continue
            if not word[0].isupper() or (name.isupper() and len(name) > 1 and not word.isupper()):
                return False
        return len(spelling.words) > 1 or not spelling.words[0].isupper() or spelling.words[0] == written[0]

    def _acronyms_of_others(self, text: str, matches: list[_Match], reading: _Reading) -> None:
        """Note the acronyms that brackets bind to words that are no known name: cost improvement plan (CIP)."""
        ends = {reading.words.span(match.last)[1] for match in matches}
        for bracket in BRACKET.finditer(text):
            letters = [letter for letter in bracket[1].lower() if letter.isalpha()]
            end = _end_before(text, bracket.start())
            if end not in ends and len(letters) > 1 and _initials(text[max(0, end - 120) : end], letters):
                reading.hidden.add(bracket[1])

    def _certain(self, matches: list[_Match], reading: _Reading) -> tuple[list[Mention], list[_Match]]:
        """Mentions that need no context but the date, and the matches that do."""
        found, doubtful = [], []
        for match in matches:
            start, end = reading.words.span(match.first)[0], reading.words.span(match.last)[1]
            if reading.words.text[start:end] in reading.hidden:
                continue
            firm = [one for one in match.bearers if one.kind not in OPEN]
            chosen = self._at(firm, reading.day)
            if len(chosen) > 1 and len(own := [one for one in chosen if one.kind != "site"]) == 1:
                chosen = own  # a trust of that name, before another's hospital
            if len(chosen) == 1:
                found.append(self._mention(match, reading, chosen[0]))
            else:
                doubtful.append(_Match(match.first, match.last, chosen or match.bearers))
        return found, doubtful

    def _at(self, bearers: list[Spelling], day: str | None) -> list[Spelling]:
        """Who of the bearers the name can mean on that day: those that live, else those that are gone by full name."""
        bodies = self.register.organisations
        living = [one for one in bearers if bodies[one.organisation].lived(day)]
        if living:
            return living
        transient = vocabulary()["transient_kinds"]
        gone = [one for one in bearers if (bodies[one.organisation].opened or "") <= (day or "9999")]
        gone = [one for one in gone if one.kind not in transient]
        latest = max((bodies[one.organisation].closed or "" for one in gone), default="")
        return [one for one in gone if bodies[one.organisation].closed == latest]

    def _mention(
        self, match: _Match, reading: _Reading, chosen: Spelling | None, candidates: Iterable[str] = ()
    ) -> Mention:
        start, end = reading.words.span(match.first)[0], reading.words.span(match.last)[1]
        towns = all(one.kind == "town" for one in match.bearers)
        kind = chosen.kind if chosen else "town" if towns else "ambiguous"
        if chosen and kind == "site" and self._bears_its_name(chosen):
            kind = "short"
        if chosen and self._uncounted(chosen.organisation):
            kind = "uncounted"
        organisation = chosen.organisation if chosen else None
        return Mention(start, end, reading.words.text[start:end], organisation, tuple(candidates), kind)

    def _uncounted(self, organisation: str) -> bool:
        """Whether it is a party, a government or a supplier."""
        rules = vocabulary()
        kind = self.register.organisations[organisation].kind
        return organisation in rules["uncounted"] or kind in rules["uncounted_kinds"]

    def _bears_its_name(self, site: Spelling) -> bool:
        """Whether the trust's own name holds the hospital's distinctive name."""
        generic = vocabulary()["generic_words"]
        own = {fold(word) for word in place_of(self.register.organisations[site.organisation])}
        distinctive = {fold(word) for word in site.words} - generic
        return bool(distinctive) and distinctive <= own

    def _introduced(self, text: str, found: list[Mention], reading: _Reading) -> list[Mention]:
        """Acronyms that brackets bind to a name in this document, wherever they stand again."""
        by_end = {mention.end: mention for mention in found if mention.organisation}
        taken = {mention.start for mention in found}
        bound: dict[str, Mention] = {}
        for bracket in BRACKET.finditer(text):
            named = by_end.get(_end_before(text, bracket.start()))
            if named and any(letter.isupper() for letter in bracket[1][1:]):
                bound.setdefault(bracket[1], named)
        if not bound:
            return []
        pattern = re.compile(rf"(?<![\w&])(?:{'|'.join(map(re.escape, bound))})(?![\w&])")
        return [
            replace(bound[again.group()], start=again.start(), end=again.end(), text=again.group(), kind=kind)
            for again in pattern.finditer(text)
            if again.start() not in taken and _span_at(reading.words.segments, again.start())
            for kind in ["uncounted" if bound[again.group()].kind == "uncounted" else "introduced"]
        ]

    def _in_context(self, doubtful: list[_Match], certain: list[Mention], reading: _Reading) -> list[Mention]:
        rows = self._rows_of(certain, doubtful, reading)
        found = []
        for match in doubtful:
            options = list(dict.fromkeys(one.organisation for one in match.bearers))
            living = [one for one in options if self.register.organisations[one].lived(reading.day)]
            towns = all(one.kind == "town" for one in match.bearers)
            chosen = self._choose(match, living, reading, rows) if living and not towns else None
            spelling = next((one for one in match.bearers if one.organisation == chosen), None)
            if spelling or living or not towns:
                open_name = self._mention(match, reading, None, living or options)
                found.append(self._mention(match, reading, spelling) if spelling else open_name)
        return found

    def _choose(self, match: _Match, living: list[str], reading: _Reading, rows: str | None) -> str | None:
        """The one living body that the document's other names, the next word or the table speak for."""
        words = reading.words
        after = _word_at(words, match.last + 1)
        heads = vocabulary()["heads"]
        bodies = self.register.organisations
        if after in heads["other"]:
            return None
        opens = _opens_row(words.span(match.first)[0], reading)
        if after in heads["icb"] or (rows == "icb" and opens):
            living = [one for one in living if bodies[one].kind == "icb"]
            return living[0] if len(living) == 1 else None
        if after in heads["trust"] or (rows == "trust" and opens and not after):
            living = [one for one in living if bodies[one].kind.startswith("trust_")]
            return living[0] if len(living) == 1 else None
        if named := [one for one in living if one in reading.sure]:
            return named[0] if len(named) == 1 and self._alone(match, reading, bodies[named[0]]) else None
        if len(living) == 1 and bodies[living[0]].kind not in {"icb", "nhs_region"}:
            return living[0] if self._cued(match, reading, bodies[living[0]]) else None
        return None

    def _alone(self, match: _Match, reading: _Reading, body: Organisation) -> bool:
        """A place alone stands for its board only as the first word of a row or sentence, or with a possessive."""
        if body.kind != "icb" and not body.kind.startswith("trust_"):
            return True
        before = reading.words.numbers[match.first - 1] if match.first else STOP
        return before == STOP or _word_at(reading.words, match.last + 1) == "'s" or body.kind != "icb"

    def _cued(self, match: _Match, reading: _Reading, body: Organisation) -> bool:
        """Whether words near a name that is also a common word say that the body is meant."""
        rules = vocabulary()
        near = reading.words.around(match.first, match.last)
        kind = "trust" if body.kind.startswith("trust_") else body.kind
        if kind == "trust":
            return self._labels(match, reading)
        before, after = match.first - 1, match.last + 1
        if any(_capital(reading.words, i) for i in (before, after)):
            return False  # part of a longer name
        beside = {_word_at(reading.words, i) for i in (match.last + 1, match.first - 1, match.first - 2)}
        return bool(near & rules["cues"].get(kind, set())) or bool(beside & rules["speech"] and kind in rules["cues"])

    def _labels(self, match: _Match, reading: _Reading) -> bool:
        """Whether a trust's name of two words or more stands alone as the label of a row or a list item."""
        numbers = reading.words.numbers
        alone = (not match.first or numbers[match.first - 1] == STOP) and numbers[match.last + 1] == STOP
        others = any(self.register.organisations[one].kind.startswith("trust_") for one in reading.sure)
        return alone and others and match.last > match.first

    def _rows_of(self, certain: list[Mention], doubtful: list[_Match], reading: _Reading) -> str | None:
        """What the rows of the document's tables are about: boards (``icb``), trusts or neither."""
        counts: Counter[str] = Counter()
        for mention in certain:
            if mention.organisation and _opens_row(mention.start, reading):
                counts[self.register.organisations[mention.organisation].kind.split("_")[0]] += 1
        for match in doubtful:
            kinds = {self.register.organisations[one.organisation].kind for one in match.bearers}
            counts["icb"] += "icb" in kinds and _opens_row(reading.words.span(match.first)[0], reading)
        kind, count = counts.most_common(1)[0] if counts else (None, 0)
        return kind if count >= 2 else None


def named(mentions: Iterable[Mention]) -> dict[str, tuple[int, int]]:
    """The organisations of a document as GUIDE counts them: id to (number of mentions, first start).

    Hospitals that do not bear their trust's name, parties, governments and suppliers are left out.
    """
    found: dict[str, tuple[int, int]] = {}
    for mention in mentions:
        if mention.organisation and mention.kind not in {"site", "uncounted"}:
            count, first = found.get(mention.organisation, (0, mention.start))
            found[mention.organisation] = count + 1, min(first, mention.start)
    return found


def day_of(text: str, document: Document | None) -> str | None:
    """The document's date, else the end of the year that it names most often."""
    if document and document.published:
        return document.published[:10]
    years = [int(m[1]) for m in YEAR.finditer(text) if m[2] is None or int(m[2]) == (int(m[1]) + 1) % 100]
    return f"{Counter(years).most_common(1)[0][0]}-12-31" if years else None


def _segments(text: str, blocks: Sequence[Block]) -> list[tuple[int, int]]:
    if not blocks:
        return [(0, len(text))]
    spans: list[tuple[int, int]] = []
    for block in sorted(blocks, key=lambda block: (block.start, -block.end)):
        if not spans or block.start >= spans[-1][1]:
            spans.append((block.start, block.end))
    return spans


def _apart(mentions: list[Mention]) -> list[Mention]:
    """In order of place; where two overlap the longer stays."""
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda mention: (mention.start, -mention.end)):
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept


def _end_before(text: str, place: int) -> int:
    """Where the word before a place ends."""
    while place and text[place - 1].isspace():
        place -= 1
    return place


def _initials(before: str, letters: list[str]) -> bool:
    words = re.findall(r"[A-Za-z]+", before)[-len(letters) :]
    return [word[0].lower() for word in words] == letters


def _span_at(spans: list[tuple[int, int]], place: int) -> tuple[int, int] | None:
    index = bisect_right(spans, (place, 1 << 60)) - 1
    return spans[index] if index >= 0 and spans[index][0] <= place < spans[index][1] else None


def _opens_row(start: int, reading: _Reading) -> bool:
    row = _span_at(reading.rows, start)
    return row is not None and start - row[0] < 4


def _word_at(words: Words, index: int) -> str:
    return fold(words.word(index)) if 0 <= index < len(words.numbers) and words.numbers[index] != STOP else ""


def _capital(words: Words, index: int) -> bool:
    """Whether the word is one of a name: a capital that opens no sentence."""
    if not 0 < index < len(words.numbers) or words.numbers[index] == STOP or words.numbers[index - 1] == STOP:
        return False
    word = words.word(index)
    return word[0].isupper() and word not in {"The", "A", "I"}
