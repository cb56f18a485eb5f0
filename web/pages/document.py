"""One document: what it is, its text with every figure marked where the licence allows it, its versions and tables."""

from __future__ import annotations

import difflib
import sqlite3
from typing import Any

from markupsafe import Markup

from web.format import figure, marked
from web.page import Ask, Missing, row, rows

DOCUMENT = """select d.id, d.source, d.url, d.title, d.kind, d.publisher, d.author, d.reference, d.published,
    d.updated, d.first_seen, d.last_seen,
    d.version, d.words, d.language, d.parent, d.part, d.withdrawn, s.name as source_name, s.licence,
    coalesce(s.may_republish, 1) as may_republish
  from documents d left join sources s on s.id = d.source where d.id = ?"""
FACTS = """select f.id, f.passage, f.quote, f.sentence, f.start, f."end", f.unit, f.low, f.high, f.qualifier, f.basis,
    f.kind, f.status, f.period, f.organisation,
    f.confidence, coalesce(o.short_name, o.name) as organisation_name
  from facts f left join organisations o on o.id = f.organisation where f.document = ? order by f.start limit 400"""
PASSAGES = """select id, kind, level, page, start, text from passages where document = ? and position >= ?
    order by position limit ?"""
VERSIONS = (
    "select id, fetched, media_type, bytes, sha256 from document_versions where document = ? order by fetched, id"
)
PART = 250  # passages on one page of a long document
MOST_LINES = 4000  # of a comparison
CELLS = """select table_no, caption, row, column, row_label, column_label, text, fact from table_values
    where document = ?
  order by table_no, row, column limit 1200"""


def document(conn: sqlite3.Connection, ask: Ask) -> dict[str, Any]:
    """The page of a document; only sentences when its text may not be republished."""
    found = described(conn, ask.parts["id"])
    facts = [
        {**fact, "figure": figure(fact["low"], fact["high"], fact["unit"], fact["qualifier"], fact["basis"])}
        for fact in rows(conn, FACTS, (found["id"],))
    ]
    number = ask.page_number
    passages = rows(conn, PASSAGES, (found["id"], (number - 1) * PART, PART + 1)) if found["may_republish"] else []
    return {
        "doc": found,
        "facts": facts,
        "text": [with_marks(passage, facts) for passage in passages[:PART]],
        "number": number,
        "more": len(passages) > PART,
        "versions": rows(conn, VERSIONS, (found["id"],)),
        "tables": tables(conn, found["id"]),
        "children": rows(
            conn, "select id, title, part from documents where parent = ? order by part, title", (found["id"],)
        ),
        "parent": row(conn, "select id, title from documents where id = ?", (found["parent"],)),
    }


def described(conn: sqlite3.Connection, name: str) -> dict[str, Any]:
    """The row of a document without its text."""
    found = row(conn, DOCUMENT, (name,))
    if found is None:
        raise Missing(f"There is no document {name}.")
    return found


def with_marks(passage: dict[str, Any], facts: list[dict[str, Any]]) -> dict[str, Any]:
    """A passage with its figures marked and linked to their pages."""
    start, end = passage["start"], passage["start"] + len(passage["text"])
    spans = [
        (fact["start"] - start, fact["end"] - start, f"/fact/{fact['id']}")
        for fact in facts
        if start <= fact["start"]
        and fact["end"] <= end
        and passage["text"][fact["start"] - start : fact["end"] - start] == fact["quote"]
    ]
    return {**passage, "html": marked(passage["text"], spans)}


def tables(conn: sqlite3.Connection, name: str) -> list[dict[str, Any]]:
    """The tables of a document as they were understood: column labels, and rows of cells."""
    found: dict[int, dict[str, Any]] = {}
    for cell in rows(conn, CELLS, (name,)):
        table = found.setdefault(
            cell["table_no"], {"number": cell["table_no"], "caption": cell["caption"], "columns": {}, "rows": {}}
        )
        table["columns"].setdefault(cell["column"], cell["column_label"] or "")
        line = table["rows"].setdefault(cell["row"], {"label": cell["row_label"], "cells": {}})
        line["cells"][cell["column"]] = cell
    return list(found.values())


def version(conn: sqlite3.Connection, ask: Ask) -> dict[str, Any]:
    """The text of one stored version."""
    found = described(conn, ask.parts["id"])
    stored = stored_version(conn, found, ask.parts["version"])
    return {"doc": found, "version": stored}


def stored_version(conn: sqlite3.Connection, found: dict[str, Any], name: str) -> dict[str, Any]:
    """A version of a document; its text only when it may be republished."""
    stored = row(
        conn,
        "select id, fetched, media_type, bytes, sha256, text from document_versions where document = ? and id = ?",
        (found["id"], name),
    )
    if stored is None:
        raise Missing(f"The document has no version {name}.")
    return stored if found["may_republish"] else {**stored, "text": None}


def compare(conn: sqlite3.Connection, ask: Ask) -> dict[str, Any]:
    """Two versions side by side, line by line."""
    found = described(conn, ask.parts["id"])
    names = [each["id"] for each in rows(conn, VERSIONS, (found["id"],))]
    if len(names) < 2:
        raise Missing("The document has only one version.")
    before = stored_version(conn, found, ask.get("from") or names[-2])
    after = stored_version(conn, found, ask.get("to") or names[-1])
    return {
        "doc": found,
        "before": before,
        "after": after,
        "lines": differences(before["text"], after["text"]) if after["text"] else None,
    }


def differences(before: str, after: str) -> list[tuple[Markup, Markup]]:
    """The changed lines of two texts beside each other, changed words marked; unchanged lines are left out."""
    old, new = ([line for line in text.split("\n") if line.strip()][:MOST_LINES] for text in (before, after))
    pairs = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for index in range(max(i2 - i1, j2 - j1)):
            left = old[i1 + index] if i1 + index < i2 else ""
            right = new[j1 + index] if j1 + index < j2 else ""
            pairs.append(changed_words(left, right))
    return pairs


def changed_words(before: str, after: str) -> tuple[Markup, Markup]:
    """Two lines with the words that differ in ``<del>`` and ``<ins>``."""
    old, new = before.split(" "), after.split(" ")
    left, right = [], []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, come = " ".join(old[i1:i2]), " ".join(new[j1:j2])
        same = tag == "equal"
        left.append(in_element(gone, "" if same else "del"))
        right.append(in_element(come, "" if same else "ins"))
    return Markup(" ").join(left), Markup(" ").join(right)


def in_element(words: str, name: str) -> Markup:
    """Words escaped, inside an element when one is named."""
    plain = Markup("{}").format(words)
    return Markup("<{0}>{1}</{0}>").format(name, plain) if name and words else plain
