"""How well facts agree with a gold set: precision, recall and F1 as the annotation guide defines them.

A gold set is a folder of ``NAME.json`` beside ``NAME.txt`` or ``NAME.md``; for other formats (HTML) the places are
compared by words instead of offsets. Facts are mappings with the columns of the table ``facts``.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from breakeven_errors import UnreadableInput

FIELDS = ("kind", "organisation", "period", "status", "qualifier")
Row = Mapping[str, Any]
Pair = tuple[Row, Row]  # of the system, of the gold set
TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-"})
SENTENCE_BEGINS = re.compile(r"[.!?]\s+|\n+")
SENTENCE_ENDS = re.compile(r"[.!?](\s|$)|\n")


@dataclass(frozen=True, slots=True)
class GoldDocument:
    """A labelled document; ``text`` is None for formats whose gold facts have no offsets."""

    name: str
    facts: list[dict[str, Any]]
    organisations: frozenset[str] | None
    text: str | None
    head: dict[str, Any] = field(default_factory=dict)  # title, kind, publisher, published


@dataclass(slots=True)
class Outcome:
    """One document compared: pairs that match, facts that only one side has, and the organisations of each side."""

    name: str
    pairs: list[Pair] = field(default_factory=list)
    spurious: list[Row] = field(default_factory=list)
    missed: list[Row] = field(default_factory=list)
    unsupported: int = 0
    absent: bool = False
    named: frozenset[str] = frozenset()
    wanted: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    start: int | None
    end: int | None
    quote: str
    sentence: str


def read_gold(folder: Path, texts: Path | None = None) -> list[GoldDocument]:
    """The labelled documents of a folder, by name; their texts may stand in another folder."""
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise UnreadableInput(f"{folder}: no gold files (NAME.json) here; give the folder of a gold set")
    read = (_gold_document(path, texts or folder) for path in paths)
    return [document for document in read if document is not None]


def _gold_document(path: Path, texts: Path) -> GoldDocument | None:
    try:
        gold = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UnreadableInput(f"{path}: not JSON ({error}); a gold file holds one object, see the guide") from error
    if "facts" not in gold:
        return None
    beside = [texts / (path.stem + suffix) for suffix in (".txt", ".md")]
    text = next((one.read_text(encoding="utf-8") for one in beside if one.exists()), None)
    named = frozenset(gold["organisations"]) if "organisations" in gold else None
    head = {key: gold.get(key) for key in ("title", "kind", "publisher", "published")}
    return GoldDocument(path.stem, gold["facts"], named, text, head)


def compare(gold: GoldDocument, facts: Sequence[Row], text: str, named: Iterable[str] = ()) -> Outcome:
    """A document's facts against its gold facts. ``text`` is what the facts' offsets count in."""
    shift = _shift(gold.text, text)
    system = [(fact, _system_place(fact, shift)) for fact in facts]
    wanted = [(fact, _gold_place(fact, gold.text)) for fact in gold.facts]
    outcome = Outcome(gold.name, named=frozenset(named), wanted=gold.organisations)
    squashed = squash(text)
    outcome.unsupported = sum(not place.quote or place.quote not in squashed for _, place in system)
    taken = _match(system, wanted)
    outcome.pairs = [(system[i][0], wanted[j][0]) for i, j in taken]
    ours, theirs = {i for i, _ in taken}, {j for _, j in taken}
    outcome.spurious = [fact for i, (fact, _) in enumerate(system) if i not in ours]
    outcome.missed = [fact for j, (fact, _) in enumerate(wanted) if j not in theirs]
    return outcome


def absent(gold: GoldDocument) -> Outcome:
    """The outcome of a gold document that the database does not hold: its facts count as missed."""
    return Outcome(gold.name, missed=list(gold.facts), absent=True)


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The figures over all documents: counts, F1 of figure, fact and full, share right by field, F1 by kind."""
    pairs = [pair for outcome in outcomes for pair in outcome.pairs]
    n_system = len(pairs) + sum(len(outcome.spurious) for outcome in outcomes)
    n_gold = len(pairs) + sum(len(outcome.missed) for outcome in outcomes)
    right = {name: sum(_agree(pair, name) for pair in pairs) for name in FIELDS}
    both = sum(_agree(pair, "kind") and _agree(pair, "organisation") for pair in pairs)
    full = sum(all(_agree(pair, name) for name in FIELDS) for pair in pairs)
    asked = [outcome for outcome in outcomes if outcome.wanted is not None]
    hits = sum(len(outcome.named & (outcome.wanted or frozenset())) for outcome in asked)
    return {
        "documents": len(outcomes),
        "absent": [outcome.name for outcome in outcomes if outcome.absent],
        "facts": {
            "gold": n_gold,
            "system": n_system,
            "matched": len(pairs),
            "unsupported": sum(outcome.unsupported for outcome in outcomes),
        },
        "figure": f1(len(pairs), n_system, n_gold),
        "fact": f1(both, n_system, n_gold),
        "full": f1(full, n_system, n_gold),
        "fields": {name: round(right[name] / len(pairs), 4) if pairs else 0.0 for name in FIELDS},
        "organisations": f1(
            hits, sum(len(one.named) for one in asked), sum(len(one.wanted or frozenset()) for one in asked)
        ),
        "kinds": _by_kind(outcomes),
    }


def _by_kind(outcomes: Sequence[Outcome]) -> dict[str, float]:
    of_gold: Counter[str] = Counter()
    of_system: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for outcome in outcomes:
        of_gold.update(fact["kind"] for fact in outcome.missed)
        of_system.update(fact["kind"] for fact in outcome.spurious)
        for ours, theirs in outcome.pairs:
            of_gold[theirs["kind"]] += 1
            of_system[ours["kind"]] += 1
            right[theirs["kind"]] += ours["kind"] == theirs["kind"]
    kinds = sorted({*of_gold, *of_system}, key=str)
    return {kind: f1(right[kind], of_system[kind], of_gold[kind])["f1"] for kind in kinds}


def f1(right: int, n_system: int, n_gold: int) -> dict[str, float]:
    """Precision, recall and their harmonic mean, to four places; 0 where nothing is there."""
    precision = right / n_system if n_system else 0.0
    recall = right / n_gold if n_gold else 0.0
    mean = 2 * precision * recall / (precision + recall) if right else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(mean, 4)}


def squash(text: str) -> str:
    """Text without white space and typographic variants, for comparing places across renderings."""
    return "".join(text.translate(TYPOGRAPHY).split())


def _agree(pair: Pair, name: str) -> bool:
    return bool(pair[0].get(name) == pair[1].get(name))


def _shift(gold_text: str | None, text: str) -> int | None:
    """What to add to the system's offsets to get the gold text's; None when the two texts differ."""
    if gold_text is None:
        return None
    if gold_text == text:
        return 0
    return gold_text.index(text) if text and text in gold_text else None


def _system_place(fact: Row, shift: int | None) -> _Place:
    start, end = fact.get("start"), fact.get("end")
    if shift is None or start is None or end is None:
        start = end = None
    else:
        start, end = start + shift, end + shift
    return _Place(start, end, squash(fact["quote"] or ""), squash(fact.get("sentence") or ""))


def _gold_place(fact: Row, text: str | None) -> _Place:
    start, end, sentence = fact.get("start"), fact.get("end"), fact.get("sentence")
    if sentence is None and text is not None and start is not None and end is not None:
        sentence = _sentence_around(text, start, end)
    return _Place(start if text is not None else None, end, squash(fact["quote"] or ""), squash(sentence or ""))


def _sentence_around(text: str, start: int, end: int) -> str:
    left = max((match.end() for match in SENTENCE_BEGINS.finditer(text[:start])), default=0)
    after = SENTENCE_ENDS.search(text[end:])
    return text[left : end + after.start() + 1 if after else len(text)]


def _match(system: Sequence[tuple[Row, _Place]], gold: Sequence[tuple[Row, _Place]]) -> list[tuple[int, int]]:
    """Indexes of facts that match, one to one, those with most equal fields first."""
    possible = []
    for i, (ours, our_place) in enumerate(system):
        for j, (theirs, their_place) in enumerate(gold):
            if _same_value(ours, theirs) and _overlap(our_place, their_place):
                possible.append((sum(_agree((ours, theirs), name) for name in FIELDS), i, j))
    taken: list[tuple[int, int]] = []
    used_system: set[int] = set()
    used_gold: set[int] = set()
    for _, i, j in sorted(possible, reverse=True):
        if i not in used_system and j not in used_gold:
            used_system.add(i)
            used_gold.add(j)
            taken.append((i, j))
    return taken


def _same_value(ours: Row, theirs: Row) -> bool:
    return bool(
        ours["unit"] == theirs["unit"] and _close(ours["low"], theirs["low"]) and _close(ours["high"], theirs["high"])
    )


def _close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= 0.005 * max(abs(one), abs(other)) + 1e-9


def _overlap(one: _Place, other: _Place) -> bool:
    if one.start is not None and other.start is not None:
        assert one.end is not None
        assert other.end is not None
        return one.start < other.end and other.start < one.end
    if not one.quote or not other.quote:
        return False
    alike = one.quote in other.quote or other.quote in one.quote
    held = other.quote in one.sentence or one.quote in other.sentence
    return (alike or held) and _one_sentence(one.sentence, other.sentence)


def _one_sentence(one: str, other: str) -> bool:
    """Whether two sentences are the same or one holds the other, at least by its first forty characters."""
    return not one or not other or one[:40] in other or other[:40] in one
