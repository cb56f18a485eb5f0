"""The words of a stretch of text and the cues among them: classes of words that ``data/kinds.yml`` lists."""

from __future__ import annotations

import re
import shlex
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from extract.lexicon import lower_case

DATA = Path(__file__).parent / "data" / "kinds.yml"
WORD = re.compile(r"[£$€]?\d[\d,.]*\d(?:[a-z%]+)?|[£$€]?\d[a-z%]*|[a-z]+(?:[&'-][a-z]+)*|[%,;:()–—.?!\"“”]")
BREAKS = frozenset(",;:()–—.?!")
JOINERS = frozenset(("but", "while", "whereas", "although", "though", "which", "and", "with", "after", "because"))
PARTING = frozenset(";:)–—.?!")  # marks over which no word belongs to a figure
LONGEST = 60  # characters of a run that is worth keeping
NUMERIC = frozenset("£$€0123456789")  # what a word that is a number begins with

Cue = tuple[int, int, str]  # first word, number of words, class


@cache
def rules() -> dict[str, Any]:
    """The file of cues, read once."""
    loaded: dict[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return loaded


@dataclass(slots=True)
class Lexicon:
    """Cue classes by word, by beginning of a word, and by the first word of a phrase."""

    words: dict[str, list[str]] = field(default_factory=dict)
    stems: list[tuple[str, str]] = field(default_factory=list)
    phrases: dict[str, list[tuple[list[str], str]]] = field(default_factory=dict)


@cache
def lexicon() -> Lexicon:
    """All cue classes, those of status with an ``s.`` before their names."""
    found = Lexicon()
    for prefix, part in (("", "cues"), ("s.", "status")):
        for name, entries in rules()[part].items():
            for entry in shlex.split(entries.replace("'", "’")):
                _add(found, entry.replace("’", "'").lower(), prefix + name)
    return found


def _add(found: Lexicon, entry: str, name: str) -> None:
    first, *rest = entry.split()
    if rest:
        found.phrases.setdefault(first.rstrip("*")[:4], []).append(([first, *rest], name))
    elif first.endswith("*"):
        found.stems.append((first[:-1], name))
    else:
        found.words.setdefault(first, []).append(name)


@cache
def glue() -> frozenset[str]:
    """Words that may stand between a figure and the word that it belongs to."""
    return frozenset(rules()["glue"].split())


@lru_cache(maxsize=20_000)
def classes(word: str) -> tuple[str, ...]:
    """The cue classes of a word by itself."""
    known = lexicon()
    stems = [name for stem, name in known.stems if word.startswith(stem)]
    parts = [] if "-" not in word else [name for part in word.split("-") for name in classes(part)]
    return tuple(dict.fromkeys([*known.words.get(word, ()), *stems, *parts]))


def _is(word: str, pattern: str) -> bool:
    return word.startswith(pattern[:-1]) if pattern.endswith("*") else word == pattern


@dataclass(slots=True)
class Word:
    """A word of a run of characters without white space, with all that can be told of it alone."""

    text: str
    offset: int  # in the run
    plain: str  # the word again, or nothing for numbers and marks
    solid: bool  # more than glue, or a mark over which no word belongs to a figure
    border: bool  # where a clause may end
    classes: tuple[str, ...]
    phrases: list[tuple[list[str], str]]  # what must follow for a phrase's class


@dataclass(slots=True)
class Passage:
    """The words of a stretch of text, in lower case, where each begins, and the cues among them."""

    words: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)  # nothing in place of numbers and marks
    solid: list[int] = field(default_factory=list)  # places of the words that are more than glue, and of parting marks
    borders: list[int] = field(default_factory=list)  # places where clauses may end
    cues: list[Cue] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)  # the first word of each cue

    def between(self, first: int, last: int) -> list[Cue]:
        """The cues that begin at the words from ``first`` up to ``last``, ``last`` left out, and end there too."""
        found = self.cues[bisect_left(self.firsts, first) : bisect_left(self.firsts, last)]
        return [cue for cue in found if cue[0] + cue[1] <= last]


@lru_cache(maxsize=256)  # a paragraph is asked for by counts, and then by the models
def read_passage(lower: str, start: int, end: int) -> Passage:
    """Words, numbers and marks of a stretch of lower-case text, with the cues among them."""
    passage = Passage()
    words, starts, plain = passage.words, passage.starts, passage.plain
    telling: list[tuple[int, Word]] = []
    place = start
    for run in lower[start:end].split():
        place = lower.index(run, place)
        for word in _words(run) if len(run) < LONGEST else _words.__wrapped__(run):
            here = len(words)
            if word.classes or word.phrases:
                telling.append((here, word))
            if word.solid:
                passage.solid.append(here)
            if word.border:
                passage.borders.append(here)
            words.append(word.text)
            plain.append(word.plain)
            starts.append(place + word.offset)
        place += len(run)
    passage.cues = _cues(words, telling)
    passage.firsts = [cue[0] for cue in passage.cues]
    return passage


@lru_cache(maxsize=20_000)
def _words(run: str) -> list[Word]:
    """The words of a run of characters in lower case."""
    return [_word(match[0], match.start()) for match in WORD.finditer(run.replace("’", "'"))]


def _word(text: str, offset: int) -> Word:
    phrases = [(rest, name) for (first, *rest), name in lexicon().phrases.get(text[:4], ()) if _is(text, first)]
    plain = text if text[0].isalpha() else ""
    solid = text not in glue() if plain else text in PARTING
    return Word(text, offset, plain, solid, text in BREAKS or text in JOINERS, classes(text), phrases)


def _cues(words: Sequence[str], telling: Sequence[tuple[int, Word]]) -> list[Cue]:
    """Every cue among the words, phrases included; ``telling`` are the words that may begin one."""
    found: list[Cue] = []
    for index, word in telling:
        for name in word.classes:
            found.append((index, 1, name))
        for rest, name in word.phrases:
            here = words[index + 1 : index + 1 + len(rest)]
            if len(here) == len(rest) and all(map(_is, here, rest)):
                found.append((index, 1 + len(rest), name))
    return found


@lru_cache(maxsize=5_000)
def label_cues(label: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The classes of the cues in a label or heading, and its plain words."""
    passage = read_passage(lower_case(label), 0, len(label))
    plain = (word for word in passage.words if word not in BREAKS and word[0] not in NUMERIC)
    return tuple(dict.fromkeys(name for _, _, name in passage.cues)), tuple(plain)
