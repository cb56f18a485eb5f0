"""Keeps the full text of documents that may not be republished out of every public answer.

Datasette answers tables, rows, JSON, CSV and named queries through :meth:`PublicDatabase.execute`. Those queries run on
connections where temporary views stand before the tables that hold text, and give NULL in its place when the licence of
the document's source forbids it; the search index gives no column of text there. The site's own pages read through
``execute_fn`` and show such documents by their sentences alone.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from datasette.database import Database, Results

if TYPE_CHECKING:
    from datasette.app import Datasette  # at run time Datasette imports this module

PUBLIC = "public"  # name of the connections that Datasette's own answers are read with

RESTRICTED = (
    "exists(select 1 from main.documents d join main.sources s on s.id = d.source "
    "where d.id = {table}.{key} and s.may_republish = 0)"
)
# table: the column with the document's id, and the columns that are left out
MASKED = {
    "documents": ("id", {"text"}),
    "document_versions": ("document", {"text", "archive"}),
    "passages": ("document", {"text", "heading"}),
    "layouts": ("document", {"tables"}),
}


class PublicDatabase(Database):
    """A database whose structure is read as it is, and whose rows are read with the restricted texts left out."""

    def __init__(self, ds: Datasette, path: str, is_mutable: bool = True) -> None:
        super().__init__(ds, path=path, is_mutable=is_mutable)
        self.masked = Database(ds, path=path, is_mutable=is_mutable)
        self.masked.name = PUBLIC

    async def execute(self, sql: str, *args: object, **options: object) -> Results:
        """Rows of a query, as :meth:`datasette.database.Database.execute`."""
        return await self.masked.execute(sql, *args, **options)

    def close(self) -> None:
        """Close the connections of both kinds."""
        self.masked.close()
        super().close()


def mask(conn: sqlite3.Connection) -> None:
    """Put the views before the tables that hold text."""
    for table, (key, columns) in MASKED.items():
        names = [row[1] for row in conn.execute(f"pragma main.table_info({table})")]
        if names:
            conn.execute(_view(table, key, columns, names))


def _view(table: str, key: str, columns: set[str], names: list[str]) -> str:
    restricted = RESTRICTED.format(table=table, key=key)
    shown = [
        f'case when {restricted} then null else "{name}" end as "{name}"' if name in columns else f'"{name}"'
        for name in names
    ]
    return f"create temp view {table} as select rowid as rowid, {', '.join(shown)} from main.{table}"


def hides(table: str, column: str) -> bool:
    """Whether a read of the search index would give away text: its copy of a column, or its blocks of terms."""
    if table.endswith("_fts_data"):
        return column == "block"
    return table.endswith("_fts") and column in MASKED.get(table.removesuffix("_fts"), ("", set()))[1]
