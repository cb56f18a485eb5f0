"""Announcements as rows for pages: chosen by the filters of an address, with names, shares and totals."""

from __future__ import annotations

import sqlite3
from typing import Any

from web.format import figure, label
from web.page import Ask, rows

PAGE = 50
ENDED = ("withdrawn", "denied")
# Where no one body is named, the title begins with who is meant: "Trusts: £9.3bn to save".
COLUMNS = """a.id, a.kind, a.title, a.organisation,
  coalesce(o.short_name, o.name, nullif(substr(a.title, 1, instr(a.title, ':') - 1), '')) as organisation_name,
  o.kind as organisation_kind, coalesce(a.region, o.region) as region, a.period, a.unit, a.basis, a.qualifier,
  a.low, a.high, a.status, a.first_reported, a.last_reported,
  a.documents, a.revisions, a.counted, a.left_out, a.part_of, a.headline,
  coalesce(a.updated, a.last_reported) as updated"""
SOURCE = "from announcements a left join organisations o on o.id = a.organisation"
SORTS = {
    "organisation": "organisation_name",
    "size": "a.high",
    "status": "a.status",
    "first": "a.first_reported",
    "revised": "a.last_reported",
    "documents": "a.documents",
    "period": "a.period",
}
BODIES = {
    "trusts": "o.kind like 'trust%'",
    "boards": "o.kind in ('icb', 'icb_cluster')",
    "others": "coalesce(o.kind, '') not like 'trust%' and coalesce(o.kind, '') not like 'icb%'",
}
TESTS = {
    "region": "coalesce(a.region, o.region) = :region",
    "period": "a.period = :period",
    "status": "a.status = :status",
    "unit": "a.unit = :unit",
    "organisation": "a.organisation = :organisation",
    "since": "a.last_reported >= :since",
    "name": "(instr(lower(o.name), lower(:name)) or instr(lower(a.title), lower(:name)))",
}
SIZES = {"least": "a.high >= :least", "most": "a.low <= :most"}


def conditions(ask: Ask, kind: str | None) -> tuple[str, dict[str, Any]]:
    """The where clause and its values for one kind (all when None) and the filters of an address."""
    tests = ["1"]
    values: dict[str, Any] = {}
    if kind:
        tests, values = ["a.kind = :kind"], {"kind": kind}
    for name, test in {**TESTS, **SIZES}.items():
        value = ask.number(name) if name in SIZES else ask.get(name)
        if value not in (None, ""):
            tests.append(test)
            values[name] = value
    if ask.get("bodies") in BODIES:
        tests.append(BODIES[ask.get("bodies")])
    return " and ".join(tests), values


def order(ask: Ask) -> str:
    """The order by clause that an address asks for: newest report first unless it says otherwise."""
    key = ask.get("sort")
    column = SORTS.get(key.removeprefix("-"))
    return (
        f"{column} {'desc' if key.startswith('-') else 'asc'} nulls last, a.id"
        if column
        else "a.last_reported desc, a.id"
    )


def announcements(
    conn: sqlite3.Connection, ask: Ask, kind: str | None, limit: int, offset: int = 0
) -> list[dict[str, Any]]:
    """Announcements with the words for their figures."""
    where, values = conditions(ask, kind)
    sql = f"select {COLUMNS} {SOURCE} where {where} order by {order(ask)} limit :limit offset :offset"
    return [worded(row) for row in rows(conn, sql, {**values, "limit": limit, "offset": offset})]


def worded(row: dict[str, Any]) -> dict[str, Any]:
    """The row with ``figure``: low to high with its unit; a share says what it is of."""
    words = figure(row["low"], row["high"], row["unit"], row["qualifier"], row["basis"])
    if row["unit"] == "percent" and row["basis"]:
        words += " " + label(row["basis"], "basis")
    return {**row, "figure": words}


def shares(conn: sqlite3.Connection, ids: list[str]) -> dict[str, str]:
    """For announcements of posts: the share of the workforce in the same sentence, when it is the only one."""
    sql = f"""select af.announcement as id, min(s.low) as low, max(s.high) as high, min(s.qualifier) as qualifier
      from announcement_facts af join facts f on f.id = af.fact and f.unit = 'posts'
      join facts s on s.document = f.document and s.sentence = f.sentence and s.organisation = f.organisation
      and s.kind = 'job_cut'
        and s.unit = 'percent' and s.basis = 'workforce' and s.polarity = 'stated'
      where af.announcement in ({", ".join("?" * len(ids))})
      group by 1 having count(distinct s.low || ' ' || s.high) = 1"""
    return {
        row["id"]: figure(row["low"], row["high"], "percent", row["qualifier"]) for row in rows(conn, sql, tuple(ids))
    }


def options(conn: sqlite3.Connection, kind: str) -> dict[str, list[tuple[str, str]]]:
    """What the filters of a list offer: only what is there."""

    def distinct(column: str) -> list[str]:
        sql = f"select distinct {column} as value {SOURCE} where a.kind = ? and {column} is not null order by 1"
        return [row["value"] for row in rows(conn, sql, (kind,))]

    return {
        "regions": [(code, label(code, "region")) for code in distinct("coalesce(a.region, o.region)")],
        "periods": [(period, period) for period in reversed(distinct("a.period"))],
        "statuses": [(status, label(status, "status")) for status in distinct("a.status")],
        "bodies": [("trusts", "Trusts"), ("boards", "Integrated care boards"), ("others", "Other bodies")],
    }
