"""What stands around a figure, as named features for the models of kind and status.

The words near a figure are looked up in the cue classes of ``data/kinds.yml``; a feature says which class stands
where: just before or after, in the clause, the sentence, the sentence before, the heading, a table's labels.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from crawler.document import Block, Document
from extract.facts import Figure, TableValue
from extract.passages import BREAKS, NUMBER, Passage, label_cues, read_passage

FRAMES = Path(__file__).parent / "data" / "frames.yml"
JOINERS = frozenset(("but", "while", "whereas", "although", "though", "which", "and", "with", "after", "because"))
SURVEY = re.compile(r"\b(?:survey(?:ed|s)?|respondents?|polled|questionnaire)\b", re.IGNORECASE)
REACH = 16  # words on either side that count, wherever they stand
EARLIER = 45  # words before the figure's sentence

Span = tuple[str | None, str | None, str | None]  # period, first day, last day


@dataclass(slots=True)
class Surroundings:
    """A document as the feature functions see it. ``periods`` are (label, first, last) of each figure, ISO dates."""

    text: str
    figures: Sequence[Figure]
    periods: Sequence[Span]
    blocks: Sequence[Block]
    values: Sequence[TableValue]
    source: Document | None = None
    by_cell: dict[tuple[int, int, int], TableValue] = field(default_factory=dict)
    headings: dict[int, set[str]] = field(default_factory=dict)  # of the columns of each table
    survey: str = "no"
    passages: dict[tuple[int, int], Passage] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.by_cell = {(value.table_no, value.row, value.column): value for value in self.values}
        for value in self.values:
            self.headings.setdefault(value.table_no, set()).add(value.column_label)
        mentions = len(SURVEY.findall(self.text))
        self.survey = "no" if not mentions else "some" if mentions < 4 else "much"

    def passage(self, figure: Figure) -> Passage:
        """The words of a figure's paragraph, read once for all its figures."""
        block = self.blocks[figure.block] if figure.block is not None else None
        span = (block.start, block.end) if block else figure.sentence
        found = self.passages.get(span)
        if found is None:
            found = self.passages[span] = read_passage(self.text, *span)
        return found

    def above(self, figure: Figure) -> list[str]:
        """The section's heading and the last words before a figure's table."""
        if figure.block is None:
            return []
        index = figure.block
        while index > 0 and self.blocks[index].kind in {"table_row", "caption"}:
            index -= 1
        before = self.blocks[index]
        return [self.blocks[figure.block].heading or "", self.text[before.start : before.end][-150:]]


def describe(figure: Figure, around: Surroundings, period: Span) -> dict[str, float]:
    """Named features of one figure, each with its strength (mostly 1)."""
    features = _of_figure(figure, around, period)
    if figure.cell is None:
        _of_sentence(features, figure, around)
    _of_context(features, figure, around)
    return features


def _of_figure(figure: Figure, around: Surroundings, period: Span) -> dict[str, float]:
    place = "cell" if figure.cell else "prose"
    unit = figure.unit
    relation = _relation(period, around.source)
    features = {
        "bias": 1.0,
        f"unit:{unit}": 1.0,
        f"unit:{unit} {place}": 1.0,
        f"qualifier:{figure.qualifier}": 0.5,
        f"survey:{around.survey} {unit}": 1.0,
        f"period:{relation}": 1.0,
        f"period:{relation} {place}": 0.5,
        f"sign:{_sign(figure)} {place}": 1.0,
    }
    if around.source and around.source.kind:
        features[f"document:{around.source.kind} {unit}"] = 0.5
    return features


def _sign(figure: Figure) -> str:
    return "minus" if figure.low < 0 else "plus" if figure.low > 0 else "zero"


def _relation(period: Span, source: Document | None) -> str:
    """Whether the figure's time is past, running or to come on the day of publication."""
    _, first, last = period
    day = (source.published or "")[:10] if source else ""
    if not first and not last:
        return "none"
    if not day:
        return "undated"
    if last and last < day:
        return "past"
    return "future" if first and first > day else "running"


def _of_sentence(features: dict[str, float], figure: Figure, around: Surroundings) -> None:
    start, end = figure.sentence
    _of_frames(features, around.text[max(start, figure.start - 110) : figure.start], around.text[figure.end : end][:90])
    passage = around.passage(figure)
    places = (start, figure.start, figure.end, end)
    first, before, after, last = (bisect_left(passage.starts, place) for place in places)
    _side(features, passage, (first, before), "<")
    _side(features, passage, (after, last), ">")
    _zone(features, (name for _, _, name in passage.between(before, after)), "quote", 1.0)
    left = _content(passage, range(before - 1, max(first, before - 25) - 1, -1))
    right = _content(passage, range(after, min(last, after + 25)))
    _chain(features, left, "<")
    _chain(features, right, ">")
    if left and right:
        features.update({f"both {a} {b}": 0.5 for a in left[0][2] for b in right[0][2]})
    _bag(features, passage.words[max(first, before - REACH) : before], "<")
    _bag(features, passage.words[after : min(after + REACH, last)], ">")
    _near_words(features, passage.words[max(first, before - 3) : before][::-1], "<", figure.unit)
    _near_words(features, passage.words[after : min(after + 3, last)], ">", figure.unit)
    earlier = passage.between(max(0, first - EARLIER), first)
    _zone(features, (name for _, _, name in earlier), "earlier", 0.5)


@cache
def _frames() -> list[tuple[str, re.Pattern[str], re.Pattern[str]]]:
    """Of each kind and status: what may stand before a figure, and after it."""
    data: dict[str, Any] = yaml.safe_load(FRAMES.read_text(encoding="utf-8"))
    gap, lead = data["gap"], data["lead"]
    found = []
    for prefix, part in (("", "kinds"), ("s.", "statuses")):
        for name, sides in data[part].items():
            before = re.compile(rf"\b(?:{'|'.join(sides['before'])}){gap}", re.IGNORECASE)
            after = re.compile(rf"{lead}(?:{'|'.join(sides['after'])})", re.IGNORECASE)
            found.append((prefix + name, before, after))
    return found


def _of_frames(features: dict[str, float], before: str, after: str) -> None:
    """Which frames the figure stands in; the one that begins nearest before it counts for more."""
    nearest: tuple[int, str] | None = None
    for name, left, right in _frames():
        if match := left.search(before):
            features[f"frame< {name}"] = features[f"frame {name}"] = 1.0
            if not name.startswith("s.") and (nearest is None or match.start() > nearest[0]):
                nearest = (match.start(), name)
        if right.match(after):
            features[f"frame> {name}"] = features[f"frame {name}"] = 1.0
    if nearest:
        features[f"frame nearest {nearest[1]}"] = 1.0


def _side(features: dict[str, float], passage: Passage, words: tuple[int, int], side: str) -> None:
    """Cues of one side of the figure, by distance in words and clauses."""
    first, last = words
    outward = passage.words[first:last][::-1] if side == "<" else passage.words[first:last]
    limit = _clause(outward)
    seen: set[str] = set()
    nearest: dict[str, tuple[int, str]] = {}
    for index, length, name in passage.between(first, last):
        distance = last - index - length if side == "<" else index - first
        group = "s" if name.startswith("s.") else "k"
        if group not in nearest or distance < nearest[group][0]:
            nearest[group] = (distance, name)
        zone = "1" if distance < 2 else "2" if distance < 5 else "3"
        seen.add(f"{side}{zone} {name}")
        seen.add(f"in {name}")
        if distance < limit:
            seen.add(f"clause{side} {name}")
            seen.add(f"clause {name}")
    features.update(dict.fromkeys(seen, 1.0))
    for group, (distance, name) in nearest.items():
        features[f"first{side}{group} {name}"] = 1.0 if distance < 6 else 0.5


def _clause(outward: list[str]) -> int:
    """Words to the end of the figure's clause."""
    for index, word in enumerate(outward):
        if word in BREAKS or (word in JOINERS and index > 1):
            return index
    return len(outward)


Content = tuple[int, str, list[str]]


def _content(passage: Passage, places: range) -> list[Content]:
    """The nearest words on one side of a figure that carry a cue: distance, word, classes."""
    by_word: dict[int, list[str]] = {}
    low, high = (places.start, places.stop) if places.step > 0 else (places.stop + 1, places.start + 1)
    for index, length, name in passage.between(low, high):
        by_word.setdefault(index if places.step > 0 else index + length - 1, []).append(name)
    found = [(abs(place - places.start), passage.words[place], by_word[place]) for place in places if place in by_word]
    return found[:4]


def _chain(features: dict[str, float], content: Sequence[Content], side: str) -> None:
    """Which cues come first, second and third, and what pairs they make."""
    for rank, (distance, word, names) in enumerate(content[:3]):
        near = "near" if distance < 4 else "far"
        for name in names:
            features[f"rank{side}{rank} {name}"] = 0.7
            features[f"rank{side}{rank} {near} {name}"] = 0.5
        features[f"cue word{side} {word}"] = 0.5
        if not rank:
            features[f"first word{side} {word}"] = 0.5
    for one, other in pairwise(content):
        features.update({f"chain{side} {a} {b}": 0.5 for a in one[2] for b in other[2]})


def _near_words(features: dict[str, float], outward: list[str], side: str, unit: str) -> None:
    """The very words next to the figure; numbers are all one."""
    plain = ["#" if NUMBER.match(word) else word for word in outward]
    for index, word in enumerate(plain):
        features[f"word{side}{index + 1} {word}"] = 0.6
        features[f"word{side} {word} {unit}"] = 0.4
    if len(plain) > 1:
        features[f"pair{side} {plain[0]} {plain[1]}"] = 0.6


def _bag(features: dict[str, float], words: Iterable[str], side: str) -> None:
    """The words of the neighbourhood, wherever they stand in it."""
    for word in words:
        if word[0].isalpha():
            features[f"bag{side} {word}"] = 0.4
            features[f"bag {word}"] = 0.4


def _zone(features: dict[str, float], names: Iterable[str], zone: str, strength: float) -> None:
    for name in names:
        features[f"{zone} {name}"] = strength


def _of_context(features: dict[str, float], figure: Figure, around: Surroundings) -> None:
    value = around.by_cell.get(figure.cell) if figure.cell else None
    if value:
        for zone, label in (("column", value.column_label), ("row", value.row_label), ("caption", value.caption or "")):
            names, plain = label_cues(label)
            _zone(features, names, zone, 1.0)
            if zone != "caption":
                features.update({f"{zone} word {word}": 0.4 for word in plain})
        for label in around.headings.get(value.table_no, ()):
            _zone(features, label_cues(label)[0], "table", 0.6)
        signed = {f"{name} {_sign(figure)}": 1.0 for name in list(features) if name.startswith("column ")}
        features.update(signed)
    block = around.blocks[figure.block] if figure.block is not None else None
    if block and block.heading:
        _zone(features, label_cues(block.heading)[0], "heading", 0.6)
    if figure.cell is None:
        _of_list(features, figure, around)


def _of_list(features: dict[str, float], figure: Figure, around: Surroundings) -> None:
    """The words that lead into the list that the figure's item belongs to."""
    index = figure.block
    if index is None or around.blocks[index].kind != "list_item":
        return
    while index > 0 and around.blocks[index].kind == "list_item":
        index -= 1
    lead = around.blocks[index]
    _zone(features, label_cues(around.text[lead.start : lead.end][-200:])[0], "lead", 0.8)
