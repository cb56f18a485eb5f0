"""What may be added, and what it comes to: totals, what they leave out, and the course over time.

Job cuts: what counts is decided when announcements are linked (``announcements.counted``), and nothing of two bases is added.
Money: one figure a trust and financial year, its largest; the figures of boards, groups and the whole country may hold those of trusts.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from typing import Any

from web import charts
from web.announced import COLUMNS, SOURCE, conditions, worded
from web.format import figure, label, money, number, when
from web.page import Ask, rows

MONTHS = 24
ELIGIBLE = """(coalesce(o.kind, '') like 'trust%' and coalesce(a.period, '') like '____/__' and a.high > 0 and a.part_of is null
  and a.status not in ('withdrawn', 'denied'))"""
COUNTS = {
    "posts": "a.counted",
    "GBP": f"({ELIGIBLE} and row_number() over (partition by a.organisation, a.period, {ELIGIBLE} order by a.high desc, a.id) = 1)",
}
REASON = {
    "posts": "a.left_out",
    "GBP": """case when coalesce(o.kind, '') not like 'trust%' then 'not the figure of one trust'
      when a.status in ('withdrawn', 'denied') then a.status when a.part_of is not null then 'a part of another figure'
      when coalesce(a.period, '') not like '____/__' then 'not of one financial year' when a.high <= 0 then 'nothing, or below zero'
      else 'another figure of the same trust and year is larger' end""",
}


def pool(ask: Ask, kind: str, unit: str) -> tuple[str, dict[str, Any]]:
    """A common table expression ``pool`` of the announcements that a page lists, with ``counts`` and ``reason``; and its values."""
    where, values = conditions(ask, kind)
    columns = COLUMNS.replace("a.counted, a.left_out", f"{COUNTS[unit]} as counts, {REASON[unit]} as left_out")
    return f"with pool as (select {columns} {SOURCE} where {where} and a.unit = :of)", {**values, "of": unit}


def totals(conn: sqlite3.Connection, ask: Ask, kind: str, unit: str) -> list[dict[str, Any]]:
    """For each period and basis the sum of what is distinct, low and high, and how many announcements are left out."""
    start, values = pool(ask, kind, unit)
    basis = "basis" if unit == "posts" else "null"
    sql = f"""{start} select period, {basis} as basis, sum(counts) as added, sum(not counts) as left_out,
      sum(case when counts then low end) as low, sum(case when counts then high end) as high,
      sum(counts and qualifier = 'at_most') as caps, sum(counts and qualifier in ('at_least', 'over')) as floors
      from pool group by 1, 2 order by period is null, 1 desc, high desc nulls last"""
    return [in_words(row, unit) for row in rows(conn, sql, values)]


def left_out(conn: sqlite3.Connection, ask: Ask, kind: str, unit: str) -> list[dict[str, Any]]:
    """What the totals leave out and why: the 30 largest."""
    start, values = pool(ask, kind, unit)
    return [
        worded(row)
        for row in rows(conn, f"{start} select * from pool where not counts order by high desc limit 30", values)
    ]


def timeline(conn: sqlite3.Connection, ask: Ask, title: str, kind: str, unit: str) -> dict[str, Any] | None:
    """What counts by the month of the first report: the chart and its table. Job cuts are of the basis that most are counted in."""
    start, values = pool(ask, kind, unit)
    found = rows(
        conn,
        f"{start} select substr(first_reported, 1, 7) as month, basis, low, high from pool where counts and month <> ''",
        values,
    )
    basis = Counter(row["basis"] for row in found).most_common(1)[0][0] if found and unit == "posts" else None
    months = [in_words(row, unit) for row in by_month(found, basis)]
    if not months:
        return None
    bars = [
        charts.Bar(short_month(row["month"]), max(row["low"], 0), max(row["high"], 0), row["figure"]) for row in months
    ]
    most = max(months, key=lambda row: row["high"])
    counted = f", counted in {label(basis, 'basis')}" if basis else ""
    summary = (
        f"{title} by month of first report{counted}, {when(months[0]['month'])} to {when(months[-1]['month'])}. "
        f"Most in {when(most['month'])}: {most['figure']}."
    )
    return {
        "svg": charts.columns(f"{title} over time", summary, bars, axis_words(unit)),
        "summary": summary,
        "rows": months,
    }


def by_month(found: list[dict[str, Any]], basis: str | None) -> list[dict[str, Any]]:
    """The sums of one basis (all when None) of the newest months that have any, oldest first."""
    sums: dict[str, dict[str, Any]] = {}
    for row in found:
        if basis is None or row["basis"] == basis:
            month = sums.setdefault(
                row["month"], {"month": row["month"], "basis": basis, "announced": 0, "low": 0, "high": 0}
            )
            month["announced"] += 1
            month["low"] += row["low"]
            month["high"] += row["high"]
    return sorted(sums.values(), key=lambda month: month["month"])[-MONTHS:]


def in_words(row: dict[str, Any], unit: str) -> dict[str, Any]:
    """The row with its low and high end, and both, in words."""
    low, high = (figure(row[end], row[end], unit, basis=row["basis"]) for end in ("low", "high"))
    both = figure(row["low"], row["high"], unit, basis=row["basis"])
    return {**row, "low_words": low, "high_words": high, "figure": both}


def axis_words(unit: str) -> Callable[[float], str]:
    """How the values of an axis are written."""
    return money if unit == "GBP" else number


def short_month(month: str) -> str:
    """``2025-05`` as ``May 25``."""
    name, year = when(month).split(" ")
    return f"{name[:3]} {year[2:]}"
