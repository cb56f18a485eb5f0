"""Pages about the tracker itself: accuracy, sources, corrections, the method, the feeds, the API."""

from __future__ import annotations

import sqlite3
from typing import Any

from web.api import examples, named_queries
from web.format import labels
from web.page import Ask, row, rows

ACCURACY = """select a.measured, a.pipeline, a.gold, a.measure, a.kind, a.value, a.n from accuracy a
  where a.measured = (select max(measured) from accuracy b where b.gold = a.gold) order by a.gold, coalesce(a.kind,
  ''), a.measure"""
SOURCES = """select s.id, s.name, s.url, s.kind, s.licence, s.may_republish, count(d.id) as documents,
    max(d.first_seen) as newest, max(d.published) as published
  from sources s left join documents d on d.source = s.id group by s.id order by s.name"""
CORRECTIONS = """select c.*, f.id is not null as present, d.title as document_title from corrections c left
    join facts f on f.id = c.fact
  left join documents d on d.id = c.document order by c.at desc limit 500"""
TABLES = """select name from sqlite_master where type in ('table', 'view') and instr(name, '_fts') = 0
  and substr(name, 1, 1) <> '_' and name not like 'sqlite%' order by name"""
MOST_NAMED = """select organisation as value from facts where organisation is not null
  group by 1 order by count(*) desc limit 1"""
FEED_KINDS = ("job_cut", "saving", "deficit", "funding")


def accuracy(conn: sqlite3.Connection, _ask: Ask) -> dict[str, Any]:
    """Every measure of the newest evaluation, by gold set."""
    found = rows(conn, ACCURACY)
    golds = list(dict.fromkeys(each["gold"] for each in found))
    return {"golds": [{"name": gold, "rows": [each for each in found if each["gold"] == gold]} for gold in golds]}


def sources(conn: sqlite3.Connection, _ask: Ask) -> dict[str, Any]:
    """Every source with its licence, how many documents it gave, and its health where it is watched."""
    watched = row(conn, "select name from sqlite_master where name = 'source_health'")
    health = {each["source"]: each for each in rows(conn, "select * from source_health")} if watched else {}
    failures = rows(
        conn, "select coalesce(path, url) as place, stage, error, at, tries from failures order by at desc limit 50"
    )
    return {
        "sources": [{**each, "health": health.get(each["id"])} for each in rows(conn, SOURCES)],
        "failures": failures,
        "watched": bool(watched),
    }


def corrections(conn: sqlite3.Connection, _ask: Ask) -> dict[str, Any]:
    """What people corrected, newest first."""
    return {"corrections": rows(conn, CORRECTIONS)}


def about(conn: sqlite3.Connection, _ask: Ask) -> dict[str, Any]:
    """The method, and what the figures are not."""
    return {"pipeline": row(conn, "select pipeline, count(*) as facts from facts group by 1 order by 2 desc limit 1")}


def feeds(conn: sqlite3.Connection, _ask: Ask) -> dict[str, Any]:
    """Addresses of feeds, and how to make one's own."""
    regions = [(code, name) for code, name in labels()["region"].items() if code.startswith("Y")]
    return {
        "kinds": [(code, labels()["kinds"][code]) for code in FEED_KINDS],
        "regions": regions,
        "feed": "/feed.atom",
        "feed_title": "Everything new",
    }


def api(conn: sqlite3.Connection, ask: Ask) -> dict[str, Any]:
    """Every table and named query with a live example and how to load it."""
    tables = rows(
        conn,
        TABLES,
    )
    sample = {
        "organisation": row(
            conn,
            MOST_NAMED,
        ),
        "fact": row(conn, "select id as value from facts limit 1"),
        "announcement": row(conn, "select id as value from announcements order by documents desc limit 1"),
        "document": row(conn, "select document as value from table_values limit 1")
        or row(conn, "select id as value from documents limit 1"),
    }
    values = {name: found["value"] for name, found in sample.items() if found}
    return {
        "queries": [{**query, "example": examples(query, values, ask.base)} for query in named_queries()],
        "tables": tables,
    }
