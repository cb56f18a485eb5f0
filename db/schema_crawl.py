"""Tables of the crawler: its frontier, what each source gave in each run, and copies of one thing."""

from __future__ import annotations

from importlib.resources import files

from sqlite_utils import Database, Migrations

migrations = Migrations("breakeven_crawl")


@migrations()
def crawl(db: Database) -> None:
    """Create ``frontier``, ``source_runs``, ``signatures``, the view ``source_health``, and ``documents.copy_of``."""
    db.executescript(files("db").joinpath("schema_crawl.sql").read_text(encoding="utf-8"))
