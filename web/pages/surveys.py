"""Survey findings by wave and question: shares of respondents, never added."""

from __future__ import annotations

import re
import sqlite3
from itertools import groupby
from typing import Any

from datasette.utils.asgi import Response

from web import charts, outputs
from web.feeds import Entry
from web.format import figure, labels
from web.page import Ask, rows
from web.pages.fact import sentence_alone

PAGE = 10  # surveys
MOST_FINDINGS = 60  # shown of one survey
# documents are few beside facts: newest first, each asked whether it has a finding
WAVES = """select d.id, d.title, d.publisher, d.published, d.url from documents d
  where exists(select 1 from facts f where f.document = d.id and f.kind = 'survey' and f.unit = 'percent' and {finding})
    and {document}
  order by d.published desc, d.first_seen desc limit :limit offset :offset"""
FINDINGS = """select f.id, f.quote, f.sentence, f.measure, f.low, f.high, f.unit, f.qualifier, f.basis, f.period,
    f.polarity, coalesce(o.short_name, o.name) as speaker_name,
    d.id as document, d.title as wave, d.publisher, d.published, d.url
  from facts f join documents d on d.id = f.document left join organisations o on o.id = f.speaker
  where f.kind = 'survey' and f.unit = 'percent' and f.document in ({places}) order by d.published desc, d.id,
  f.start"""
PUBLISHERS = "select distinct publisher from documents where kind = 'survey' and publisher is not null order by 1"
MENTION = """select text from passages where document = ? and (text like '%respon%' or text like '%survey%')
    order by position limit 40"""


def surveys(conn: sqlite3.Connection, ask: Ask) -> dict[str, Any] | Response:
    """Surveys, newest first, each with its findings."""
    number = ask.page_number
    tests, values = conditions(ask)
    limit = outputs.MOST_ROWS if ask.parts.get("format") else PAGE + 1
    offset = 0 if ask.parts.get("format") else (number - 1) * PAGE
    waves = rows(conn, WAVES.format(**tests), {**values, "limit": limit, "offset": offset})
    shown = waves if ask.parts.get("format") else waves[:PAGE]
    findings = findings_of(conn, [wave["id"] for wave in shown], ask.get("words"))
    if ask.parts.get("format"):
        return outputs.answer(ask, "Survey findings", [with_entry(finding, ask.base) for finding in findings])
    by_wave = {name: list(group) for name, group in groupby(findings, key=lambda finding: finding["document"])}
    return {
        "waves": [described(conn, wave, by_wave.get(wave["id"], [])) for wave in shown],
        "number": number,
        "more": len(waves) > PAGE,
        "publishers": [(each["publisher"], each["publisher"]) for each in rows(conn, PUBLISHERS)],
        "feed": ask.as_format("atom"),
        "feed_title": "Survey findings",
    }


def conditions(ask: Ask) -> tuple[dict[str, str], dict[str, Any]]:
    """The tests of documents and of findings for the filters (publisher, date, words), and their values."""
    tests = {"publisher": "d.publisher = :publisher", "since": "d.published >= :since"}
    used = {name: ask.get(name) for name in ("publisher", "since", "words") if ask.get(name)}
    document = " and ".join(["1", *(test for name, test in tests.items() if name in used)])
    finding = "instr(lower(f.sentence), lower(:words))" if "words" in used else "1"
    return {"document": document, "finding": finding}, used


def findings_of(conn: sqlite3.Connection, documents: list[str], words: str) -> list[dict[str, Any]]:
    """The findings of some surveys in the order of the text."""
    found = rows(conn, FINDINGS.format(places=", ".join("?" * len(documents))), tuple(documents))
    worded = [
        {**each, "figure": figure(each["low"], each["high"], each["unit"], each["qualifier"], each["basis"])}
        for each in found
    ]
    return [each for each in worded if words.lower() in each["sentence"].lower()]


def described(conn: sqlite3.Connection, wave: dict[str, Any], findings: list[dict[str, Any]]) -> dict[str, Any]:
    """A survey with its respondents; each finding with its words marked and a bar of its share."""
    shown = [
        {**each, "html": sentence_alone(each)["html"], "bar": charts.meter(each["low"], each["high"], each["figure"])}
        for each in findings[:MOST_FINDINGS]
    ]
    return {**wave, "findings": shown, "respondents": respondents(conn, wave["id"])}


def respondents(conn: sqlite3.Connection, document: str) -> str | None:
    """The words in which a survey says how many answered, None when it does not say."""
    pattern = re.compile(labels()["respondents"], re.IGNORECASE)
    for passage in rows(conn, MENTION, (document,)):
        if found := pattern.search(passage["text"]):
            return found.group(0)
    return None


def with_entry(finding: dict[str, Any], base: str) -> dict[str, Any]:
    """The finding with its feed entry."""
    title = f"{finding['figure']}: {finding['measure'] or finding['sentence'][:90]}"
    day = finding["published"] or "1970-01-01"
    return {
        **finding,
        "entry": Entry(f"fact/{finding['id']}", title, day, f"{base}/fact/{finding['id']}", finding["sentence"]),
    }
