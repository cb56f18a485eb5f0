"""The API beside Datasette's own: a description of the named queries, reconciliation, robots and site map."""

from __future__ import annotations

import json
import sqlite3
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from datasette.utils.asgi import Request, Response

from web.page import Ask, Missing, rows
from web.settings import DATABASE, metadata

if TYPE_CHECKING:
    from datasette.app import Datasette  # at run time Datasette imports this module

SITEMAP_SIZE = 20_000  # addresses in one file; the protocol allows 50,000
SITEMAPS = {
    "organisations": """select '/organisation/' || id as path, null as changed from organisations
      where id in (select organisation from facts) order by id""",
    "announcements": "select '/announcement/' || id as path, last_reported as changed from announcements order by id",
    "documents": "select '/document/' || id as path, published as changed from documents order by id",
    "facts": "select '/fact/' || id as path, null as changed from facts order by id",
}
PAGES = (
    "/",
    "/search",
    "/job-cuts",
    "/savings",
    "/deficits",
    "/surveys",
    "/map",
    "/accuracy",
    "/sources",
    "/corrections",
    "/about",
    "/api",
    "/feeds",
)
ROBOTS = """User-agent: *
Disallow: /*?
Disallow: /*.json
Disallow: /*.csv
Disallow: /-/
Disallow: /reconcile
Sitemap: {base}/sitemap.xml
"""
DEFAULTS = {
    "period": "2025/26",
    "words": "patient",
    "q": "redundancies",
    "since": "2025-04-01",
    "kind": "job_cut",
    "region": "Y60",
}


@cache
def named_queries() -> list[dict[str, Any]]:
    """The named queries of ``metadata.yml``: name, title, description, params."""
    queries = metadata()["databases"][DATABASE]["queries"]
    return [
        {"name": name, **{key: query[key] for key in ("title", "description", "params")}}
        for name, query in queries.items()
    ]


def examples(query: dict[str, Any], values: dict[str, str], base: str) -> dict[str, str]:
    """A live address for a query, and the lines that load it in pandas and in R."""
    fitting = {**DEFAULTS, **values}
    kind = {"kind": "trust_acute"} if query["name"] == "register" else {}
    chosen = {name: {**fitting, **kind}[name] for name in query["params"][:1] if name in fitting}
    path = f"/{DATABASE}/{query['name']}"
    json_path = f"{path}.json?{urlencode({**chosen, '_shape': 'objects'})}"
    csv_address = f"{base}{path}.csv" + (f"?{urlencode(chosen)}" if chosen else "")
    pandas = f'import pandas as pd\n\nframe = pd.read_csv("{csv_address}")\nprint(frame.head())'
    r = f'frame <- read.csv("{csv_address}")\nhead(frame)'
    return {"json": json_path, "pandas": pandas, "r": r}


def openapi(_conn: sqlite3.Connection, ask: Ask) -> Response:
    """OpenAPI 3.1 for the named queries, made from ``metadata.yml``."""
    paths = {f"/{DATABASE}/{query['name']}.json": {"get": _operation(query)} for query in named_queries()}
    about = metadata()
    body = {
        "openapi": "3.1.0",
        "info": {
            "title": "Breakeven",
            "version": "1",
            "description": about["description"],
            "license": {"name": about["license"], "url": about["license_url"]},
        },
        "servers": [{"url": ask.base}],
        "paths": paths,
        "components": {"schemas": {"Answer": ANSWER}},
    }
    return Response(json.dumps(body, indent=1), content_type="application/json; charset=utf-8")


ANSWER = {
    "type": "object",
    "required": ["rows", "columns", "truncated"],
    "properties": {
        "rows": {"type": "array", "items": {"type": "object"}},
        "columns": {"type": "array", "items": {"type": "string"}},
        "truncated": {"type": "boolean"},
    },
}


def _operation(query: dict[str, Any]) -> dict[str, Any]:
    parameters = [
        {"name": name, "in": "query", "required": False, "schema": {"type": "string", "default": ""}}
        for name in query["params"]
    ]
    shape = {"name": "_shape", "in": "query", "required": True, "schema": {"type": "string", "enum": ["objects"]}}
    answer = {
        "description": "Rows as objects",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}},
    }
    return {
        "operationId": query["name"],
        "summary": query["title"],
        "description": query["description"],
        "parameters": [*parameters, shape],
        "responses": {"200": answer, "400": {"description": "A parameter that SQLite cannot use"}},
    }


async def reconcile(datasette: Datasette, request: Request) -> Response:
    """OpenRefine's reconciliation protocol over the register: the manifest, or candidates for a batch of names."""
    from db import organisations  # noqa: PLC0415 - the register is large; pages without reconciliation do not load it

    posted = await request.post_vars() if request.method == "POST" else {}
    given = posted.get("queries") or request.args.get("queries")
    if given is None:
        answer = organisations.manifest(f"{request.scheme}://{request.host}")
    else:
        try:
            answer = organisations.reconcile(json.loads(given))
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            return Response.json(
                {"error": f"queries: not a batch of reconciliation queries ({error}); see /api"}, status=400
            )
    callback = request.args.get("callback")
    if callback and callback.isidentifier():
        return Response(f"/**/{callback}({json.dumps(answer)});", content_type="application/javascript; charset=utf-8")
    return Response.json(answer, headers={"access-control-allow-origin": "*"})


def robots(_conn: sqlite3.Connection, ask: Ask) -> Response:
    """What crawlers should leave alone: combinations of filters, and data that the site map does not name."""
    return Response.text(ROBOTS.format(base=ask.base))


def sitemap_index(conn: sqlite3.Connection, ask: Ask) -> Response:
    """The index of the site maps."""
    counts = {name: conn.execute(f"select count(*) from ({sql})").fetchone()[0] for name, sql in SITEMAPS.items()}
    names = [
        "pages-1",
        *(f"{name}-{part + 1}" for name, count in counts.items() for part in range(-(-count // SITEMAP_SIZE))),
    ]
    lines = "".join(f"<sitemap><loc>{ask.base}/sitemap-{name}.xml</loc></sitemap>" for name in names)
    return _xml(f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{lines}</sitemapindex>')


def sitemap(conn: sqlite3.Connection, ask: Ask) -> Response:
    """One site map of at most 20,000 addresses."""
    name, part, base = ask.parts["name"], int(ask.parts["part"]), ask.base
    if name == "pages":
        found: list[dict[str, Any]] = [{"path": path, "changed": None} for path in PAGES]
    elif name in SITEMAPS:
        found = rows(conn, f"{SITEMAPS[name]} limit {SITEMAP_SIZE} offset ?", ((part - 1) * SITEMAP_SIZE,))
    else:
        raise Missing(f"There is no site map {name}.")
    lines = "".join(_place(base + each["path"], each["changed"]) for each in found)
    return _xml(f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{lines}</urlset>')


def _place(address: str, changed: str | None) -> str:
    when = f"<lastmod>{changed[:10]}</lastmod>" if changed else ""
    return f"<url><loc>{address.replace('&', '&amp;').replace('<', '%3C')}</loc>{when}</url>"


def _xml(body: str) -> Response:
    return Response('<?xml version="1.0" encoding="utf-8"?>' + body, content_type="application/xml; charset=utf-8")
