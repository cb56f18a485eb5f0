"""The schema of the database, as migrations that sqlite-utils applies once each and records in the file itself.

The first ones are the tables of the data contract, its search indexes and its views, read from the ``.sql`` files
beside this module. A later change is a further migration: what is published is never edited.
"""

from __future__ import annotations

from importlib.resources import files

from sqlite_utils import Database, Migrations

migrations = Migrations("breakeven")


@migrations()
def tables(db: Database) -> None:
    """Create the tables of the contract with their keys and indexes."""
    db.executescript(files("db").joinpath("schema.sql").read_text(encoding="utf-8"))


@migrations()
def search(db: Database) -> None:
    """Create the full-text indexes and the triggers that keep them."""
    db.executescript(files("db").joinpath("search.sql").read_text(encoding="utf-8"))


@migrations()
def views(db: Database) -> None:
    """Create the views for people."""
    db.executescript(files("db").joinpath("views.sql").read_text(encoding="utf-8"))
