"""The Guardian's Content API (open-platform.theguardian.com), with the user's own key, which no record shows."""

from __future__ import annotations

from html import escape

from crawler.frontier import Found, Lead, Page
from crawler.source import Source
from crawler.spiders.listings import add, following, with_query
from crawler.spiders.pages import article, check, complete
from crawler.spiders.wordpress import json_of
from crawler.spiders.words import iso_date


def guardian(answer: Page, source: Source) -> Found:
    """A page of articles with their text. The API's address holds the key; the document's is the public one."""
    data = json_of(answer, dict)["response"]
    found = Found()
    for row in data["results"]:
        fields = row.get("fields", {})
        lead = Lead(row["webUrl"], "guardian", fields.get("lastModified"), iso_date(row["webPublicationDate"]))
        lead.hints = {"title": row["webTitle"], "native_id": row["id"]}
        if add(found, source, lead, fields.get("trailText", "")):
            found.leads.pop()
            body = "".join(f"<p>{escape(part)}</p>" for part in fields.get("bodyText", "").split("\n") if part.strip())
            document = article(row["webTitle"], body, answer, row["webUrl"])
            complete(document, Page(lead, row["webUrl"], 200, {}, answer.body, answer.media_type), source)
            document.author, document.kind = fields.get("byline") or None, "news"
            check(document, answer, source)
            found.documents.append(document)
    if data["currentPage"] < data["pages"]:
        found.following = following(answer, source, with_query(answer.url, page=data["currentPage"] + 1))
    return found
