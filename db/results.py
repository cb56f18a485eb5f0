"""Results of extraction into the database: facts, mentions, table values, organisations of a document."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from breakeven_errors import DatabaseError
from db import ids
from extract.facts import Fact, Mention, Result, TableValue
from extract.organisations import named

FIELDS = (
    *("quote", "sentence", "start", "end", "unit", "low", "high", "qualifier", "kind", "organisation", "period"),
    *("period_start", "period_end", "status", "basis", "polarity", "speaker", "measure", "confidence", "rule"),
)


def write(db: Database, document: str, result: Result, pipeline: str) -> None:
    """Make ``result`` what is known of a document, and mark it as read by this version of the pipeline.

    Facts that stay keep their rows, and so their places in announcements. Raises
    :class:`breakeven_errors.DatabaseError` when a quote does not stand in the text where its fact says.
    """
    _refuse_misquotes(db, document, result.facts)
    passages = _Passages(db, document)
    keys = ids.fact_ids(document, result.facts)
    facts = [_fact(document, key, fact, passages, pipeline) for key, fact in zip(keys, result.facts, strict=True)]
    with db.atomic():
        _replace_facts(db, document, facts)
        for table in ("mentions", "document_organisations", "table_values"):
            db.execute(f"delete from {table} where document = ?", [document])  # noqa: S608
        db.table("mentions").insert_all(_mention(document, mention, passages) for mention in result.mentions)
        db.table("document_organisations").insert_all(_organisations(document, result.mentions))
        db.table("table_values").insert_all(_value(document, value, keys) for value in result.table_values)
        db.table("documents").update(document, {"pipeline": pipeline})


class _Passages:
    """Finds the passage that a place in a document's text belongs to."""

    def __init__(self, db: Database, document: str) -> None:
        query = 'select start, "end", id from passages where document = ? order by start, "end" desc'
        self.rows = db.execute(query, [document]).fetchall()
        self.starts = [row[0] for row in self.rows]

    def at(self, start: int, end: int) -> str | None:
        """Id of the innermost passage around ``start:end``; None where there is none."""
        index = bisect_right(self.starts, start) - 1
        while index >= 0:
            if self.rows[index][1] >= end:
                return self.rows[index][2]
            index -= 1
        return None


def _refuse_misquotes(db: Database, document: str, facts: Iterable[Fact]) -> None:
    text = db.execute("select text from documents where id = ?", [document]).fetchone()[0]
    for fact in facts:
        if text[fact.start : fact.end] != fact.quote:
            raise DatabaseError(
                f"document {document}: the pipeline quotes {fact.quote!r} at {fact.start}:{fact.end}, where the text"
                f" says {text[fact.start : fact.end]!r}; nothing of it was kept, please report it"
            )


def _replace_facts(db: Database, document: str, facts: list[dict[str, Any]]) -> None:
    before = {row["id"]: row for row in db.table("facts").rows_where("document = ?", [document])}
    for gone in before.keys() - {fact["id"] for fact in facts}:
        db.execute("delete from facts where id = ?", [gone])
    # no upsert: its conflict clause would override those of the triggers on this table
    db.table("facts").insert_all(fact for fact in facts if fact["id"] not in before)
    for fact in facts:
        if fact["id"] in before and before[fact["id"]] != fact:
            db.table("facts").update(fact["id"], fact)


def _fact(document: str, key: str, fact: Fact, passages: _Passages, pipeline: str) -> dict[str, Any]:
    place = {"id": key, "document": document, "passage": passages.at(fact.start, fact.end)}
    return place | {name: getattr(fact, name) for name in FIELDS} | {"pipeline": pipeline}


def _mention(document: str, mention: Mention, passages: _Passages) -> dict[str, Any]:
    return {
        "document": document,
        "passage": passages.at(mention.start, mention.end),
        "organisation": mention.organisation,
        "start": mention.start,
        "end": mention.end,
        "text": mention.text,
    }


def _organisations(document: str, mentions: Iterable[Mention]) -> Iterable[dict[str, Any]]:
    """Bodies named in a document, a row each."""
    for organisation, (count, first) in named(mentions).items():
        yield {"document": document, "organisation": organisation, "mentions": count, "first_start": first}


def _value(document: str, value: TableValue, keys: list[str]) -> dict[str, Any]:
    return {
        "document": document,
        "table_no": value.table_no,
        "caption": value.caption,
        "row": value.row,
        "column": value.column,
        "row_label": value.row_label,
        "column_label": value.column_label,
        "text": value.text,
        "value": value.value,
        "unit": value.unit,
        "organisation": value.organisation,
        "fact": keys[value.fact] if value.fact is not None else None,
    }
