"""What guards a public instance: limits of each SQLite connection, headers of each answer, addresses that stay shut."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from web.licences import PUBLIC, hides, mask
from web.settings import DENIED_FUNCTIONS, HEAP_LIMIT, LIMITS

App = Callable[[dict[str, Any], Callable, Callable], Awaitable[None]]

# The only inline scripts of Datasette 0.65.5 with SQL and facets shut; tests/test_security.py computes them again.
SCRIPT_HASHES = (
    "'sha256-yVPefuQ6YSumwweHWL1Fw4YNWqWFG1ru4KxqhINGLlU='",
    "'sha256-uEjwHx6B6TylDkwnKXY5NeNNPyI38FvghD4BDhzZMRc='",
)
CSP = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self' " + " ".join(SCRIPT_HASHES),
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    b"content-security-policy": CSP.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
}
SHUT = re.compile(r"/-/(threads|databases|messages|allow-debug|patterns|permissions|actor|config|metadata)(\.json)?/?$")
READING = ("GET", "HEAD", "OPTIONS")
HEAVY = re.compile(r"/nhs/(documents|document_versions)(\.json|\.csv)?$")


def prepare(conn: sqlite3.Connection, database: str) -> None:
    """Make a connection read-only and bounded; the public ones see no restricted text either."""
    if database == PUBLIC:
        conn.execute("pragma query_only=off")
        mask(conn)
    conn.execute("pragma query_only=on")
    conn.execute(f"pragma hard_heap_limit={HEAP_LIMIT}")
    for name, value in LIMITS.items():
        conn.setlimit(getattr(sqlite3, name), value)
    conn.set_authorizer(authorise_public if database == PUBLIC else authorise)


def authorise(action: int, first: str | None, second: str | None, _database: str | None, _view: str | None) -> int:
    """SQLite's authorizer: no attached files and none of the functions that reach past the database."""
    if action in (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH):
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_FUNCTION and second in DENIED_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def authorise_public(action: int, first: str | None, second: str | None, database: str | None, view: str | None) -> int:
    """The same, and the search index gives no text."""
    if action == sqlite3.SQLITE_READ and hides(first or "", second or ""):
        return sqlite3.SQLITE_IGNORE
    return authorise(action, first, second, database, view)


def guard(app: App) -> App:
    """ASGI middleware: shuts Datasette's pages on itself, leaves heavy columns out, adds the headers."""

    async def guarded(scope: dict[str, Any], receive: Callable, send: Callable) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        path = scope["path"]
        if scope["method"] not in READING and path != "/reconcile":
            await refuse(lambda message: send(with_headers(message)))
            return
        if SHUT.match(path):
            scope = {**scope, "path": "/-/shut", "raw_path": b"/-/shut"}
        elif HEAVY.match(path):
            scope = {**scope, "query_string": light_query(scope.get("query_string", b""))}
        await app(scope, receive, lambda message: send(with_headers(message)))

    return guarded


async def refuse(send: Callable) -> None:
    """Answer 405: nothing can be written here."""
    headers = [(b"allow", b"GET, HEAD, OPTIONS"), (b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 405, "headers": headers})
    await send({"type": "http.response.body", "body": b"This site is read-only; ask with GET."})


def light_query(query: bytes) -> bytes:
    """The query string with the long text column left out, unless columns were chosen."""
    keys = {key for key, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)}
    if keys & {"_col", "_nocol"}:
        return query
    return query + (b"&" if query else b"") + b"_nocol=text"


def with_headers(message: dict[str, Any]) -> dict[str, Any]:
    """The start of an answer with our headers in place of its own of the same name."""
    if message["type"] != "http.response.start":
        return message
    kept = [(name, value) for name, value in message.get("headers", []) if name.lower() not in HEADERS]
    return {**message, "headers": kept + list(HEADERS.items())}
