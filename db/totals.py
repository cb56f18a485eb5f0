"""Which job cuts may be added up, and why the others may not.

:func:`mark` decides; the view ``job_cut_totals`` adds. A figure is counted only when it is provably distinct from every
other that is counted in the same or an overlapping period: of a body's own several figures the largest counts, a figure
of a whole gives way to the figures of its members, and shares, parts, denials and figures for each of several never do.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlite_utils import Database

from db.claims import pattern
from db.periods import overlap

Row = dict[str, Any]


def mark(db: Database) -> None:
    """Set ``counted``, ``left_out``, ``left_out_for`` and ``region`` of every announcement of job cuts that changed."""
    bodies = {
        row["id"]: row for row in db.query("select id, kind, region, parent, short_name, name from organisations")
    }
    query = """select a.id, a.title, a.organisation, a.scope, a.period, a.unit, a.low, a.high, a.status, a.part_of,
                      a.region, a.counted, a.left_out, a.left_out_for, a.documents, f.sentence
               from announcements a left join facts f on f.id = a.headline where a.kind = 'job_cut' order by a.id"""
    rows = list(db.query(query))
    decided = _decide(rows, bodies)
    for row in rows:
        counted, why, rival = decided[row["id"]]
        new = (_region(row, bodies), int(counted), why, rival)
        if new != (row["region"], row["counted"], row["left_out"], row["left_out_for"]):
            sql = "update announcements set region = ?, counted = ?, left_out = ?, left_out_for = ? where id = ?"
            db.execute(sql, [*new, row["id"]])


def _region(row: Row, bodies: dict[str, Row]) -> str | None:
    """The region that all bodies of an announcement lie in; None for the whole country and for bodies of several."""
    found = {bodies[part]["region"] for part in row["scope"].split("+") if part in bodies} if row["scope"] else set()
    region = found.pop() if len(found) == 1 else None
    return region if region in bodies else None


def _decide(rows: list[Row], bodies: dict[str, Row]) -> dict[str, tuple[bool, str | None, str | None]]:
    decided: dict[str, tuple[bool, str | None, str | None]] = {}
    open_rows = []
    for row in rows:
        why = _never(row)
        decided[row["id"]] = (False, why, row["part_of"] if why == "a part of another figure" else None)
        if not why:
            open_rows.append(row)
    kept = _largest_of_each(open_rows, decided)
    _without_wholes(kept, bodies, decided)
    return decided


def _never(row: Row) -> str | None:
    """Why a figure is in no total, whatever else is known."""
    if row["status"] in ("denied", "withdrawn"):
        return row["status"]
    if row["unit"] != "posts":
        return "a share, not a count"
    if row["part_of"]:
        return "a part of another figure"
    if not row["organisation"] and pattern("each").search(row["sentence"] or ""):
        return "a figure for each of several bodies"
    return None


def _largest_of_each(rows: list[Row], decided: dict[str, tuple[bool, str | None, str | None]]) -> list[Row]:
    """Of one body's figures in overlapping periods the largest stays; the others may be among it."""
    by_scope: dict[str, list[Row]] = defaultdict(list)
    kept = []
    for row in sorted(rows, key=lambda r: (-r["high"], -r["documents"], r["id"])):
        rival = next((k for k in by_scope[row["scope"]] if overlap(k["period"], row["period"])), None)
        if rival:
            decided[row["id"]] = (False, "may be among a larger figure of the same body", rival["id"])
        else:
            by_scope[row["scope"]].append(row)
            kept.append(row)
    return kept


def _without_wholes(
    rows: list[Row], bodies: dict[str, Row], decided: dict[str, tuple[bool, str | None, str | None]]
) -> None:
    """Count the figures that hold no other; a country, a system or a group gives way to its members."""
    below: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        for whole in _wholes(row["scope"] or "", bodies):
            below[whole].append(row)
    for row in rows:
        members = [r for r in below[row["scope"] or ""] if r is not row and overlap(r["period"], row["period"])]
        rival = max(members, key=lambda r: (r["high"], r["id"])) if members else None
        if rival:
            decided[row["id"]] = (False, "holds figures that are counted below it", rival["id"])
        else:
            decided[row["id"]] = (True, None, None)


def _wholes(scope: str, bodies: dict[str, Row]) -> set[str]:
    """Every scope that holds this one: its board, region and group, its class, and the whole NHS."""
    found = {""} if scope else set()
    for part in scope.split("+"):
        body = bodies.get(part)
        if not body:
            continue
        found |= {part} if "+" in scope else set()
        found.add("icb" if body["kind"] == "icb" else "trust" if str(body["kind"]).startswith("trust") else "centre")
        seen: set[str] = set()
        while body and body["parent"] and body["parent"] not in seen:
            seen.add(body["parent"])
            body = bodies.get(body["parent"])
        found |= seen
    return found - {scope}
