"""What may be added, and what it comes to: totals, what they leave out, and the course over time.

Job cuts: what counts is decided when announcements are linked (``announcements.counted``); nothing of two bases is
added. Money: one figure a trust and financial year, its largest; the figures of boards, groups and the whole country
may hold those of trusts.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Callable
from typing import Any

from web import charts
from web.announced import COLUMNS, ENDED, SOURCE, conditions, worded
from web.format import figure, label, money, number, when
from web.page import Ask, rows

MONTHS = 24
MOST_LEFT_OUT = 30
Row = dict[str, Any]


def pool(conn: sqlite3.Connection, ask: Ask, kind: str, unit: str) -> list[Row]:
    """The announcements of one kind and unit within the filters, largest first, ``counted`` settled."""
    where, values = conditions(ask, kind)
    sql = f"select {COLUMNS} {SOURCE} where {where} and a.unit = :of order by a.high desc, a.id"
    found = rows(conn, sql, {**values, "of": unit})
    return found if unit == "posts" else one_a_trust_and_year(found)


def one_a_trust_and_year(found: list[Row]) -> list[Row]:
    """Money, largest first: the first figure of each trust and financial year counts, every other says why not."""
    seen: set[tuple[str, str]] = set()
    settled = []
    for row in found:
        place = (row["organisation"], row["period"])
        why = unfit(row) or ("another figure of the same trust and year is larger" if place in seen else None)
        if why is None:
            seen.add(place)
        settled.append({**row, "counted": int(why is None), "left_out": why})
    return settled


def unfit(row: Row) -> str | None:
    """Why a sum of money cannot be added at all; None when it can."""
    if not (row["organisation_kind"] or "").startswith("trust"):
        return "not the figure of one trust"
    if row["status"] in ENDED:
        return row["status"]
    if row["part_of"]:
        return "a part of another figure"
    if not re.fullmatch(r"\d{4}/\d\d", row["period"] or ""):
        return "not of one financial year"
    return "nothing, or below zero" if row["high"] <= 0 else None


def totals(found: list[Row], unit: str) -> list[Row]:
    """For each period and basis, newest first: the low and high sum, how many were added, how many left out."""
    sums: dict[tuple[str, str | None], Row] = {}
    for row in found:
        basis = row["basis"] if unit == "posts" else None
        empty = {
            "period": row["period"],
            "basis": basis,
            "low": 0,
            "high": 0,
            "added": 0,
            "left_out": 0,
            "caps": 0,
            "floors": 0,
        }
        total = sums.setdefault((row["period"] or "", basis), empty)
        if row["counted"]:
            add(total, row)
        else:
            total["left_out"] += 1
    ordered = sorted(sums.values(), key=lambda total: (total["period"] or "", total["high"]), reverse=True)
    return [in_words(total, unit) for total in ordered]


def add(total: Row, row: Row) -> None:
    """Add one announcement to a total."""
    total["added"] += 1
    total["low"] += row["low"]
    total["high"] += row["high"]
    total["caps"] += row["qualifier"] == "at_most"
    total["floors"] += row["qualifier"] in ("at_least", "over")


def left_out(found: list[Row]) -> list[Row]:
    """What the totals leave out and why: the largest."""
    return [worded(row) for row in found if not row["counted"]][:MOST_LEFT_OUT]


def timeline(found: list[Row], title: str, unit: str) -> Row | None:
    """What counts by month of first report: the chart and its table. Job cuts are of their commonest basis."""
    counted = [row for row in found if row["counted"] and row["first_reported"]]
    basis = Counter(row["basis"] for row in counted).most_common(1)[0][0] if counted and unit == "posts" else None
    months = [in_words(row, unit) for row in by_month(counted, basis)]
    if not months:
        return None
    bars = [charts.Bar(short_month(row["month"]), row["low"], row["high"], row["figure"]) for row in months]
    most = max(months, key=lambda row: row["high"])
    span = f"{when(months[0]['month'])} to {when(months[-1]['month'])}"
    counting = f", counted in {label(basis, 'basis')}" if basis else ""
    summary = f"{title} by month of first report{counting}, {span}. Most in {when(most['month'])}: {most['figure']}."
    drawn = charts.columns(f"{title} over time", summary, bars, axis_words(unit))
    return {"svg": drawn, "summary": summary, "rows": months}


def by_month(counted: list[Row], basis: str | None) -> list[Row]:
    """The sums of one basis (all when None) of the newest months that have any, oldest first."""
    sums: dict[str, Row] = {}
    for row in counted:
        if basis is None or row["basis"] == basis:
            name = row["first_reported"][:7]
            month = sums.setdefault(name, {"month": name, "basis": basis, "announced": 0, "low": 0, "high": 0})
            month["announced"] += 1
            month["low"] += row["low"]
            month["high"] += row["high"]
    return sorted(sums.values(), key=lambda month: month["month"])[-MONTHS:]


def in_words(row: Row, unit: str) -> Row:
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
