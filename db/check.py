"""Proof that a database is sound: every promise of the contract that a query can test."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from importlib.resources import files

import yaml
from sqlite_utils import Database

from breakeven_errors import DatabaseError
from db import archive

SHOWN = 20  # breaches of one kind that are named one by one


def breaches(db: Database) -> Iterator[str]:
    """One line for each breach found, naming the row; nothing for a sound database.

    Raises :class:`breakeven_errors.DatabaseError` when the file is too damaged to be read to the end.
    """
    try:
        yield from _structure(db)
        yield from _search(db)
        for check in yaml.safe_load(files("db").joinpath("data/checks.yml").read_text(encoding="utf-8")):
            yield from _named(f"promise {check['promise']}: {check['breach']}", db, check["sql"])
        yield from _archive(db)
    except sqlite3.DatabaseError as error:
        raise DatabaseError(f"the database is damaged ({error}); restore it from a backup") from error


def _structure(db: Database) -> Iterator[str]:
    for (message,) in db.execute("pragma integrity_check").fetchall():
        if message != "ok":
            yield f"structure: {message}"
    for table, rowid, parent, _ in db.execute("pragma foreign_key_check").fetchall():
        yield f"promise 2: row {rowid} of {table} names a row that {parent} does not have"


def _search(db: Database) -> Iterator[str]:
    tables = db.execute("select name from sqlite_master where sql like 'create virtual table%using fts5%'").fetchall()
    for (name,) in tables:
        try:
            db.execute(f"insert into {name}({name}, rank) values ('integrity-check', 1)")  # noqa: S608
        except sqlite3.DatabaseError:
            yield f"search: {name} is out of step with its table; rebuild it with: sqlite-utils rebuild-fts DATABASE"


def _named(breach: str, db: Database, sql: str) -> Iterator[str]:
    rows = db.execute(sql).fetchall()
    for row in rows[:SHOWN]:
        yield f"{breach}: {row[0]}"
    if len(rows) > SHOWN:
        yield f"{breach}: and {len(rows) - SHOWN:,} more"


def _archive(db: Database) -> Iterator[str]:
    folder = archive.folder_of(db)
    for version, sha256, place in db.execute(
        "select id, sha256, archive from document_versions where archive is not null"
    ):
        try:
            archive.read(folder, place)
        except DatabaseError as error:
            yield f"promise 6: version {version}: {error}"
        if not place.endswith(f"/{sha256}.gz"):
            yield f"promise 6: version {version}: its bytes are kept under another hash than {sha256}"
