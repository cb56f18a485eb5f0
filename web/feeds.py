"""Atom feeds (RFC 4287): the ids of entries never change, ``updated`` moves with figure, status or evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from web.format import label, when

ATOM = "http://www.w3.org/2005/Atom"
NOTICE = "Independent. Not an NHS service."
ILLEGAL = {code: None for code in range(32) if code not in (9, 10, 13)} | {0xFFFE: None, 0xFFFF: None}


@dataclass(frozen=True)
class Entry:
    """One entry: ``name`` is the stable part of its id, ``updated`` an ISO date or time, ``text`` plain words."""

    name: str
    title: str
    updated: str
    href: str
    text: str


def announcement_entry(row: dict[str, Any], base: str) -> Entry:
    """The entry of an announcement as :mod:`web.announced` reads it."""
    body = row["organisation_name"] or "several bodies"
    period = f", {row['period']}" if row["period"] else ""
    count = row["documents"] or 0
    text = (
        f"{label(row['kind'], 'kind')} at {body}{period}: {row['figure']}. {label(row['status'], 'status')}. "
        f"First reported {when(row['first_reported'])}, last {when(row['last_reported'])}; "
        f"{count} document{'' if count == 1 else 's'}, {row['revisions'] or 0} revisions."
    )
    title = f"{body}: {row['figure']} ({label(row['kind'], 'kind').lower()}{period})"
    return Entry(
        f"announcement/{row['id']}", title, row["updated"] or "1970-01-01", f"{base}/announcement/{row['id']}", text
    )


def atom(title: str, address: str, page: str, entries: list[Entry]) -> bytes:
    """A feed; ``address`` is its own URL and its id, ``page`` the page for people."""
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "en-GB"})
    _add(feed, "id", address)
    _add(feed, "title", f"{title} · Breakeven")
    _add(feed, "subtitle", NOTICE)
    _add(feed, "updated", instant(max((entry.updated for entry in entries), default="1970-01-01")))
    ElementTree.SubElement(feed, f"{{{ATOM}}}link", {"rel": "self", "type": "application/atom+xml", "href": address})
    ElementTree.SubElement(feed, f"{{{ATOM}}}link", {"rel": "alternate", "type": "text/html", "href": page})
    author = ElementTree.SubElement(feed, f"{{{ATOM}}}author")
    _add(author, "name", "Breakeven")
    for entry in entries:
        _entry(feed, entry, urlsplit(address).netloc.split(":")[0])
    return ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)


def _entry(feed: ElementTree.Element, entry: Entry, host: str) -> None:
    element = ElementTree.SubElement(feed, f"{{{ATOM}}}entry")
    _add(element, "id", f"tag:{host},2025:{entry.name}")
    _add(element, "title", entry.title)
    _add(element, "updated", instant(entry.updated))
    ElementTree.SubElement(element, f"{{{ATOM}}}link", {"rel": "alternate", "type": "text/html", "href": entry.href})
    _add(element, "summary", entry.text)


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, f"{{{ATOM}}}{name}").text = text.translate(ILLEGAL)


def instant(moment: str) -> str:
    """An ISO date or time as RFC 3339 wants it, in UTC."""
    return moment if "T" in moment else f"{moment[:10]}T00:00:00Z"
