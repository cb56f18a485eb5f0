"""The schema, the store, announcements and exports. :func:`connect` is the one way to open the database."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlite_utils import Database

from breakeven_errors import DatabaseError
from db import register, schema, schema_announcements, schema_crawl, schema_organisations

BUSY_SECONDS = 30  # how long to wait for another process that is writing


def connect(path: str | Path, create: bool = True) -> Database:
    """Open a database file, bring it to the current schema, and fill in the register of organisations when it is new.

    Foreign keys are enforced. Raises :class:`breakeven_errors.DatabaseError` for a file that is no database, that
    another process keeps locked, or that does not exist when ``create`` is false.
    """
    path = Path(path)
    if not create and not path.is_file():
        raise DatabaseError(f"{path}: there is no such database; make one with `breakeven add` or `breakeven demo`")
    if not path.parent.is_dir():
        raise DatabaseError(f"{path}: there is no folder {path.parent}; make it first")
    try:
        db = Database(sqlite3.connect(path, timeout=BUSY_SECONDS))
        db.conn.execute("pragma journal_mode = wal")
        db.conn.execute("pragma synchronous = normal")
        db.conn.execute("pragma foreign_keys = on")
        for part in (schema, schema_crawl, schema_announcements, schema_organisations):
            part.migrations.apply(db)
        if not db.table("organisations").count:
            register.fill(db)
    except sqlite3.DatabaseError as error:
        raise DatabaseError(f"{path}: cannot be opened as a database ({error}); name another with --db") from error
    return db
