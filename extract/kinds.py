"""Kind, status, basis, polarity and measure of each figure.

Kind and status come from the features of :mod:`extract.features`, by two multinomial logistic models (weights in
``data/model.json``) and a small neural network (:mod:`extract.network`) whose scores are averaged, all fitted by
:mod:`extract.training`, and in a table from what its labels tell (:mod:`extract.cells`); basis and polarity come from
the rules in ``data/kinds.yml``.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from extract.facts import Figure
from extract.features import Surroundings, describe
from extract.index import Index, Templates, strengths, templates
from extract.network import Network, laid_out, load, ones
from extract.passages import rules

MODEL = Path(__file__).parent / "data" / "model.json"
PHRASE_WORD = re.compile(r"[A-Za-z&][\w&'’-]*|\S")
NEAR = 160  # characters in which the words that say what is measured stand
TOLD = 2.0  # what a table's labels tell scores so much more, as a logarithm of odds: tables of other makers differ
CLAUSE = 400  # characters that a clause may have


@dataclass(frozen=True, slots=True)
class Label:
    """What a figure measures. The two ``sure`` fields are the models' own probabilities, not yet calibrated."""

    kind: str
    status: str
    basis: str | None
    polarity: str
    measure: str | None
    kind_sure: float
    status_sure: float
    rule: str


@dataclass(frozen=True, slots=True)
class Models:
    """Two multinomial logistic models side by side: a row of ``weights`` for each feature, a column for each class.

    The scores of the network are added to theirs.
    """

    kinds: tuple[str, ...]
    statuses: tuple[str, ...]
    index: Index
    weights: np.ndarray
    network: Network | None = None
    given: dict[tuple[str, str], list[float]] = field(default_factory=dict)  # what kind and unit give to each status
    allowed: dict[str, list[int]] = field(default_factory=dict)  # the places of the kinds that a unit can be

    def scores(self, described: Sequence[Sequence[int]]) -> list[list[float]]:
        """What the features of each figure give to each kind, and then to each status."""
        rows = ones(described, len(self.index.names))
        found = rows @ self.weights
        if self.network and described:
            found = found + self.network.scores(rows)
        scores: list[list[float]] = found.tolist()
        return scores

    def places(self, unit: str) -> list[int]:
        """The places of the kinds that a figure of a unit can be."""
        if unit not in self.allowed:
            self.allowed[unit] = [self.kinds.index(kind) for kind in allowed(unit) if kind in self.kinds]
        return self.allowed[unit]

    def of_kind(self, kind: str, unit: str) -> list[float]:
        """What a kind gives to each status."""
        if (kind, unit) not in self.given:
            rows = [self.index.row(f"kind {kind}"), self.index.row(f"kind_unit {kind} {unit}")]
            self.given[kind, unit] = self.weights[rows, len(self.kinds) :].sum(axis=0).tolist()
        return self.given[kind, unit]


@cache
def models() -> Models:
    """The shipped models."""
    stored, network = json.loads(MODEL.read_text(encoding="utf-8")), load()
    names = dict.fromkeys([*network.names, *stored["kind"]["features"], *stored["status"]["features"]])
    return models_of(stored, Index(names), network)


def models_of(stored: Mapping[str, Any], index: Index, network: Network | None = None) -> Models:
    """Models from their stored form: for ``kind`` and ``status`` classes, and features with a weight for each class."""
    parts = [stored[name] for name in ("kind", "status")]
    strength = strengths(index)
    weights = np.zeros((len(index.names), sum(len(part["classes"]) for part in parts)), np.float32)
    first = 0
    for part in parts:
        rows, last = [index.row(name) for name in part["features"]], first + len(part["classes"])
        weights[rows, first:last] = np.array(list(part["features"].values()))
        first = last
    kinds, statuses = (tuple(part["classes"]) for part in parts)
    share = 0.5 if network else 1.0
    beside = laid_out(network, index, strength, share) if network else None
    return Models(kinds, statuses, index, weights * strength[:, None] * np.float32(share), beside)


@cache
def shipped_templates() -> Templates:
    """The features that the shipped models know."""
    return templates(models().index)


def likeliest(scores: Sequence[float], places: Sequence[int]) -> tuple[int, float]:
    """The place of the highest score among some, and its probability among them."""
    chosen = [scores[place] for place in places]
    top = max(chosen)
    return places[chosen.index(top)], 1 / sum([math.exp(score - top) for score in chosen])


@dataclass(frozen=True, slots=True)
class Described:
    """The figures of one document and their features, as rows of the templates' index."""

    around: Surroundings
    features: list[list[int]]


def describe_figures(around: Surroundings, to: Templates) -> Described:
    """Everything about the figures of a document that needs no model."""
    pairs = zip(around.figures, around.periods, strict=True)
    return Described(around, [describe(figure, around, period, to) for figure, period in pairs])


def allowed(unit: str) -> list[str]:
    """The kinds that a figure of a unit can be."""
    kinds: list[str] = rules()["allowed"][unit]
    return kinds


def label_figures(around: Surroundings) -> list[Label]:
    """A label for each figure of a document, in order."""
    return label_described(describe_figures(around, shipped_templates()), models())


def label_described(seen: Described, by: Models) -> list[Label]:
    """The labels of figures that are described already, by any models."""
    pairs = zip(seen.around.figures, by.scores(seen.features), strict=True)
    return [_label(figure, seen.around, by, scores) for figure, scores in pairs]


def _label(figure: Figure, around: Surroundings, by: Models, scores: list[float]) -> Label:
    told = around.told(figure)
    of_kinds, of_statuses = scores[: len(by.kinds)], scores[len(by.kinds) :]
    if told and told.kind and told.kind[0] in by.kinds:
        of_kinds[by.kinds.index(told.kind[0])] += TOLD
    place, kind_sure = likeliest(of_kinds, by.places(figure.unit))
    kind = by.kinds[place]
    summed = [one + other for one, other in zip(of_statuses, by.of_kind(kind, figure.unit), strict=True)]
    if told and told.status:
        summed[by.statuses.index(told.status)] += TOLD
    place, status_sure = likeliest(summed, range(len(summed)))
    denied = polarity(figure, around.text) == "denied"
    return Label(
        kind=kind,
        status="possible" if denied else by.statuses[place],
        basis=basis(figure, kind, around.text),
        polarity="denied" if denied else "stated",
        measure=measure(figure, around),
        kind_sure=kind_sure,
        status_sure=status_sure,
        rule=told.kind[1] if told and told.kind and told.kind[0] == kind else "cell" if figure.cell else "prose",
    )


@cache
def _basis_patterns(unit: str) -> list[tuple[str, re.Pattern[str]]]:
    """For text in lower case, in which patterns are several times as fast."""
    return [(name, re.compile(pattern)) for name, pattern in rules()["basis"].get(unit, ())]


def basis(figure: Figure, kind: str, text: str) -> str | None:
    """What a count counts, or what a share is a share of; None for money and where nothing tells."""
    patterns, (start, end) = _basis_patterns(figure.unit), figure.sentence
    if not patterns:
        return None
    quote, after = text[figure.start : figure.end], text[figure.end : min(end, figure.end + 80)]
    before = text[max(start, figure.start - CLAUSE) : figure.start]
    places = (figure.noun or "", quote, after, before) if figure.unit == "posts" else (after, quote)
    for place in places:
        lower = place.lower()
        for name, pattern in patterns:
            if pattern.search(lower):
                return str(name)
    usual: str | None = rules()["basis_of_kind"].get(kind) if figure.unit == "percent" else None
    return usual


@cache
def _denials() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    denied = rules()["denied"]
    return (
        re.compile("|".join(denied["before"]), re.IGNORECASE),
        re.compile("|".join(denied["after"]), re.IGNORECASE),
        re.compile(denied["boundary"], re.IGNORECASE),
    )


def polarity(figure: Figure, text: str) -> str:
    """``denied`` when the figure's own clause says that it is not so, else ``stated``."""
    if figure.cell or figure.unit != "posts":
        return "stated"
    before, after, boundary = _denials()
    start, end = figure.sentence
    clause = boundary.split(text[max(start, figure.start - CLAUSE) : figure.start])[-1]
    rest = boundary.split(text[figure.end : min(end, figure.end + CLAUSE)], maxsplit=1)[0]
    return "denied" if before.search(clause) or after.search(rest) else "stated"


def measure(figure: Figure, around: Surroundings) -> str | None:
    """A few words of the document that say what is measured: labels of a cell, else the nearest noun phrase."""
    value = around.by_cell.get(figure.cell) if figure.cell else None
    if value:
        return ", ".join(filter(None, (value.row_label, value.column_label))) or None
    text, (start, end) = around.text, figure.sentence
    before = max(start, figure.start - NEAR)
    return _phrase_after(text[figure.end : min(end, figure.end + NEAR)]) or _phrase_before(text[before : figure.start])


@cache
def _stops() -> frozenset[str]:
    return frozenset(rules()["measure_stops"].split())


def _phrase_after(after: str) -> str | None:
    """The noun phrase that follows a figure directly, or after *of* or *in*: *£97m | savings drive*."""
    opening = re.match(r"\s+(?:(?:of|in|worth of)\s+)?(?:(?:the|its|their|a|an|our|this|all)\s+)?", after)
    if not opening:
        return None
    words = _run(PHRASE_WORD.finditer(after, opening.end()))
    return after[words[0].start() : words[-1].end()] if words else None


def _phrase_before(before: str) -> str | None:
    """The last noun phrase before a figure: *savings | of £91m*."""
    words = list(PHRASE_WORD.finditer(before))[::-1][:14]
    while words and _ends_phrase(words[0].group()):
        words.pop(0)
    run = _run(iter(words))
    return before[run[-1].start() : run[0].end()] if run else None


def _run(words: Iterator[re.Match[str]]) -> list[re.Match[str]]:
    found: list[re.Match[str]] = []
    for word in words:
        if _ends_phrase(word.group()) or len(found) == 4:
            break
        found.append(word)
    return found


def _ends_phrase(word: str) -> bool:
    return not word[0].isalpha() or word.lower() in _stops()
