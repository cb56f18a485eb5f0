"""One figure: the sentence with the quote marked, how it was read, what else was said of it, how to cite it."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from markupsafe import Markup

from web.announced import COLUMNS, SOURCE, worded
from web.format import figure, marked, when
from web.page import Ask, Missing, row, rows

FACT = """select f.*, p.text as passage_text, p.start as passage_start, p.page, p.heading, d.title as document_title,
    d.publisher, d.author, d.published,
    d.url, d.reference, d.kind as document_kind, d.version, s.name as source_name, coalesce(s.may_republish,
    1) as may_republish,
    o.name as organisation_name, o.region, sp.name as speaker_name
  from facts f join documents d on d.id = f.document left join sources s on s.id = d.source left join passages p
  on p.id = f.passage
    left join organisations o on o.id = f.organisation left join organisations sp on sp.id = f.speaker
  where f.id = ?"""
HISTORY = """select h.*, h.retired, d.title as document_title from facts_history h join documents d
    on d.id = h.document where h.id = ?
  order by h.retired desc limit 1"""
RIVALS = """select f.id, f.quote, f.sentence, af.role, af.because, d.publisher, d.published, d.title as document_title
  from announcement_facts mine join announcement_facts af on af.announcement = mine.announcement join facts f
  on f.id = af.fact
    join documents d on d.id = f.document
  where mine.fact = ? and f.id <> mine.fact order by d.published, f.start limit 40"""
SAME_PASSAGE = """select id, start, "end", quote from facts where passage = ? and id <> ?"""


def fact(conn: sqlite3.Connection, ask: Ask) -> dict[str, Any]:
    """The page of a figure."""
    found = row(conn, FACT, (ask.parts["id"],))
    if found is None:
        return retired(conn, ask.parts["id"])
    found["figure"] = figure(found["low"], found["high"], found["unit"], found["qualifier"], found["basis"])
    address = f"{ask.base}/fact/{found['id']}"
    item = row(
        conn,
        f"select {COLUMNS} {SOURCE} join announcement_facts af on af.announcement = a.id where af.fact = ?",
        (found["id"],),
    )
    return {
        "fact": found,
        "evidence": evidence(conn, found),
        "announcement": worded(item) if item else None,
        "others": rows(conn, RIVALS, (found["id"],)),
        "corrections": rows(conn, "select * from corrections where fact = ? order by at desc", (found["id"],)),
        "cite": citation(found, address, ask.today),
        "bibtex": bibtex(found, address, ask.today),
    }


def retired(conn: sqlite3.Connection, name: str) -> dict[str, Any]:
    """A figure that an older version of its document stated."""
    old = row(conn, HISTORY, (name,))
    if old is None:
        raise Missing(f"There is no figure {name}.")
    return {
        "retired": {**old, "figure": figure(old["low"], old["high"], old["unit"], old["qualifier"], old["basis"])},
        "fact": None,
    }


def evidence(conn: sqlite3.Connection, found: dict[str, Any]) -> dict[str, Any]:
    """The passage, or the sentence alone, with the quote in ``<mark>``; ``sound``: the words stand in place."""
    text, start = found["passage_text"], found["passage_start"]
    if text is None or not found["may_republish"]:
        return sentence_alone(found)
    place = (found["start"] - start, found["end"] - start)
    sound = text[place[0] : place[1]] == found["quote"]
    return {
        "html": marked(text, [(*place, None)]) if sound else Markup("{}").format(text),
        "sound": sound,
        "whole": True,
    }


def sentence_alone(found: dict[str, Any]) -> dict[str, Any]:
    """The sentence with its quote marked."""
    at = found["sentence"].find(found["quote"])
    spans = [(at, at + len(found["quote"]), None)] if at >= 0 else []
    return {"html": marked(found["sentence"], spans), "sound": at >= 0, "whole": False}


def citation(found: dict[str, Any], address: str, today: str) -> str:
    """A reference as plain text: who, when, what, and where the figure is kept."""
    who = found["author"] or found["publisher"] or found["source_name"] or "Unknown publisher"
    title = found["document_title"] or "untitled document"
    day = f" ({when(found['published'])})" if found["published"] else ""
    page = f", p. {found['page']}" if found["page"] else ""
    reference = f", {found['reference']}" if found["reference"] else ""
    kept = f"Figure “{found['quote']}” as kept by Breakeven, {address} (read {when(today)})."
    return f"{who}{day}, ‘{title}’{reference}{page}. {kept}"


def bibtex(found: dict[str, Any], address: str, today: str) -> str:
    """The same for BibTeX; braces and backslashes of the source are left out, special characters escaped."""
    fields = {
        "author": "{" + tex(found["author"] or found["publisher"] or found["source_name"] or "Unknown") + "}",
        "title": "{" + tex(found["document_title"] or "Untitled document") + "}",
        "year": (found["published"] or "")[:4],
        "number": tex(found["reference"] or ""),
        "url": found["url"] or address,
        "note": tex(f"Figure: {found['quote']}. Kept by Breakeven at {address}, read {today}"),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@misc{{breakeven-{found['id']},\n" + ",\n".join(lines) + "\n}"


def tex(text: str) -> str:
    """Text with the characters escaped that TeX reads as commands."""
    return re.sub(r"([%&#$_])", r"\\\1", re.sub(r"[{}\\~^]", "", text))
