"""One way to make a page: rows read on one connection in one thread, then a template, with cache headers."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from datasette.utils import sqlite_timelimit
from datasette.utils.asgi import NotFound, Request, Response

from web.settings import DATABASE, SETTINGS

if TYPE_CHECKING:
    from datasette.app import Datasette  # at run time Datasette imports this module

MAX_AGE = f"max-age={SETTINGS['default_cache_ttl']}"
BUSY = "This question took too long to answer. Narrow it with a filter or a rarer word."


class Missing(NotFound):
    """There is nothing at this address; the message is shown to the reader."""


@dataclass(frozen=True)
class Ask:
    """What a page was asked: address, parts of it, and the query string with the empty parameters left out."""

    path: str
    parts: dict[str, str]
    query: dict[str, str] = field(default_factory=dict)
    base: str = ""  # scheme and host, for feeds and permanent links

    def get(self, name: str, default: str = "") -> str:
        """A parameter without the space around it; NUL is left out, since SQLite stops there."""
        return self.query.get(name, default).replace("\x00", "").strip()

    def number(self, name: str) -> float | None:
        """A parameter as a number, None when it is not one."""
        try:
            value = float(self.get(name).replace(",", "").replace("£", ""))
        except ValueError:
            return None
        return value if abs(value) < 1e15 else None

    def link(self, **changes: str | int | None) -> str:
        """This address with parameters set, or left out when None."""
        kept = {**self.query, **{name: str(value) for name, value in changes.items() if value is not None}}
        left = {name: value for name, value in kept.items() if changes.get(name, value) is not None}
        return self.path + ("?" + urlencode(left) if left else "")

    def as_format(self, extension: str) -> str:
        """The address of the same rows as json, csv or atom."""
        return (
            (self.path if self.path != "/" else "/index")
            + "."
            + extension
            + ("?" + urlencode(self.query) if self.query else "")
        )

    @property
    def page_number(self) -> int:
        """The page of a list, counted from 1."""
        return int(min(max(self.number("page") or 1, 1), 10_000))

    @property
    def today(self) -> str:
        """The day in UTC, as ISO 8601."""
        return datetime.now(UTC).date().isoformat()


Build = Callable[[sqlite3.Connection, Ask], "dict[str, Any] | Response"]


def asked(request: Request) -> Ask:
    """What a request asks for."""
    pairs = parse_qsl(request.query_string, keep_blank_values=False, errors="replace")
    path = request.path.rsplit(".", 1)[0] if request.url_vars.get("format") else request.path
    parts = {name: value for name, value in request.url_vars.items() if value is not None}
    base = f"{request.scheme}://{request.host}"
    return Ask(path=path, parts=parts, query=dict(pairs), base=base)


def page(template: str, build: Build) -> Callable[[Datasette, Request], Awaitable[Response]]:
    """An async view: ``template`` filled with what ``build`` reads, or the Response that it makes."""

    async def view(datasette: Datasette, request: Request) -> Response:
        ask = asked(request)
        try:
            answer = await datasette.get_database(DATABASE).execute_fn(lambda conn: _read(conn, build, ask))
        except sqlite3.OperationalError as error:
            if "interrupted" not in str(error):
                raise
            html = await datasette.render_template("sorry.html", {"message": BUSY, "ask": ask}, request=request)
            return Response.html(html, status=503)
        if isinstance(answer, dict):
            contact = (datasette.plugin_config("breakeven") or {}).get("contact")
            context = {"ask": ask, "contact": contact, **answer}
            answer = Response.html(await datasette.render_template(template, context, request=request))
        return cached(request, answer)

    return view


def _read(conn: sqlite3.Connection, build: Build, ask: Ask) -> dict[str, Any] | Response:
    with sqlite_timelimit(conn, int(SETTINGS["sql_time_limit_ms"]) * 2):
        answer = build(conn, ask)
        if isinstance(answer, dict):
            answer["freshness"] = freshness(conn)
        return answer


def freshness(conn: sqlite3.Connection) -> str | None:
    """When the last run ended, ISO 8601 in UTC; None before the first."""
    row = conn.execute("select max(ended) from runs where ended is not null").fetchone()
    return row[0]


def cached(request: Request, response: Response) -> Response:
    """The response with an ETag and a lifetime, or 304 when the asker has it already."""
    if response.status != 200:
        return response
    body = response.body if isinstance(response.body, bytes) else response.body.encode()
    tag = '"' + hashlib.sha256(body).hexdigest()[:20] + '"'
    headers = {"etag": tag, "cache-control": MAX_AGE, "access-control-allow-origin": "*"}
    if request.headers.get("if-none-match") == tag:
        return Response("", status=304, headers=headers)
    response.headers.update(headers)
    return response


def rows(conn: sqlite3.Connection, sql: str, values: dict[str, Any] | tuple = ()) -> list[dict[str, Any]]:
    """The rows of a query as dictionaries."""
    return [dict(row) for row in conn.execute(sql, values)]


def row(conn: sqlite3.Connection, sql: str, values: dict[str, Any] | tuple = ()) -> dict[str, Any] | None:
    """The first row of a query, or None."""
    first = conn.execute(sql, values).fetchone()
    return dict(first) if first else None
