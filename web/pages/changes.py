"""The feed of everything, or of one body, kind or region: announcements by when they last changed."""

from __future__ import annotations

import sqlite3

from datasette.utils.asgi import Response

from web import outputs
from web.announced import COLUMNS, SOURCE, conditions, worded
from web.format import label
from web.page import Ask, rows


def feed(conn: sqlite3.Connection, ask: Ask) -> Response:
    """The newest 100 changes that the parameters (kind, organisation, region, period, name) let through."""
    where, values = conditions(ask, ask.get("kind") or None)
    sql = f"select {COLUMNS} {SOURCE} where {where} order by coalesce(a.updated, a.last_reported) desc, a.id limit 100"
    parts = [
        label(ask.get("kind"), "kinds"),
        ask.get("organisation"),
        label(ask.get("region"), "region"),
        ask.get("period"),
        ask.get("name"),
    ]
    title = ", ".join(part for part in parts if part) or "Everything new"
    return outputs.answer(ask, title, [worded(row) for row in rows(conn, sql, values)])
