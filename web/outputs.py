"""The rows of a page in other formats by its address: JSON, CSV and Atom."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from datasette.utils.asgi import Response

from web.feeds import announcement_entry, atom
from web.page import Ask

MOST_ROWS = 5000  # of one answer; whole tables are paged or exported


def answer(ask: Ask, title: str, rows: list[dict[str, Any]]) -> Response:
    """The rows in the format of the address."""
    form = ask.parts["format"]
    if form == "json":
        bare = [{name: value for name, value in row.items() if name != "entry"} for row in rows]
        body = {"title": title, "query": ask.query, "count": len(rows), "rows": bare}
        return Response(json.dumps(body, ensure_ascii=False), content_type="application/json; charset=utf-8")
    if form == "csv":
        return Response(table(rows), content_type="text/csv; charset=utf-8")
    entries = [row["entry"] if "entry" in row else announcement_entry(row, ask.base) for row in rows[:100]]
    return Response(
        atom(title, ask.base + ask.as_format("atom"), ask.base + ask.link(), entries),
        content_type="application/atom+xml; charset=utf-8",
    )


def table(rows: list[dict[str, Any]]) -> str:
    """CSV with a heading line; empty when there are no rows."""
    out = io.StringIO()
    names = [name for name in rows[0] if name != "entry"] if rows else []
    writer = csv.DictWriter(out, names, extrasaction="ignore")
    if names:
        writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
