"""Job cuts, savings and deficits: what was announced, with filters, a chart and totals that say what they add."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from datasette.utils.asgi import Response

from web import outputs
from web.announced import PAGE, announcements, options, shares
from web.page import Ask
from web.sums import left_out, pool, timeline, totals


@dataclass(frozen=True)
class Tracker:
    """One kind of announcement with the words of its page."""

    kind: str
    path: str
    title: str
    unit: str
    lead: str


TRACKERS = {
    tracker.path: tracker
    for tracker in (
        Tracker(
            "job_cut",
            "/job-cuts",
            "Job cuts",
            "posts",
            "Posts, jobs and roles that NHS bodies have cut, plan to cut or say are at risk, each with its words.",
        ),
        Tracker(
            "saving",
            "/savings",
            "Savings",
            "GBP",
            "Savings, efficiencies and cost cuts that bodies have made, plan or are told to make.",
        ),
        Tracker(
            "deficit",
            "/deficits",
            "Deficits",
            "GBP",
            "Deficits, shortfalls and overspends that bodies report, plan or forecast.",
        ),
    )
}


def tracker(conn: sqlite3.Connection, ask: Ask) -> dict[str, Any] | Response:
    """The page of one tracker, or its rows in another format."""
    about = TRACKERS[ask.path]
    if ask.parts.get("format"):
        return outputs.answer(ask, about.title, announcements(conn, ask, about.kind, outputs.MOST_ROWS))
    number_of = ask.page_number
    found = announcements(conn, ask, about.kind, PAGE + 1, (number_of - 1) * PAGE)
    shown, listed = found[:PAGE], pool(conn, ask, about.kind, about.unit)
    return {
        "about": about,
        "rows": shown,
        "shares": shares(conn, [row["id"] for row in shown]) if about.kind == "job_cut" else {},
        "number": number_of,
        "more": len(found) > PAGE,
        "options": options(conn, about.kind),
        "totals": totals(listed, about.unit),
        "left_out": left_out(listed),
        "chart": timeline(listed, about.title, about.unit),
        "feed": ask.as_format("atom"),
        "feed_title": about.title,
    }
