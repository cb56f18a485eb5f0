"""Documents into the database: one transaction a document, a new version only when its text or attachments changed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlite_utils import Database

from crawler.document import Block, Cell, Document, Table
from db import archive, ids

COPIED = (
    *("source", "url", "path", "title", "kind", "publisher", "author", "reference"),
    *("published", "updated", "language", "parent", "part"),
)
READ_BY_PIPELINE = ("title", "kind", "publisher", "published")  # a change of these asks for a new extraction
DERIVED = ("facts", "mentions", "document_organisations", "table_values")


def now() -> str:
    """The time in UTC, to the second, with Z."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a document: its id, and ``new``, ``changed`` or ``same``."""

    id: str
    change: str


class Store:
    """Keeps documents in an open database and their bytes in the folder beside it."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.folder = archive.folder_of(db)

    def save(self, document: Document) -> Saved:
        """Keep a document and its children in one transaction; saved again unchanged, it moves ``last_seen`` alone."""
        with self.db.atomic():
            return self._save(document, ids.document_id(self.db, document), now())

    def _save(self, document: Document, key: str, at: str) -> Saved:
        if document.source:
            self.db.execute("insert or ignore into sources(id, name) values (?, ?)", [document.source] * 2)
        children = ids.child_ids(self.db, key, document)
        fingerprint = ids.fingerprint(document, children)
        row = _row(self.db, key)
        if row is None:
            self._insert(document, key, at)
        if row is None or row["fingerprint"] != fingerprint:
            self._new_version(document, key, fingerprint, at)
        self._refresh(document, key, row, at)
        self._save_children(document, key, children, at)
        change = "new" if row is None else "same" if row["fingerprint"] == fingerprint else "changed"
        return Saved(key, change)

    def _insert(self, document: Document, key: str, at: str) -> None:
        row = _columns(document) | {"id": key, "first_seen": at, "last_seen": at, "text": document.text, "words": 0}
        self.db.table("documents").insert(row)
        for url in document.aliases:
            self.db.execute("insert or ignore into document_aliases(url, document) values (?, ?)", [url, key])

    def _new_version(self, document: Document, key: str, fingerprint: str, at: str) -> None:
        retire(self.db, key, at)
        number = self.db.table("document_versions").count_where("document = ?", [key]) + 1
        version = {
            "id": f"{key}-{number}",
            "document": key,
            "sha256": ids.raw_hash(document),
            "fetched": at,
            "media_type": document.media_type,
            "bytes": len(document.raw),
            "text": document.text,
            "archive": archive.keep(self.folder, document.raw) if document.raw else None,
            "fingerprint": fingerprint,
        }
        self.db.table("document_versions").insert(version)
        words = len(document.text.split())
        current = {"version": version["id"], "text": document.text, "words": words, "pipeline": None}
        self.db.table("documents").update(key, current)

    def _refresh(self, document: Document, key: str, before: dict[str, Any] | None, at: str) -> None:
        """Bring the description and the layout up to date; ask for an extraction when either bears on the facts."""
        columns = _columns(document)
        relaid = self._lay_out(document, key)
        stale = before is not None and (
            relaid or before["withdrawn"] or any(before[name] != columns[name] for name in READ_BY_PIPELINE)
        )
        changes = columns | {"last_seen": at, "withdrawn": None} | ({"pipeline": None} if stale else {})
        self.db.table("documents").update(key, changes)

    def _lay_out(self, document: Document, key: str) -> bool:
        """Write passages and tables where they differ from those kept, and say whether they did."""
        blocks = [block for block in document.blocks if block.start < block.end]
        named = zip(ids.passage_ids(key, document.text, blocks), blocks, strict=True)
        rows = [_passage(key, number, name, block, document.text) for number, (name, block) in enumerate(named)]
        tables = json.dumps([asdict(table) for table in document.tables]) if document.tables else None
        if rows == _passages(self.db, key) and tables == _tables(self.db, key):
            return False
        self.db.execute("delete from passages where document = ?", [key])
        self.db.execute("delete from layouts where document = ?", [key])
        self.db.table("passages").insert_all(rows)
        if tables:
            self.db.table("layouts").insert({"document": key, "tables": tables})
        return True

    def _save_children(self, document: Document, key: str, children: list[str], at: str) -> None:
        for child_key, child in zip(children, document.children, strict=True):
            child.parent = key
            child.source = child.source or document.source
            self._save(child, child_key, at)
        kept = self.db.execute(
            "select id from documents where parent = ? and part is not null and withdrawn is null"
            " and (url is null or url is ?)",
            [key, document.url],
        ).fetchall()
        for (gone,) in kept:
            if gone not in children:
                retire(self.db, gone, at)
                self.db.table("documents").update(gone, {"withdrawn": at})


def retire(db: Database, key: str, at: str) -> None:
    """Move a document's facts to ``facts_history``, under the version they quote, and clear all else found in it."""
    shared = [column.name for column in db.table("facts_history").columns if column.name not in {"version", "retired"}]
    names = ", ".join(f'"{name}"' for name in shared)
    db.execute(
        f"insert or ignore into facts_history(version, retired, {names}) "  # noqa: S608
        f"select (select version from documents where id = :d), :at, {names} from facts where document = :d",
        {"d": key, "at": at},
    )
    for table in DERIVED:
        db.execute(f"delete from {table} where document = ?", [key])  # noqa: S608


def load(db: Database, key: str) -> Document:
    """A document as it was saved, without its bytes and children, ready for extraction."""
    row = next(db.table("documents").rows_where("id = ?", [key]))
    tables = [
        Table(**{**table, "cells": [Cell(**cell) for cell in table["cells"]]})
        for table in json.loads(_tables(db, key) or "[]")
    ]
    blocks = [
        Block(passage["kind"], passage["start"], passage["end"], passage["heading"], passage["page"], passage["level"])
        for passage in _passages(db, key)
    ]
    copied = {name: row[name] for name in COPIED}
    return Document(text=row["text"], blocks=blocks, tables=tables, ocr=bool(row["ocr"]), **copied)


def _row(db: Database, key: str) -> dict[str, Any] | None:
    query = "select d.*, v.fingerprint from documents d join document_versions v on v.id = d.version where d.id = ?"
    return next(iter(db.query(query, [key])), None)


def _columns(document: Document) -> dict[str, Any]:
    return {name: getattr(document, name) for name in COPIED} | {"ocr": int(document.ocr)}


def _passage(key: str, position: int, passage: str, block: Block, text: str) -> dict[str, Any]:
    return {
        "id": passage,
        "document": key,
        "position": position,
        "kind": block.kind,
        "heading": block.heading,
        "page": block.page,
        "level": block.level,
        "start": block.start,
        "end": block.end,
        "text": text[block.start : block.end],
    }


def _passages(db: Database, key: str) -> list[dict[str, Any]]:
    return list(db.table("passages").rows_where("document = ?", [key], order_by="position"))


def _tables(db: Database, key: str) -> str | None:
    row = db.execute("select tables from layouts where document = ?", [key]).fetchone()
    return row[0] if row else None
