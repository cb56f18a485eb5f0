"""The first page: what is new, what this year adds up to, how fresh and how right it is."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta
from typing import Any

from web import charts
from web.announced import COLUMNS, SOURCE, worded
from web.format import financial_year
from web.page import Ask, row, rows
from web.pages.fact import sentence_alone
from web.sums import pool, totals

COVERAGE = """select (select count(*) from documents) as documents, (select count(*) from facts) as facts,
  (select count(*) from organisations o where exists(select 1 from facts f where f.organisation = o.id)) as bodies,
  (select max(published) from documents) as newest"""
EVIDENCE = """select f.id, f.quote, f.sentence, f.start, coalesce(o.short_name, o.name) as organisation_name,
    f.organisation,
    d.title as document_title, d.published, d.publisher
  from facts f join documents d on d.id = f.document left join organisations o on o.id = f.organisation
  where f.kind in ('job_cut', 'deficit', 'saving') and f.polarity = 'stated' and f.confidence >= 0.7 and f.document in
    (select id from documents where published is not null order by published desc limit 60)
  order by d.published desc, f.confidence desc limit 6"""


def home(conn: sqlite3.Connection, ask: Ask) -> dict[str, Any]:
    """Everything that the first page shows."""
    today = date.fromisoformat(ask.today)
    year = shown_year(conn, financial_year(today))
    this_year = Ask("/job-cuts", {}, {"period": year})
    return {
        "news": news(conn, today),
        "year": year,
        "current": year == financial_year(today),
        "cuts": largest_cuts(conn, year),
        "totals": totals(pool(conn, this_year, "job_cut", "posts"), "posts"),
        "evidence": [{**each, "html": sentence_alone(each)["html"]} for each in rows(conn, EVIDENCE)],
        "coverage": row(conn, COVERAGE),
        "accuracy": accuracy_line(conn),
        "feed": "/feed.atom",
        "feed_title": "Everything new",
    }


def shown_year(conn: sqlite3.Connection, current: str) -> str:
    """The current financial year, or the newest one before it with an announced job cut when it has none."""
    sql = """select max(period) as period from announcements
      where kind = 'job_cut' and period like '____/__' and period <= ?"""
    found = row(conn, sql, (current,))
    return (found and found["period"]) or current


def news(conn: sqlite3.Connection, today: date) -> list[dict[str, Any]]:
    """New and revised announcements: since yesterday, this week, else the newest there are."""
    yesterday, week = (today - timedelta(days=days) for days in (1, 7))
    found = [
        {"title": "Since yesterday", "rows": reported_between(conn, yesterday.isoformat(), "9999")},
        {"title": "Earlier this week", "rows": reported_between(conn, week.isoformat(), yesterday.isoformat())},
    ]
    if any(part["rows"] for part in found):
        return found
    return [
        {
            "title": "Newest announcements",
            "note": "Nothing new in the last seven days.",
            "rows": reported_between(conn, "", "9999"),
        }
    ]


def reported_between(conn: sqlite3.Connection, start: str, end: str) -> list[dict[str, Any]]:
    """Up to eight announcements that came or changed from one day until before another."""
    sql = f"""select {COLUMNS} {SOURCE} where coalesce(a.updated, a.last_reported) >= ? and coalesce(a.updated,
    a.last_reported) < ?
      order by a.organisation is null, a.kind = 'funding', a.last_reported desc, a.kind = 'job_cut' desc,
        a.high desc limit 8"""
    return [worded(found) for found in rows(conn, sql, (start, end))]


def largest_cuts(conn: sqlite3.Connection, year: str) -> dict[str, Any] | None:
    """The largest announced job cuts of a year as a chart and its table."""
    sql = f"""select {COLUMNS} {SOURCE} where a.kind = 'job_cut' and a.unit = 'posts'
    and a.organisation is not null and a.period = ?
      and a.counted order by a.high desc limit 8"""
    found = [worded(each) for each in rows(conn, sql, (year,))]
    if not found:
        return None
    bars = [
        charts.Bar(each["organisation_name"], each["low"], each["high"], each["figure"], f"/announcement/{each['id']}")
        for each in found
    ]
    summary = (
        f"Largest announced job cuts of {year}: " + "; ".join(f"{bar.label} {bar.words}" for bar in bars[:3]) + "."
    )
    return {"svg": charts.bars(f"Largest announced job cuts, {year}", summary, bars), "rows": found, "summary": summary}


def accuracy_line(conn: sqlite3.Connection) -> dict[str, Any] | None:
    """The newest measured share of facts that were read rightly, 0 to 1 or percent as it was recorded."""
    sql = """select measured, measure, value, n from accuracy where measure in ('fact_f1', 'fact F1', 'fact f1')
      and (kind is null or kind in ('', 'all')) order by measured desc limit 1"""
    return row(conn, sql)
