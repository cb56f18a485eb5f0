"""What announcements, corrections, changes and notices add to the schema of the contract, as further migrations."""

from __future__ import annotations

from importlib.resources import files

from sqlite_utils import Database, Migrations

migrations = Migrations("breakeven-announcements")


@migrations()
def announcements(db: Database) -> None:
    """Add the columns, tables, triggers and views of ``schema_announcements.sql``."""
    db.executescript(files("db").joinpath("schema_announcements.sql").read_text(encoding="utf-8"))
