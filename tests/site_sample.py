"""Builds the database of ``site_sample.yml``: made-up trusts and texts, every table that the site reads."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import yaml

import db as store

HERE = Path(__file__).parent
SEEN = "2025-09-16T06:00:00Z"


def build(path: Path) -> Path:
    """A database of the samples at ``path``."""
    data = yaml.safe_load((HERE / "site_sample.yml").read_text(encoding="utf-8"))
    database = store.connect(path)
    with database.atomic():
        database["sources"].insert_all(data["sources"])
        database["organisations"].insert_all(data["organisations"])
        database["organisation_relations"].insert_all(data["relations"])
        quotes: dict[str, str] = {}
        for document in data["documents"]:
            quotes |= add_document(database, document)
        database["announcements"].insert_all(
            [{"revisions": 0, "qualifier": "exact", **row} for row in data["announcements"]]
        )
        for table, rows in (("announcement_facts", data["announcement_facts"]), ("announcement_steps", data["steps"])):
            database[table].insert_all([{"fact": quotes[row.pop("quote")], **row} for row in rows])
        add_records(database, quotes)
    database.conn.execute("delete from announcement_queue")
    database.conn.commit()
    database.close()
    return path


def add_document(database: Any, document: dict[str, Any]) -> dict[str, str]:
    """One document with its version, passages, facts and bodies; quote to fact id."""
    text, name = document["text"], document["id"]
    add_version(database, {key: value for key, value in document.items() if key != "facts"}, SEEN)
    passages = add_passages(database, name, text)
    quotes = {}
    for given in document["facts"]:
        fact = fact_row(name, text, passages, {**given})
        quotes[fact["quote"]] = fact["id"]
        database["facts"].insert(fact)
        if "cell" in given:
            add_cell(database, name, given, fact)
    bodies = {given["organisation"] for given in document["facts"] if given.get("organisation")}
    database["document_organisations"].insert_all(
        {"document": name, "organisation": body, "mentions": 1, "first_start": 0} for body in bodies
    )
    return quotes


def add_version(database: Any, document: dict[str, Any], seen: str) -> None:
    """The row of a document and its version."""
    raw = document["text"].encode()
    digest = hashlib.sha256(raw).hexdigest()
    row = {
        **document,
        "words": len(document["text"].split()),
        "first_seen": seen,
        "last_seen": seen,
        "version": digest[:16],
    }
    database["documents"].upsert(row, pk="id")
    database["document_versions"].insert(
        {
            "id": digest[:16],
            "document": document["id"],
            "sha256": digest,
            "fetched": seen,
            "media_type": "text/html",
            "bytes": len(raw),
            "text": document["text"],
            "fingerprint": digest,
        }
    )


def add_passages(database: Any, name: str, text: str) -> list[dict[str, Any]]:
    """A passage for each line that is not blank."""
    rows = []
    for position, match in enumerate(re.finditer(r"[^\n]+", text)):
        kind = (
            "list_item"
            if match.group().startswith("•")
            else "heading"
            if position == 0 and len(match.group()) < 60
            else "paragraph"
        )
        rows.append(
            {
                "id": f"{name}-{position}",
                "document": name,
                "position": position,
                "kind": kind,
                "start": match.start(),
                "end": match.end(),
                "text": match.group(),
            }
        )
    database["passages"].insert_all(rows)
    return rows


def fact_row(name: str, text: str, passages: list[dict[str, Any]], given: dict[str, Any]) -> dict[str, Any]:
    """A row of ``facts`` for a quote of the text."""
    given.pop("cell", None)
    start = text.index(given["quote"])
    passage = next(each for each in passages if each["start"] <= start < each["end"])
    sentence = next(part for part in re.split(r"(?<=[.])\s", passage["text"]) if given["quote"] in part)
    return {
        "id": hashlib.sha256(f"{name}{start}".encode()).hexdigest()[:12],
        "document": name,
        "passage": passage["id"],
        "sentence": sentence,
        "start": start,
        "end": start + len(given["quote"]),
        "high": given["low"],
        "qualifier": "exact",
        "confidence": 0.92,
        "rule": "sample",
        "pipeline": "sample-1",
        **given,
    }


def add_cell(database: Any, name: str, given: dict[str, Any], fact: dict[str, Any]) -> None:
    """The table cell of a fact."""
    table, row, column = given["cell"]
    database["table_values"].insert(
        {
            "document": name,
            "table_no": table,
            "caption": "Sample table of distance from fair shares",
            "row": row,
            "column": column,
            "row_label": given["organisation"],
            "column_label": "Distance from fair share",
            "text": given["quote"],
            "value": given["low"],
            "unit": "percent",
            "organisation": given["organisation"],
            "fact": fact["id"],
        }
    )


def add_records(database: Any, quotes: dict[str, str]) -> None:
    """What the pages about the tracker show: a correction, an evaluation, a run with a failure."""
    database["corrections"].insert(
        {
            "fact": quotes["4.1%"],
            "document": "vale-paper",
            "quote": "4.1%",
            "field": "basis",
            "value": "workforce",
            "reason": "the sentence says so",
            "by": "tester",
            "at": SEEN,
        }
    )
    database["accuracy"].insert_all(
        {
            "measured": SEEN,
            "pipeline": "sample-1",
            "gold": "samples",
            "measure": measure,
            "kind": None,
            "value": value,
            "n": 120,
        }
        for measure, value in (("figure_f1", 0.97), ("fact_f1", 0.88))
    )
    database["runs"].insert(
        {"id": "r1", "command": "add", "started": SEEN, "ended": SEEN, "status": "done", "documents": 6}
    )
    database["failures"].insert(
        {"run": "r1", "path": "sample/broken.pdf", "stage": "read", "error": "sample of a failure", "at": SEEN}
    )
