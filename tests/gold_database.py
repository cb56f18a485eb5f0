"""A database filled from gold files, so that linking is measured apart from extraction. Shared by tests and bench."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from itertools import combinations
from pathlib import Path

from sqlite_utils import Database

import db

SHARED = Path(__file__).parents[2] / "shared"
GOLD = SHARED / "gold" / "dev"
LINKS = Path(__file__).parent / "links" / "dev.csv"


def key(*parts):
    """A short stable id."""
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:12]


def fact_id(document, n):
    return f"{document}-{n}"


def build(path, folder=GOLD) -> Database:
    """A new database at `path` that holds the documents and facts of a gold folder."""
    database = db.connect(path)
    golds = [(p.stem, json.loads(p.read_text(encoding="utf-8"))) for p in sorted(folder.glob("*.json"))]
    with database.conn:
        for stem, gold in golds:
            add_gold(database, stem, gold, read_text(folder, stem))
    return database


def add_organisation(database, organisation):
    """A body that the register does not hold."""
    row = {"id": organisation, "name": organisation, "short_name": organisation}
    database["organisations"].insert(row, ignore=True)


def read_text(folder, stem):
    """The text that the places of a gold file count in; none for web pages, whose places are not given."""
    found = [path for suffix in (".txt", ".md") if (path := folder / (stem + suffix)).exists()]
    return found[0].read_text(encoding="utf-8") if found else ""


def add_gold(database, stem, gold, text):
    add_document(database, stem, text, title=gold["title"], kind=gold["kind"], published=gold["published"])
    for organisation in gold["organisations"]:
        add_organisation(database, organisation)
        database["document_organisations"].insert(
            {"document": stem, "organisation": organisation, "mentions": 1, "first_start": 0}
        )
    for n, fact in enumerate(gold["facts"]):
        add_fact(database, stem, n, **fact)


def add_document(database, name, text="", title=None, kind="news", published="2025-06-10", **columns):
    now = "2026-01-01T00:00:00Z"
    row = {"id": name, "title": title, "kind": kind, "published": published, "text": text, "words": 0}
    database["documents"].upsert(row | {"first_seen": now, "last_seen": now} | columns, pk="id")


def is_row(sentence, quote):
    """Whether a gold sentence is a line of a table: figures without a full stop, or bars."""
    bare = re.sub(r"[^\d.]", "", quote) != "" and not re.search(r"[a-z£%]", quote)
    return sentence.startswith("|") or (
        bare and len(re.findall(r"\d[\d,.]*", sentence)) > 1 and sentence[-1] not in '.!?:”"'
    )


def add_fact(database, document, n, **fact):
    """A gold fact as a row of `facts`, with its sentence as a passage; without a place, in the order of the file."""
    sentence = fact.get("sentence") or fact["quote"]
    place = sentence_start(database, document, sentence, fact)
    start = place + max(sentence.find(fact["quote"]), 0) if fact.get("start") is None else fact["start"]
    row = {name: fact.get(name) for name in ("quote", "unit", "low", "high", "kind", "organisation", "period", "basis")}
    row |= {"id": fact_id(document, n), "document": document, "start": start, "end": start + len(fact["quote"])}
    row |= {"sentence": sentence, "status": fact.get("status", "planned"), "confidence": 1.0}
    row |= {"qualifier": fact.get("qualifier", "exact"), "rule": "gold", "pipeline": fact.get("pipeline", "gold")}
    row |= {"polarity": fact.get("polarity", "stated"), "speaker": fact.get("speaker")}
    if row["organisation"]:
        add_organisation(database, row["organisation"])
    kind = "table_row" if is_row(sentence, row["quote"]) else "paragraph"
    passage = {"id": key(document, n), "document": document, "position": n, "kind": kind, "start": place}
    database["passages"].upsert(passage | {"end": place + len(sentence), "text": sentence}, pk="id")
    database["facts"].upsert(row | {"passage": passage["id"]}, pk="id")


def sentence_start(database, document, sentence, fact):
    """Where the sentence of a fact starts: before its quote in the text, else after the sentences that came so far."""
    text = next(database.query("select text from documents where id = ?", [document]))["text"]
    if fact.get("start") is not None:
        found = text.rfind(sentence, 0, fact["start"] + len(sentence))
        return found if 0 <= found <= fact["start"] else fact["start"] - max(sentence.find(fact["quote"]), 0)
    rows = database.query("select start, end, text from passages where document = ? order by start", [document])
    known = [(row["text"], row["start"], row["end"]) for row in rows]
    return next(
        (start for told, start, _ in known if told == sentence), max([end + 1 for _, _, end in known], default=0)
    )


def read_links(path=LINKS):
    """The links made by reading: {fact id: (announcement, role)}."""
    with path.open(encoding="utf-8") as handle:
        return {fact_id(r["document"], r["fact"]): (r["announcement"], r["role"]) for r in csv.DictReader(handle)}


def pairs(groups):
    """Pairs of members that stand in one group: {member: group} to a set of frozensets."""
    members = {}
    for member, group in groups.items():
        members.setdefault(group, []).append(member)
    return {frozenset(pair) for ids in members.values() for pair in combinations(sorted(ids), 2)}


def agreement(found, wanted):
    """Pairwise precision and recall and B-cubed F1 of one grouping of the same members against another."""
    ours, theirs = pairs(found), pairs(wanted)
    both = len(ours & theirs)
    by_found, by_wanted = {}, {}
    for member in wanted:
        by_found.setdefault(found[member], set()).add(member)
        by_wanted.setdefault(wanted[member], set()).add(member)
    cubes = [(by_found[found[m]], by_wanted[wanted[m]]) for m in wanted]
    precision = sum(len(a & b) / len(a) for a, b in cubes) / len(cubes)
    recall = sum(len(a & b) / len(b) for a, b in cubes) / len(cubes)
    return {
        "precision": both / len(ours) if ours else 1.0,
        "recall": both / len(theirs) if theirs else 1.0,
        "b_cubed_f1": 2 * precision * recall / (precision + recall),
        "pairs": len(theirs),
    }


__all__ = ["GOLD", "LINKS", "add_document", "add_fact", "add_organisation", "agreement", "build", "read_links"]
