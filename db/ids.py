"""Stable ids: the same thing gets the same id on every machine, in every crawl and under every pipeline."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from sqlite_utils import Database

from crawler.document import Block, Document
from extract.facts import Fact

LENGTH = 16  # hexadecimal digits: with a million ids, one chance in 37 million of any clash


def digest(*parts: object) -> str:
    """Short hash of the parts, in order; no two lists of parts read alike."""
    joined = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:LENGTH]


def document_id(db: Database, document: Document) -> str:
    """Id of a document, by the first of these that it has.

    A file added by hand: its folder's name and its own. A crawled thing: the publisher's id, else the id already known
    for one of its addresses, else its address. Text from nowhere: the text.
    """
    if document.path:
        return _file_id(db, document)
    if document.native_id:
        return digest("native", document.source or document.publisher, document.native_id)
    if document.url:
        return _known_address(db, [document.url, *document.aliases]) or digest("url", document.url)
    return digest("text", document.text)


def child_ids(db: Database, parent: str, document: Document) -> list[str]:
    """Ids of a document's children: their own address or publisher's id, else the part that they are of the parent."""
    seen: Counter[str] = Counter()
    found = []
    for child in document.children:
        if child.native_id or (child.url and child.url != document.url):
            found.append(document_id(db, replace(child, path=None)))
            continue
        name = child.part or child.title or ""
        found.append(digest("part", parent, name, seen[name]))
        seen[name] += 1
    return found


def _known_address(db: Database, urls: list[str]) -> str | None:
    for url in urls:
        row = db.execute(
            "select id from documents where url = :u and path is null and parent is null"
            " union all select document from document_aliases where url = :u limit 1",
            {"u": url},
        ).fetchone()
        if row:
            return row[0]
    return None


def _file_id(db: Database, document: Document) -> str:
    """Folder and file name; when another file already holds that, one folder more, and so on."""
    path = document.path or ""
    known = db.execute("select id from documents where path = ? and parent is null", [path]).fetchone()
    if known:
        return known[0]
    parts = Path(path).resolve().parts
    ids = [digest("file", "/".join(parts[-depth:])) for depth in range(2, max(len(parts), 2) + 1)]
    return next((candidate for candidate in ids if not _held_by_another(db, candidate, document)), ids[-1])


def _held_by_another(db: Database, candidate: str, document: Document) -> bool:
    row = db.execute(
        "select d.path, v.sha256 from documents d join document_versions v on v.id = d.version where d.id = ?",
        [candidate],
    ).fetchone()
    if row is None:
        return False
    holder, path = Path(row[0] or ""), Path(document.path or "")
    if holder.exists() and path.exists():
        return not holder.samefile(path)
    return row[1] != raw_hash(document)


def raw_hash(document: Document) -> str:
    """SHA-256 of the bytes that were read, or of the text where there are none."""
    return hashlib.sha256(document.raw or document.text.encode("utf-8", "surrogatepass")).hexdigest()


def fingerprint(document: Document, children: Iterable[str]) -> str:
    """What makes a version: the text, and which children with which texts."""
    parts = [f"{child_id} {digest(child.text)}" for child_id, child in zip(children, document.children, strict=True)]
    return digest(document.text, *sorted(parts))


def passage_ids(document: str, text: str, blocks: list[Block]) -> list[str]:
    """One id a block: document, kind, words, and which occurrence of them it is."""
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for block in blocks:
        key = (block.kind, text[block.start : block.end])
        found.append(digest("passage", document, *key, seen[key]))
        seen[key] += 1
    return found


def fact_ids(document: str, facts: list[Fact]) -> list[str]:
    """One id a fact: document, quote, unit, values, sentence, and which occurrence of all these in reading order."""
    seen: Counter[tuple[object, ...]] = Counter()
    found = [""] * len(facts)
    for index in sorted(range(len(facts)), key=lambda i: facts[i].start):
        fact = facts[index]
        key = (fact.quote, fact.unit, f"{fact.low:.6g}", f"{fact.high:.6g}", fact.sentence)
        found[index] = digest("fact", document, *key, seen[key])
        seen[key] += 1
    return found
