"""Measures the facts of a database against gold files, keeps the figures, and compares two databases."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from sqlite_utils import Database

from breakeven_errors import DatabaseError
from db.store import now
from extract import scoring

COMPARED = (
    "unit",
    "low",
    "high",
    "qualifier",
    "kind",
    "organisation",
    "period",
    "status",
    "basis",
    "polarity",
    "speaker",
)
SCORES = ("figure", "fact", "full", "organisations")


def outcomes(db: Database, folder: Path) -> list[scoring.Outcome]:
    """Each gold file of a folder compared with the document whose path, address or id ends in its name."""
    documents = _by_stem(db)
    return [
        _compare(db, documents[gold.name], gold) if gold.name in documents else scoring.absent(gold)
        for gold in scoring.read_gold(folder)
    ]


def _by_stem(db: Database) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, *places in db.execute("select id, path, url, id from documents order by rowid").fetchall():
        for place in places:
            if place:
                found.setdefault(PurePosixPath(place).stem, key)
    return found


def _compare(db: Database, key: str, gold: scoring.GoldDocument) -> scoring.Outcome:
    text = db.execute("select text from documents where id = ?", [key]).fetchone()[0]
    facts = list(db.query("select * from facts where document = ? order by rowid", [key]))
    named = db.execute("select organisation from document_organisations where document = ?", [key]).fetchall()
    return scoring.compare(gold, facts, text, {organisation for (organisation,) in named})


def report(compared: list[scoring.Outcome], misses: int = 0, as_json: bool = False) -> str:
    """The figures for a person or, as JSON, for a program; then up to ``misses`` examples of each kind of error."""
    figures = scoring.summary(compared)
    if as_json:
        return json.dumps(figures)
    lines = [f"{name:14s} {value}" for name, value in figures.items()]
    for name, found in (("missed", _missed), ("spurious", _spurious), ("wrong", _wrong)):
        rows = [row for outcome in compared for row in found(outcome)]
        lines += [f"{name}: {row}" for row in rows[:misses]]
    return "\n".join(lines)


def _missed(outcome: scoring.Outcome) -> Iterator[str]:
    yield from (f"{outcome.name}: {_figure(fact)}" for fact in outcome.missed if not outcome.absent)


def _spurious(outcome: scoring.Outcome) -> Iterator[str]:
    yield from (f"{outcome.name}: {_figure(fact)}" for fact in outcome.spurious)


def _wrong(outcome: scoring.Outcome) -> Iterator[str]:
    for ours, theirs in outcome.pairs:
        for name in scoring.FIELDS:
            if ours[name] != theirs.get(name):
                yield f"{outcome.name}: {name} {ours[name]!r}, gold {theirs.get(name)!r}: {theirs['quote']!r}"


def _figure(fact: scoring.Row) -> str:
    return f"{fact['quote']!r} {fact['low']:g} to {fact['high']:g} {fact['unit']} {fact['kind']}"


def record(db: Database, folder: Path, compared: list[scoring.Outcome]) -> None:
    """Keep the figures in ``accuracy`` under their pipeline and the folder's name, in place of other earlier ones."""
    read_by = db.execute("select pipeline from documents where pipeline is not null group by 1 order by count(*) desc")
    pipeline = (read_by.fetchone() or ("none",))[0]
    rows = list(_measures(scoring.summary(compared)))
    where = [pipeline, folder.resolve().name]
    before = db.execute(
        "select measure, kind, value, n from accuracy where pipeline = ? and gold = ?", where
    ).fetchall()
    if set(before) == set(rows):
        return
    measured = now()
    with db.atomic():
        db.execute("delete from accuracy where pipeline = ? and gold = ?", where)
        names = ("measured", "pipeline", "gold", "measure", "kind", "value", "n")
        db.table("accuracy").insert_all(dict(zip(names, (measured, *where, *row), strict=True)) for row in rows)


def _measures(figures: dict[str, Any]) -> Iterator[tuple[str, str | None, float, int]]:
    n = figures["facts"]["gold"]
    for name in SCORES:
        for part, label in (("precision", "precision"), ("recall", "recall"), ("f1", "F1")):
            yield f"{name} {label}", None, figures[name][part], n
    for name, value in figures["fields"].items():
        yield f"{name} right", None, value, figures["facts"]["matched"]
    for kind, value in figures["kinds"].items():
        yield "kind F1", kind, value, n
    yield "unsupported", None, float(figures["facts"]["unsupported"]), figures["facts"]["system"]


def differences(old_path: Path, new: Database) -> list[str]:
    """Facts that ``new`` gained (+), lost (-) or reads otherwise (~) than an older database, one a line; then the sums.

    A fact of another value in the same place counts as read otherwise.
    """
    before, after = _facts(_open_old(old_path)), _facts(new)
    pairs = [(before.pop(key), after.pop(key)) for key in before.keys() & after.keys()]
    by_place = {_span(fact): key for key, fact in before.items()}
    moved = [(by_place[_span(fact)], key) for key, fact in after.items() if _span(fact) in by_place]
    pairs += [(before.pop(old), after.pop(key)) for old, key in moved]
    changed = [f"~ {_told(two)}: {changes}" for one, two in pairs if (changes := _changes(one, two))]
    gained = [f"+ {_told(fact)}" for fact in after.values()]
    lost = [f"- {_told(fact)}" for fact in before.values()]
    sums = f"{len(gained):,} gained, {len(lost):,} lost, {len(changed):,} changed"
    return [*sorted(gained), *sorted(lost), *sorted(changed), sums]


def _open_old(path: Path) -> Database:
    if not path.is_file():
        raise DatabaseError(f"{path}: there is no such database to compare with")
    return Database(sqlite3.connect(f"file:{path}?mode=ro", uri=True))


def _facts(db: Database) -> dict[str, dict[str, Any]]:
    query = "select f.*, coalesce(d.path, d.url, d.id) as place from facts f join documents d on d.id = f.document"
    return {fact["id"]: fact for fact in db.query(query)}


def _span(fact: dict[str, Any]) -> tuple[str, int, int]:
    return fact["document"], fact["start"], fact["end"]


def _told(fact: dict[str, Any]) -> str:
    return f"{fact['place']}: {_figure(fact)} {fact['organisation'] or '-'} {fact['period'] or '-'} {fact['status']}"


def _changes(before: dict[str, Any], after: dict[str, Any]) -> str:
    changed = [name for name in COMPARED if before[name] != after[name]]
    return ", ".join(f"{name} {before[name]!r} to {after[name]!r}" for name in changed)
