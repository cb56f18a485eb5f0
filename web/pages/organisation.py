"""One organisation, one announcement."""

from __future__ import annotations

import sqlite3
from typing import Any

from datasette.utils.asgi import Response

from web import charts, outputs
from web.announced import COLUMNS, SOURCE, worded
from web.format import figure, labels
from web.page import Ask, Missing, row, rows

KINDS_FIRST = "case a.kind when 'job_cut' then 1 when 'saving' then 2 when 'deficit' then 3 else 4 end"
# The newest statement of each kind, year and status: what the body's figures by period are.
FIGURES = """select f.id, f.kind, f.period, f.status, f.unit, f.low, f.high, f.qualifier, f.basis, f.measure,
    d.published, d.title as document_title,
    count(*) over same as statements, row_number() over (same order by d.published desc, f.confidence desc) as place
  from facts f join documents d on d.id = f.document
  where f.organisation = ? and f.kind in ('deficit', 'surplus', 'saving', 'funding', 'job_cut', 'cost')
  and f.polarity = 'stated'
  window same as (partition by f.kind, f.period, f.status, f.unit)"""
DOCUMENTS = """select d.id, d.title, d.kind, d.publisher, d.published, n.mentions from document_organisations n
  join documents d on d.id = n.document where n.organisation = ? order by d.published desc limit 25"""
RELATIONS = """select r.relation, r.start, r."end", o.id, o.name, 0 as backwards from organisation_relations r
    join organisations o on o.id = r.other
    where r.organisation = :id
  union all select r.relation, r.start, r."end", o.id, o.name, 1 from organisation_relations r join organisations o
  on o.id = r.organisation
    where r.other = :id and r.relation in ('successor', 'succeeded_by', 'cluster', 'hosts')"""
STEPS = """select af.role, af.because, af.evidence, f.id, f.quote, f.sentence, f.low, f.high, f.unit, f.qualifier,
    f.basis, f.status, f.polarity, f.confidence,
    d.id as document, d.title, d.publisher, d.published, d.kind as document_kind
  from announcement_facts af join facts f on f.id = af.fact join documents d on d.id = f.document
  where af.announcement = ? order by d.published, d.first_seen, f.start"""


NAMES = """select distinct name, kind from organisation_names
  where organisation = ? and kind in ('official', 'former', 'acronym') order by kind, name"""
RUNGS = """select step, min(date) as date, document from announcement_steps where announcement = ?
  group by step order by 2"""
PAST = (
    "select at, what, old, new, because from announcement_changes where announcement = ? order by at desc, rowid desc"
)
LOG = """select at, what, old, new, because from announcement_changes where announcement = ?
    and what <> 'added' order by at desc limit 50"""


def organisation(conn: sqlite3.Connection, ask: Ask) -> dict[str, Any] | Response:
    """Who they are, what they announced, their figures by period, the documents that name them."""
    found = row(conn, "select * from organisations where id = ?", (ask.parts["id"],))
    if found is None:
        raise Missing(f"There is no organisation {ask.parts['id']} in the register.")
    announced = announcements_of(conn, found["id"])
    if ask.parts.get("format"):
        return outputs.answer(ask, found["name"], announced)
    return {
        "body": found,
        "board": row(conn, "select id, name from organisations where id = ?", (found["parent"],)),
        "relations": rows(conn, RELATIONS, {"id": found["id"]}),
        "names": rows(
            conn,
            NAMES,
            (found["id"],),
        ),
        "announced": announced,
        "figures": figures_of(conn, found["id"]),
        "chart": deficits_chart(conn, found),
        "documents": rows(conn, DOCUMENTS, (found["id"],)),
        "feed": ask.as_format("atom"),
        "feed_title": found["name"],
    }


def announcements_of(conn: sqlite3.Connection, organisation_id: str) -> list[dict[str, Any]]:
    """All announcements of one body: job cuts first, newest year first, largest first."""
    sql = f"""select {COLUMNS} {SOURCE} where a.organisation = ?
      order by {KINDS_FIRST}, a.period desc, a.high desc, a.id limit 200"""
    return [worded(found) for found in rows(conn, sql, (organisation_id,))]


def figures_of(conn: sqlite3.Connection, organisation_id: str) -> list[dict[str, Any]]:
    """The newest statement of each kind, period and status, newest period first."""
    sql = f"select * from ({FIGURES}) where place = 1 order by period is null, period desc, kind, status limit 80"
    found = rows(conn, sql, (organisation_id,))
    return [
        {**each, "figure": figure(each["low"], each["high"], each["unit"], each["qualifier"], each["basis"])}
        for each in found
    ]


def deficits_chart(conn: sqlite3.Connection, body: dict[str, Any]) -> dict[str, Any] | None:
    """Deficits by financial year, newest statement each; None when there are fewer than two to compare."""
    sql = f"""select * from ({FIGURES}) where place = 1 and unit = 'GBP' and kind in ('deficit', 'saving')
    and period like '____/__'
      order by period, kind, published, status = 'actual', status = 'forecast'"""
    newest = {(each["period"], each["kind"]): each for each in rows(conn, sql, (body["id"],))}
    if len(newest) < 2:
        return None
    kinds = labels()["kind"]
    bars = [
        charts.Bar(
            f"{kinds[kind]} {period}",
            each["low"],
            each["high"],
            figure(each["low"], each["high"], "GBP"),
            f"/fact/{each['id']}",
        )
        for (period, kind), each in newest.items()
    ]
    summary = f"{body['name']}: " + "; ".join(f"{bar.label} {bar.words}" for bar in bars) + "."
    return {"svg": charts.bars("Deficits and savings by year", summary, bars), "summary": summary}


def announcement(conn: sqlite3.Connection, ask: Ask) -> dict[str, Any] | Response:
    """One announcement: its ladder, every statement of it with its role, the rival figures."""
    name = ask.parts["id"]
    found = row(conn, f"select {COLUMNS} {SOURCE} where a.id = ?", (name,))
    if found is None:
        alias = row(conn, "select announcement from announcement_aliases where alias = ?", (name,))
        if alias:
            return Response.redirect(f"/announcement/{alias['announcement']}", status=301)
        past = rows(conn, PAST, (name,))
        if not past:
            raise Missing(f"There is no announcement {name}.")
        return {"item": None, "log": past}
    steps = [
        {**step, "figure": figure(step["low"], step["high"], step["unit"], step["qualifier"], step["basis"])}
        for step in rows(conn, STEPS, (name,))
    ]
    return {"item": worded(found), "steps": steps, "ladder": ladder(conn, name), "log": rows(conn, LOG, (name,))}


def ladder(conn: sqlite3.Connection, name: str) -> list[dict[str, Any]]:
    """The rungs that an announcement has stood on, in the order of time, each with its first document."""
    return rows(
        conn,
        RUNGS,
        (name,),
    )


def register(conn: sqlite3.Connection, ask: Ask) -> dict[str, Any]:
    """Organisations with figures, by kind or region or part of the name."""
    sql = """select o.id, o.name, o.kind, o.region, o.status, (select count(*) from facts f
    where f.organisation = o.id) as facts from organisations o
      where (:region = '' or o.region = :region) and (:kind = '' or o.kind = :kind) and instr(lower(o.name),
      lower(:name))
      order by facts desc, o.name limit 200"""
    found = rows(conn, sql, {name: ask.get(name) for name in ("region", "kind", "name")})
    kinds = rows(conn, "select distinct kind from organisations where kind is not null order by 1")
    return {
        "rows": found,
        "kinds": [(each["kind"], labels()["organisation"].get(each["kind"], each["kind"])) for each in kinds],
    }
