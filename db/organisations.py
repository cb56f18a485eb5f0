"""The register in the database: refreshed from ODS, read back, and asked for names.

A refresh keeps ids, adds names with their dates, closes what ended, and deletes nothing. It happens in one
transaction, after the whole answer has been read and found sound.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import date, timedelta
from functools import cache
from typing import Any

import urllib3
from sqlite_utils import Database

from breakeven_errors import BreakevenError, SourceError
from db import ods, runs
from extract.register import Name, Organisation, Register, Relation, load
from extract.resolve import Candidate, Resolver
from extract.spellings import key_of

KINDS = (  # how a new body's kind is told from its name; the first that fits
    (re.compile(r"integrated care board$", re.IGNORECASE), "icb"),
    (re.compile(r"\bambulance\b.*\btrust$", re.IGNORECASE), "trust_ambulance"),
    (re.compile(r"\b(?:mental health|partnership)\b.*\btrust$", re.IGNORECASE), "trust_mental_health"),
    (re.compile(r"\bcommunity\b.*\btrust$", re.IGNORECASE), "trust_community"),
    (re.compile(r"\b(?:nhs|care|foundation) trust$", re.IGNORECASE), "trust_acute"),
)
WHOLE = 0.8  # a full report that holds a smaller share of the living trusts and boards was cut short


def sync(db: Database, source: str | None = None, pool: urllib3.PoolManager | None = None) -> list[str]:
    """Refresh the register from ODS, an address or a file; returns one line for each change.

    Raises FetchError or SourceError, with nothing changed, for an answer that is missing, damaged or cut short.
    """
    records, complete = ods.fetch(source, pool)
    register = register_of(db)
    if complete:
        _whole(records, register, source or "the reports of ODS")
    today = date.today().isoformat()
    changes: list[str] = []
    with db.atomic():
        boards_first = sorted(records, key=lambda record: "CARE BOARD" not in record.name.upper())
        for record in {one.code: one for one in boards_first}.values():
            changes += _apply(db, record, register, today)
    return changes


def refresh(db: Database, source: str | None = None) -> tuple[list[str], list[str]]:
    """:func:`sync` as a run of its own: the lines of what changed, and the message of what failed."""
    path = source if source and "://" not in source else None
    url = None if path else source or ods.REPORTS.format("etr")
    with runs.run(db, "organisations sync") as run:
        try:
            changes = sync(db, source)
        except BreakevenError as error:
            run.fail("register", str(error), path=path, url=url)
            return [], run.failures
        run.mend("register", path or url or "")
        return changes, []


def register_of(db: Database) -> Register:
    """The register as the database has it."""

    def rows(table: str, kind: type) -> list[Any]:
        columns = ", ".join(f'"{field.name}"' for field in fields(kind))
        return [kind(*row) for row in db.execute(f"select {columns} from {table}").fetchall()]  # noqa: S608

    bodies = {one.id: one for one in rows("organisations", Organisation)}
    return Register(bodies, rows("organisation_names", Name), rows("organisation_relations", Relation))


def _whole(records: Iterable[ods.Record], register: Register, source: str) -> None:
    """Refuse a report that holds hardly any of what it should hold."""
    codes = {record.code for record in records}
    today = date.today().isoformat()
    living = [one for one in register.organisations.values() if one.lived(today)]
    for sort, word in (("trust_", "trusts"), ("icb", "boards")):
        expected = {one.id for one in living if one.kind.startswith(sort) and one.kind != "icb_cluster"}
        held = expected & codes
        ever = {one.id for one in register.organisations.values() if one.kind.startswith(sort)}
        if codes & ever and len(held) < WHOLE * len(expected):
            share = f"{len(held)} of {len(expected)} living {word}"
            raise SourceError(f"{source}: holds {share}, so it was cut short; nothing was changed")
    if not codes & register.organisations.keys():
        raise SourceError(f"{source}: holds no body of the register; name a report of trusts or boards")


def _apply(db: Database, record: ods.Record, register: Register, today: str) -> list[str]:
    known = register.organisations.get(record.code)
    if known is None:
        return _open(db, record, register, today)
    changes = _rename(db, record, known, register, today) + _move(db, record, known, register, today)
    if record.closed and record.closed != known.closed:
        changes.append(f"{known.id} {known.name}: closed {record.closed}")
    closed = record.closed or known.closed
    found = {"opened": known.opened or record.opened, "closed": closed, "status": _status(known.opened, closed, today)}
    if found["status"] == known.status or not changes:
        found["status"] = known.status if closed == known.closed else found["status"]
    if found != {name: getattr(known, name) for name in found}:
        db.table("organisations").update(known.id, found)
    return changes


def _status(opened: str | None, closed: str | None, today: str) -> str:
    if closed and closed < today:
        return "closed"
    return "planned" if opened and opened > today else "active"


def _open(db: Database, record: ods.Record, register: Register, today: str) -> list[str]:
    """Add a trust or board that is new; other bodies of a report (sites, practices) are none of the register's."""
    kind = next((kind for pattern, kind in KINDS if pattern.search(record.name)), None)
    if kind is None:
        return []
    board = register.organisations.get(record.board or "")
    one = Organisation(
        id=record.code,
        name=record.name,
        short_name=re.sub(r"^NHS | (?:Integrated Care Board|NHS (?:Foundation )?Trust)$", "", record.name),
        kind=kind,
        region=board.region if board else None,
        parent=board.id if board else None,
        status=_status(record.opened, record.closed, today),
        opened=record.opened,
        closed=record.closed,
    )
    register.organisations[one.id] = one
    db.table("organisations").insert(asdict(one))
    db.table("organisation_names").insert(asdict(Name(one.id, one.name, "official", one.opened)))
    if board:
        db.table("organisation_relations").insert(asdict(Relation(one.id, "parent", board.id, one.opened)))
    return [f"{one.id} {one.name}: new, opened {one.opened or 'on an unknown day'}"]


def _rename(db: Database, record: ods.Record, known: Organisation, register: Register, today: str) -> list[str]:
    if _same(record.name, known.name):
        return []
    names = [name for name in register.names if name.organisation == known.id and name.kind == "official"]
    listed = next((name for name in names if _same(name.name, record.name)), None)
    if listed and (listed.end or (listed.start or "9999") > today):
        return []  # a name that it had, or will have: the report is old, or early
    name = listed.name if listed else record.name
    where = "organisation = ? and kind = 'official' and name = ? and \"end\" is null"
    db.execute(f'update organisation_names set "end" = ? where {where}', [_yesterday(today), known.id, known.name])  # noqa: S608
    if listed is None:
        db.table("organisation_names").insert(asdict(Name(known.id, name, "official", today)))
    db.table("organisations").update(known.id, {"name": name})
    return [f"{known.id} {known.name}: now named {name}"]


def _same(one: str, other: str) -> bool:
    """Whether two names differ in capitals, marks and spaces alone."""
    return "".join(key_of(one)) == "".join(key_of(other))


def _move(db: Database, record: ods.Record, known: Organisation, register: Register, today: str) -> list[str]:
    """A trust that ODS places under another board; boards and what is closed stay where they are."""
    board = register.organisations.get(record.board or "")
    if not board or board.kind != "icb" or not known.kind.startswith("trust_") or record.closed:
        return []
    current = [one for one in register.by_relation.get((known.id, "parent"), []) if not one.end or one.end >= today]
    if board.id == known.parent or any(one.other == board.id for one in current) or not board.lived(today):
        return []
    where = 'organisation = ? and relation = \'parent\' and ("end" is null or "end" >= ?)'
    db.execute(f'update organisation_relations set "end" = ? where {where}', [_yesterday(today), known.id, today])  # noqa: S608
    db.table("organisation_relations").insert(asdict(Relation(known.id, "parent", board.id, today)))
    db.table("organisations").update(known.id, {"parent": board.id, "region": board.region})
    return [f"{known.id} {known.name}: now under {board.name}"]


def _yesterday(today: str) -> str:
    return (date.fromisoformat(today) - timedelta(days=1)).isoformat()


def explain(candidates: list[Candidate]) -> str:
    """Candidates as lines for the terminal, best first."""
    lines = []
    for one in candidates:
        lines.append(f"{one.organisation:12} {one.score:5.1f}  {one.name}{'  <- this one' if one.sure else ''}")
        lines += [f"{'':20}{reason}" for reason in one.because]
    return "\n".join(lines) or "no body of the register fits"


def resolver(register: Register | None = None) -> Resolver:
    """A resolver over a register, over the shipped one by default."""
    return Resolver(register) if register else _shipped()


@cache
def _shipped() -> Resolver:
    return Resolver(load())


def manifest(base_url: str) -> dict[str, Any]:
    """What the reconciliation protocol asks of a service first; ``base_url`` is the site's address."""
    return {
        "versions": ["0.2"],
        "name": "Breakeven: NHS bodies",
        "identifierSpace": f"{base_url}/organisation/",
        "schemaSpace": f"{base_url}/kind/",
        "defaultTypes": [{"id": "organisation", "name": "Organisation"}],
        "view": {"url": f"{base_url}/organisation/{{{{id}}}}"},
    }


def reconcile(queries: dict[str, Any]) -> dict[str, Any]:
    """Candidates for a batch of queries, in the shapes of the reconciliation protocol 0.2.

    A query may hold ``limit``, a ``type`` (a kind of the register) and properties ``date`` and ``board``.
    """
    return {key: {"result": _answer(query)} for key, query in queries.items()}


def _answer(query: dict[str, Any]) -> list[dict[str, Any]]:
    resolver = _shipped()
    asked = {one["pid"]: str(one["v"]) for one in query.get("properties", []) if "pid" in one}
    found = resolver.resolve(str(query["query"]), asked.get("date"), filter(None, [asked.get("board")]), limit=50)
    kind = query.get("type")
    if kind and kind != "organisation":
        found = [one for one in found if resolver.register.organisations[one.organisation].kind == kind]
    return [_result(one, resolver.register) for one in found[: int(query.get("limit", 10))]]


def _result(one: Candidate, register: Register) -> dict[str, Any]:
    kind = register.organisations[one.organisation].kind
    return {
        "id": one.organisation,
        "name": one.name,
        "score": round(one.score, 1),
        "match": one.sure,
        "type": [{"id": kind, "name": kind.replace("_", " ")}],
        "description": "; ".join(one.because),
    }
