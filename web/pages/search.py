"""Search over facts, passages, documents and organisations together: ranked, marked, filtered, never an error."""

from __future__ import annotations

import sqlite3
from typing import Any

from datasette.utils.asgi import Response
from markupsafe import Markup

from web import outputs
from web.feeds import Entry
from web.format import figure, label, labels
from web.page import Ask, rows
from web.terms import match_expression

PAGE = 20
NEWEST = 2000  # hits that are ranked; rows are added in the order of time, so these are the newest
DEEPEST = 200  # hits of each kind that can be paged through
OPEN, CLOSE = "\x02", "\x03"  # around a hit in a snippet, before it is escaped
WEIGHTS = {"fact": 1.0, "passage": 0.9, "document": 1.1, "organisation": 0.4}
NHS_BODY = 3.0  # how much a trust or board outweighs another body, whose name may be a common word
SCOPES = {"facts": "Figures", "passages": "Passages", "documents": "Documents", "organisations": "Organisations"}
# Only a figure can meet these: with one of them set, only facts are looked for.
OF_FACTS = {"kind": "f.kind", "status": "f.status", "unit": "f.unit", "period": "f.period"}

COMMON = "d.id as document, d.title, d.publisher, d.published, d.url"
SELECT = {
    "facts": f"""select f.id, 'fact' as type, f.passage, {{snippet}} as snippet, f.kind, f.status, f.unit, f.low,
    f.high, f.qualifier, f.basis,
        f.period, f.organisation, coalesce(o.short_name, o.name) as organisation_name, {COMMON}, {{score}} as score
      from {{hits}} facts f {{on}} join documents d on d.id = f.document left join organisations o
      on o.id = f.organisation""",
    "passages": f"""select p.id, 'passage' as type, p.id as passage, {{snippet}} as snippet, p.page, {COMMON},
    {{score}} as score
      from {{hits}} passages p {{on}} join documents d on d.id = p.document""",
    "documents": f"""select d.id, 'document' as type, {{snippet}} as snippet, {COMMON}, {{score}} as score
    from {{hits}} documents d {{on}}""",
    "organisations": """select o.id, 'organisation' as type, {snippet} as snippet, o.name as title,
    o.kind as organisation_kind, o.region,
        {score} as score from {hits} organisations o {on}""",
}
# one look into the index for each period, in place of one for each fact
PERIODS = """with recursive found(period) as (select max(period) from facts union all
    select (select max(period) from facts where period < found.period) from found where found.period is not null)
  select period from found where period is not null limit 60"""
TABLE = {"facts": ("f", 1), "passages": ("p", 0), "documents": ("d", 0), "organisations": ("o", 0)}
NAMED = "exists(select 1 from document_organisations n {join} where n.document = d.id and {test})"


def search(conn: sqlite3.Connection, ask: Ask) -> dict[str, Any] | Response:
    """The hits of one page of results with the forms' choices, or all of them in another format."""
    typed = ask.get("q")
    expression = match_expression(typed)
    scopes = scopes_of(ask)
    asked = bool(expression) or any(
        ask.get(name) for name in (*OF_FACTS, "least", "most", "organisation", "region", "source", "since", "until")
    )
    hits = (
        ranked([hit for scope in scopes for hit in hits_of(conn, ask, scope, expression)])
        if asked and (expression or not typed)
        else []
    )
    if ask.parts.get("format"):
        return outputs.answer(ask, f"Search: {typed}", [plain(hit, ask) for hit in hits])
    number = ask.page_number
    start = (number - 1) * PAGE
    return {
        "asked": asked,
        "typed": typed,
        "unfindable": bool(typed) and not expression,
        "hits": [shown(hit) for hit in hits[start : start + PAGE]],
        "total": len(hits),
        "capped": any(sum(hit["type"] + "s" == scope for hit in hits) >= DEEPEST for scope in scopes),
        "number": number,
        "more": len(hits) > start + PAGE,
        "scopes": SCOPES,
        "choices": choices(conn),
        "feed": ask.as_format("atom") if asked else None,
        "feed_title": f"Search: {typed}",
    }


def scopes_of(ask: Ask) -> list[str]:
    """Which kinds of thing an address asks for."""
    if any(ask.get(name) for name in (*OF_FACTS, "least", "most")):
        return ["facts"]
    if ask.get("in") in SCOPES:
        return [ask.get("in")]
    if not ask.get("q"):
        return ["facts"]
    return list(SCOPES)


def hits_of(conn: sqlite3.Connection, ask: Ask, scope: str, expression: str | None) -> list[dict[str, Any]]:
    """The best hits of one kind, best first; without words, the newest that the filters let through."""
    if scope == "organisations" and any(ask.get(name) for name in ("source", "since", "until", "organisation")):
        return []
    if scope == "passages" and not expression:
        return []  # a list of passages would be the whole text
    alias, column = TABLE[scope]
    where, values = conditions(ask, scope)
    if expression:
        found = f"""(select rowid as hit, rank as score from {scope}_fts where {scope}_fts match :match
          order by rowid desc limit {NEWEST}) h join"""
        sql = SELECT[scope].format(
            hits=found, on=f"on {alias}.rowid = h.hit", score="h.score", snippet=f"{alias}.rowid"
        )
        sql += f" where {where} order by h.score limit {DEEPEST}"
        found_rows = rows(conn, sql, {**values, "match": in_column(scope, expression)})
        return _with_snippets(conn, scope, column, expression, found_rows)
    start = "f.sentence" if scope == "facts" else f"{alias}.title" if scope == "documents" else "o.name"
    sql = SELECT[scope].format(hits="", on="", score="-1.0", snippet=start)
    newest = "d.published desc" if scope != "organisations" else "o.name"
    return rows(conn, f"{sql} where {where} order by {newest} limit {DEEPEST}", values)


def in_column(scope: str, expression: str) -> str:
    """The expression for one kind of thing: of a passage its own words, not the heading that it stands under."""
    return f"text : ({expression})" if scope == "passages" else expression


def _with_snippets(
    conn: sqlite3.Connection, scope: str, column: int, expression: str, found: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The rows with their hits marked: a short extract, made only for the rows that were chosen."""
    places = ", ".join("?" * len(found))
    sql = f"""select rowid, snippet({scope}_fts, {column}, '{OPEN}', '{CLOSE}', '…', 24)
      from {scope}_fts where {scope}_fts match ? and rowid in ({places})"""
    texts = dict(map(tuple, conn.execute(sql, (in_column(scope, expression), *(row["snippet"] for row in found)))))
    return [{**row, "snippet": texts.get(row["snippet"], "")} for row in found]


def conditions(ask: Ask, scope: str) -> tuple[str, dict[str, Any]]:
    """The where clause of the filters that apply to one kind of thing."""
    tests: list[str] = ["1"]
    values: dict[str, Any] = {}
    for name, test in filters(scope).items():
        value = ask.number(name) if name in ("least", "most") else ask.get(name)
        if value not in (None, ""):
            tests.append(test)
            values[name] = value
    return " and ".join(tests), values


def filters(scope: str) -> dict[str, str]:
    """Parameter to SQL test, for one kind of thing."""
    if scope == "organisations":
        return {"region": "o.region = :region"}
    of_document = {"source": "d.source = :source", "since": "d.published >= :since", "until": "d.published <= :until"}
    if scope == "facts":
        tests = {name: f"{column} = :{name}" for name, column in OF_FACTS.items()}
        tests |= {"least": "f.high >= :least", "most": "f.low <= :most"}
        return tests | of_document | {"organisation": "f.organisation = :organisation", "region": "o.region = :region"}
    join = "join organisations b on b.id = n.organisation"
    return of_document | {
        "organisation": NAMED.format(join="", test="n.organisation = :organisation"),
        "region": NAMED.format(join=join, test="b.region = :region"),
    }


def ranked(hits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All kinds in one order, best (lowest) score first; a passage whose figure is a hit already is left out."""
    told = {hit["passage"] for hit in hits if hit["type"] == "fact"}
    kept = [hit for hit in hits if hit["type"] != "passage" or hit["passage"] not in told]
    return sorted(kept, key=lambda hit: hit["score"] * weight(hit))


def weight(hit: dict[str, Any]) -> float:
    """What a hit's score is multiplied with, so that kinds of different length stand in one order."""
    body = (hit.get("organisation_kind") or "").startswith(("trust", "icb"))
    return WEIGHTS[hit["type"]] * (NHS_BODY if body else 1.0)


def shown(hit: dict[str, Any]) -> dict[str, Any]:
    """A hit with its extract marked and its address."""
    words = (
        figure(hit["low"], hit["high"], hit["unit"], hit["qualifier"], hit["basis"]) if hit["type"] == "fact" else ""
    )
    return {**hit, "extract": highlighted(hit["snippet"] or ""), "figure": words, "href": href(hit)}


def href(hit: dict[str, Any]) -> str:
    """Where a hit leads, within the site."""
    if hit["type"] == "passage":
        return f"/document/{hit['document']}#p-{hit['id']}"
    return f"/{hit['type']}/{hit['id']}"


def highlighted(snippet: str) -> Markup:
    """The extract escaped, its hits in ``<mark>``."""
    escaped = Markup("{}").format(snippet)
    return Markup(escaped.replace(OPEN, Markup("<mark>")).replace(CLOSE, Markup("</mark>")))  # noqa: S704


def plain(hit: dict[str, Any], ask: Ask) -> dict[str, Any]:
    """A hit as a row for JSON, CSV and Atom: bare text and an absolute address."""
    text = (hit["snippet"] or "").replace(OPEN, "").replace(CLOSE, "")
    address = ask.base + href(hit)
    day = hit.get("published") or "1970-01-01"
    kept = {name: value for name, value in hit.items() if name not in ("snippet", "score", "passage")}
    entry = Entry(f"{hit['type']}/{hit['id']}", hit["title"] or text, day, address, text)
    return {**kept, "text": text, "address": address, "entry": entry}


def choices(conn: sqlite3.Connection) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer."""
    words = labels()
    periods = rows(conn, PERIODS)
    sources = rows(conn, "select id, name from sources order by name")
    return {
        "kinds": [(code, words["kinds"][code]) for code in words["kinds"]],
        "statuses": [(code, label(code, "status")) for code in ("actual", "planned", "forecast", "possible")],
        "units": list(words["unit"].items()),
        "regions": [(code, name) for code, name in words["region"].items() if code.startswith("Y")],
        "periods": [(row["period"], row["period"]) for row in periods],
        "sources": [(row["id"], row["name"]) for row in sources],
    }
