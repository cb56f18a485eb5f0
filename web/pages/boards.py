"""The map: boards as a cartogram, shaded by distance from fair shares, savings, deficits or job cuts."""

from __future__ import annotations

import csv
import sqlite3
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from datasette.utils.asgi import Response

from web import charts, outputs
from web.format import figure, financial_year
from web.page import Ask, rows

LAYERS = {
    "job_cut": (
        "Announced job cuts",
        "posts",
        "posts announced by the board and by the trusts in its area, high ends added",
    ),
    "saving": (
        "Announced savings",
        "GBP",
        "the board's own largest announced saving, or else the sum of its trusts' largest",
    ),
    "deficit": (
        "Reported deficits",
        "GBP",
        "the board's own largest reported deficit, or else the sum of its trusts' largest",
    ),
    "distance": (
        "Distance from fair shares",
        "percent",
        "the first share that the newest table or sentence about distances states for the board",
    ),
}
ANNOUNCED = """select coalesce(case when o.kind like 'trust%' then o.parent end, a.organisation) as board,
    a.organisation,
    o.kind like 'trust%' as trust, max(a.high) as largest, sum(case when a.counted then a.high end) as counted
  from announcements a join organisations o on o.id = a.organisation
  where a.kind = ? and a.unit = ? and a.period = ? and a.status not in ('withdrawn', 'denied')
  group by a.organisation"""
DISTANCE = """select f.organisation as board, f.high, f.id, row_number() over (partition by f.organisation
    order by d.published desc, f.start) as place
  from facts f join documents d on d.id = f.document join organisations o on o.id = f.organisation
    left join table_values v on v.fact = f.id
  where o.kind = 'icb' and f.unit = 'percent' and f.kind = 'funding' and f.period = ?
    and (f.measure like '%distance%' or f.measure like '%fair share%' or v.column_label like '%distance%'
      or v.column_label like '%fair share%' or v.caption like '%fair share%')"""
PERIODS = "select distinct period from announcements where period like '____/__' order by 1 desc limit 20"


def boards(conn: sqlite3.Connection, ask: Ask) -> dict[str, Any] | Response:
    """The map of one layer and one financial year with its table twin."""
    layer = ask.get("layer") if ask.get("layer") in LAYERS else "job_cut"
    periods = [each["period"] for each in rows(conn, PERIODS)]
    period = (
        ask.get("period") or newest_with_values(conn, layer, periods) or financial_year(date.fromisoformat(ask.today))
    )
    title, unit, meaning = LAYERS[layer]
    values = layer_values(conn, layer, period)
    places = [place_of(place, values, unit, period) for place in living(conn, period)]
    if ask.parts.get("format"):
        return outputs.answer(
            ask,
            f"{title}, {period}",
            [{name: each[name] for name in ("organisation", "name", "region", "value", "figure")} for each in places],
        )
    known = [each for each in places if each["value"] is not None]
    summary = f"{title} in {period}, by integrated care board. {len(known)} of {len(places)} boards have a figure."
    tiles = [
        charts.Tile(
            each["row"], each["column"], each["lines"], each["name"], each["value"], each["short"], each["href"]
        )
        for each in places
    ]
    return {
        "layer": layer,
        "layers": [(name, words[0]) for name, words in LAYERS.items()],
        "periods": [(each, each) for each in periods],
        "period": period,
        "title": title,
        "meaning": meaning,
        "summary": summary,
        "svg": charts.cartogram(f"{title}, {period}", summary, tiles),
        "places": sorted(places, key=lambda each: (each["value"] is None, -(each["value"] or 0), each["name"])),
    }


def newest_with_values(conn: sqlite3.Connection, layer: str, periods: list[str]) -> str | None:
    """The newest financial year in which the layer has any value."""
    return next((period for period in periods if layer_values(conn, layer, period)), None)


def layer_values(conn: sqlite3.Connection, layer: str, period: str) -> dict[str, float]:
    """Board to value. Money of a board is taken as it is, since it may hold its trusts' money already."""
    if layer == "distance":
        return {each["board"]: each["high"] for each in rows(conn, DISTANCE, (period,)) if each["place"] == 1}
    found = rows(conn, ANNOUNCED, (layer, LAYERS[layer][1], period))
    if layer == "job_cut":
        return added(found, "counted")
    own = {each["board"]: each["largest"] for each in found if not each["trust"]}
    return added([each for each in found if each["trust"]], "largest") | own


def added(found: list[dict[str, Any]], column: str) -> dict[str, float]:
    """The sum of a column by board; a board with nothing to add is left out."""
    sums: dict[str, float] = {}
    for each in found:
        if each[column]:
            sums[each["board"]] = sums.get(each["board"], 0) + each[column]
    return sums


@cache
def layout() -> dict[str, dict[str, str]]:
    """Where each board stands in the drawing, from ``data/boards.csv``."""
    text = files("web").joinpath("data/boards.csv").read_text(encoding="utf-8")
    return {place["organisation"]: place for place in csv.DictReader(text.splitlines())}


def living(conn: sqlite3.Connection, period: str) -> list[dict[str, Any]]:
    """The boards that existed in a financial year."""
    year = int(period[:4]) if period[:4].isdigit() else date.max.year
    sql = """select id, name, short_name, region from organisations where kind = 'icb' and coalesce(opened, '') <= ?
      and (closed is null or closed = '' or closed >= ?) order by name"""
    return [each for each in rows(conn, sql, (f"{year}-12-31", f"{year}-12-31")) if each["id"] in layout()]


def place_of(board: dict[str, Any], values: dict[str, float], unit: str, period: str) -> dict[str, Any]:
    """A board with its place, value and words."""
    place, value = layout()[board["id"]], values.get(board["id"])
    words = figure(value, value, unit) if value is not None else ""
    return {
        "organisation": board["id"],
        "name": board["short_name"] or board["name"],
        "region": board["region"],
        "row": int(place["row"]),
        "column": int(place["column"]),
        "lines": (place["line1"], place["line2"]),
        "value": value,
        "figure": words,
        "short": words.replace("million", "m").replace("billion", "bn").replace("\N{NO-BREAK SPACE}", " "),
        "href": f"/organisation/{board['id']}",
        "period": period,
    }
