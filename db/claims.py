"""Figures as linking sees them: one claim a fact, with the cues that its words give.

Reads the tables ``facts``, ``documents``, ``passages`` and ``document_organisations``; writes nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlite_utils import Database

KINDS = ("job_cut", "saving", "deficit", "funding")
_WORD = re.compile(r"[a-z]{3,}")


@dataclass(slots=True)
class Claim:
    """One figure that may belong to an announcement. ``low`` and ``high`` are in pounds, percent or posts."""

    fact: str
    document: str
    kind: str
    unit: str
    low: float
    high: float
    qualifier: str
    organisation: str | None
    period: str | None
    status: str
    basis: str
    start: int
    quote: str
    sentence: str
    before: str = ""
    after: str = ""
    denied: bool = False
    speaker: str | None = None
    published: str = ""
    original: str = ""  # the document that this one is a copy of, or itself
    rank: int = 2  # of the document's authority, 0 highest
    row: bool = False
    scope: str = ""
    each: bool = False
    words: frozenset[str] = frozenset()
    cues: set[str] = field(default_factory=set)
    groups: frozenset[str] = frozenset()  # of staff, or budget lines, that the figure is told of

    @property
    def family(self) -> str:
        """What the figure counts, with names that the press uses for one another made one."""
        if self.unit == "percent":
            return "share"
        return settings()["families"].get(self.basis, self.unit)

    @property
    def order(self) -> tuple[str, str, int, str]:
        """Sorts claims as they were made: undated documents last."""
        return (self.published or "9999", self.document, self.start, self.fact)


@cache
def settings() -> dict[str, Any]:
    """The linking vocabulary of ``data/linking.yml``."""
    return yaml.safe_load((Path(__file__).parent / "data" / "linking.yml").read_text(encoding="utf-8"))


@cache
def pattern(*path: str) -> re.Pattern[str]:
    """A compiled pattern of the vocabulary, by the names that lead to it."""
    value: Any = settings()
    for name in path:
        value = value[name]
    return re.compile(value, re.IGNORECASE)


_QUERY = """
select f.id, f.document, f.kind, f.unit, f.low, f.high, f.qualifier, f.organisation, f.period, f.status, f.basis,
       f.polarity, f.speaker, f.start, f.quote, f.sentence, d.published,
       d.kind as document_kind, coalesce(d.copy_of, d.id) as original,
       p.kind as passage_kind, p.start as passage_start, p.text as passage_text
from facts f join documents d on d.id = f.document left join passages p on p.id = f.passage
where f.kind = ? and f.organisation is ?
order by coalesce(d.published, '9999'), f.document, f.start, f.id
"""


def load(db: Database, kind: str, organisation: str) -> list[Claim]:
    """The claims of one block: a kind of figure of one organisation, or of none (``""``), in order of time."""
    claims = [_claim(row) for row in db.query(_QUERY, [kind, organisation or None])]
    for claim in claims:
        _read_cues(claim)
    if not organisation:
        _find_scopes(db, claims)
    return claims


def _claim(row: dict[str, Any]) -> Claim:
    ranks = settings()["authority"]
    before, after = _around(row)
    return Claim(
        fact=row["id"],
        document=row["document"],
        kind=row["kind"],
        unit=row["unit"],
        low=row["low"],
        high=row["high"],
        qualifier=row["qualifier"] or "exact",
        organisation=row["organisation"],
        period=row["period"],
        status=row["status"] or "planned",
        basis=row["basis"] or "",
        start=row["start"] or 0,
        quote=row["quote"] or "",
        sentence=row["sentence"] or "",
        before=before,
        after=after,
        denied=row["polarity"] == "denied",
        speaker=row["speaker"],
        published=(row["published"] or "")[:10],
        original=row["original"],
        rank=ranks.get(row["document_kind"], max(ranks.values())),
        row=row["passage_kind"] == "table_row",
        scope=row["organisation"] or "",
    )


def _read_cues(claim: Claim) -> None:
    before, after = claim.before, claim.after
    if pattern("part", "before").search(before) or pattern("part", "after").search(after):
        claim.cues.add("part")
    if pattern("part", "quote").search(claim.quote):
        claim.cues.add("part")
    if pattern("fraction_of_whole").search(after):
        claim.cues.add("fraction")
    claim.groups = frozenset(word.lower() for word in pattern("group").findall(claim.quote + after[:30]))
    if pattern("earlier").search(before[-60:]):
        claim.cues.add("earlier")
    for cue in ("progress", "revised", "denied", "withdrawn", "consulting", "agreed", "finished", "restates"):
        if pattern(cue).search(claim.sentence):
            claim.cues.add(cue)
    claim.denied = claim.denied or ("denied" in claim.cues and claim.status == "possible")
    claim.each = bool(pattern("each").search(claim.sentence))
    claim.words = content_words(claim.sentence)
    if claim.unit == "posts" and not claim.basis:
        claim.basis = _basis(claim)


def _around(row: dict[str, Any]) -> tuple[str, str]:
    """The words of the sentence before and after the figure, by its place in its passage."""
    passage, sentence, quote = row["passage_text"] or "", row["sentence"] or "", row["quote"] or ""
    place = (row["start"] or 0) - (row["passage_start"] or 0)
    opening = passage.rfind(sentence, 0, place + len(quote) + len(sentence)) if passage else -1
    at = place - opening
    if opening < 0 or sentence[at : at + len(quote)] != quote:
        at = sentence.find(quote)
    return (sentence[:at], sentence[at + len(quote) :]) if at >= 0 else (sentence, "")


def _basis(claim: Claim) -> str:
    for text in (claim.quote, claim.quote + claim.after[:40], claim.sentence):
        for basis in settings()["basis"]:
            if pattern("basis", basis).search(text):
                return basis
    return "posts"


def content_words(text: str) -> frozenset[str]:
    """Stems of the words that say what a sentence is about; no figures, no names of time."""
    stop = _stop_words()
    return frozenset(_stem(word) for word in _WORD.findall(text.lower()) if word not in stop)


@cache
def _stop_words() -> frozenset[str]:
    return frozenset(settings()["stop"])


def _stem(word: str) -> str:
    for ending in ("ies", "ing", "ed", "es", "s", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)].rstrip("e")
    return word.rstrip("e")


def _find_scopes(db: Database, claims: list[Claim]) -> None:
    """Say whose figure it is where no one body is named: a few named bodies together, or a class of bodies."""
    by_document: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_document[claim.document].append(claim)
    bodies = _bodies(db, by_document)
    for document, group in by_document.items():
        for claim in group:
            claim.scope = _together(claim, bodies.get(document, {})) or _class_of_bodies(claim)
        _spread(group)


def _bodies(db: Database, documents: Iterable[str]) -> dict[str, dict[str, list[str]]]:
    """Boards and trusts that each document names: {document: {"icb": [...], "trust": [...]}}."""
    found: dict[str, dict[str, list[str]]] = {}
    wanted = set(documents)
    query = """select m.document, m.organisation, o.kind from document_organisations m
               join organisations o on o.id = m.organisation
               where o.kind = 'icb' or o.kind like 'trust%' order by m.organisation"""
    for row in db.query(query):
        if row["document"] in wanted:
            kind = "icb" if row["kind"] == "icb" else "trust"
            found.setdefault(row["document"], {}).setdefault(kind, []).append(row["organisation"])
    return found


def _together(claim: Claim, bodies: dict[str, list[str]]) -> str:
    for kind in settings()["together"]:
        names = bodies.get(kind, [])
        if len(names) == 2 and pattern("together", kind).search(claim.sentence):
            return "+".join(names)
    return ""


def _class_of_bodies(claim: Claim) -> str:
    for text, pick in ((claim.before, -1), (claim.after, 0)):
        found = sorted(
            (m.start(), name) for name in settings()["scopes"] for m in pattern("scopes", name).finditer(text)
        )
        if found:
            return found[pick][1]
    return ""


def _spread(group: list[Claim]) -> None:
    """Give figures without a scope that of an equal figure, a sentence close before, or the one group spoken of."""
    groups = {claim.scope for claim in group if "+" in claim.scope}
    for position, claim in enumerate(group):
        if "+" in claim.scope:
            continue
        alike = [
            c.scope for c in group if "+" in c.scope and (c.unit, c.low, c.high) == (claim.unit, claim.low, claim.high)
        ]
        if alike or (len(groups) == 1 and not claim.scope):
            claim.scope = alike[0] if alike else groups.pop()
            groups.add(claim.scope)
        elif not claim.scope and position and 0 < claim.start - group[position - 1].start < 150:
            claim.scope = group[position - 1].scope
