"""The site: one Datasette plugin with its pages, feeds, static files and guards."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from datasette import hookimpl
from jinja2 import Environment

from web import format, security
from web.routes import ROUTES


@hookimpl
def register_routes() -> list[tuple[str, Callable]]:
    """The pages, before Datasette's own addresses."""
    return ROUTES


@hookimpl
def asgi_wrapper() -> Callable:
    """Headers and shut addresses."""
    return security.guard


@hookimpl
def prepare_connection(conn: sqlite3.Connection, database: str) -> None:
    """Limits on each connection to the data; Datasette writes to its own ``_internal``."""
    if database != "_internal":
        security.prepare(conn, database)


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    """How figures and dates are written."""
    env.filters.update(format.FILTERS)
    env.globals["figure"] = format.figure


@hookimpl
def skip_csrf(scope: dict[str, Any]) -> bool:
    """Reconciliation clients post their queries; nothing can be written here."""
    return bool(scope["path"] == "/reconcile")
