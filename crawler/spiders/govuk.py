"""GOV.UK: Search API for lists, Content API for documents (docs.publishing.service.gov.uk). Both are keyless."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from breakeven_errors import SourceError
from crawler.document import Document
from crawler.frontier import Found, Lead, Page
from crawler.source import Source
from crawler.spiders.listings import add, following, with_query
from crawler.spiders.pages import article, check, complete
from crawler.spiders.wordpress import json_of
from crawler.spiders.words import iso_date

SITE = "https://www.gov.uk"
CONTENT = f"{SITE}/api/content"


def search(answer: Page, source: Source) -> Found:
    """A page of search results; ``public_timestamp`` is the stamp."""
    data = json_of(answer, dict)
    found = Found()
    for row in data["results"]:
        hints = {"title": row["title"], "type": row.get("content_store_document_type", "")}
        when = row.get("first_published_at") or row.get("public_timestamp")
        lead = Lead(f"{CONTENT}{row['link']}", "govuk_content", row.get("public_timestamp"), iso_date(when), hints)
        add(found, source, lead, row.get("description") or "")
    behind = data["start"] + len(data["results"])
    if data["results"] and behind < data["total"]:
        found.following = following(answer, source, with_query(answer.url, start=behind))
    return found


def content(answer: Page, source: Source) -> Found:
    """A content item. HTML attachments and members of collections are items of their own; files are attachments."""
    item = json_of(answer, dict)
    details = item.get("details") or {}
    found = Found()
    body = _body(item, details)
    _children(found, answer, item, details)
    # a landing page of HTML attachments says nothing that they do not
    if body and not any(lead.parser == "govuk_content" for lead in found.leads):
        found.documents.append(_document(item, details, body, answer, source))
    if not found.documents and not found.leads:
        raise SourceError(
            f"{answer.url}: an item of type {item.get('document_type')!r} without text; look at its details"
        )
    return found


def _document(item: dict[str, Any], details: dict[str, Any], body: str, answer: Page, source: Source) -> Document:
    url = f"{SITE}{item['base_path']}"
    document = article(item["title"], body, answer, url)
    answer.lead.hints["native_id"] = f"{item['content_id']}:{item.get('locale', 'en')}"
    complete(document, answer, source)
    document.url = url
    document.aliases = []
    document.publisher = _publisher(item) or source.name
    document.kind = source.kinds.get(item.get("document_type", ""), "news")
    document.published = iso_date(item.get("first_published_at")) or document.published
    document.updated = _updated(item, details)
    check(document, answer, source)
    return document


def _body(item: dict[str, Any], details: dict[str, Any]) -> str:
    parts = [f"<h2>{part['title']}</h2>{part['body']}" for part in details.get("parts", [])]
    notice = (item.get("withdrawn_notice") or {}).get("explanation", "")
    return (f"<p>Withdrawn: {notice}</p>" if notice else "") + (details.get("body") or "") + "".join(parts)


def _children(found: Found, answer: Page, item: dict[str, Any], details: dict[str, Any]) -> None:
    for row in details.get("attachments", []):
        hints = {"title": row.get("title", ""), "parent": answer.lead.url}
        url = urljoin(SITE, row["url"])
        if row.get("attachment_type") == "html":
            hints.pop("parent")
            path = url.removeprefix(SITE)
            found.leads.append(
                Lead(f"{CONTENT}{path}", "govuk_content", answer.lead.stamp, answer.lead.published, hints)
            )
        elif row.get("attachment_type") == "file":
            found.leads.append(Lead(url, "file", published=answer.lead.published, hints=hints))
    for row in (item.get("links") or {}).get("documents", []):
        lead = Lead(
            f"{CONTENT}{row['base_path']}", "govuk_content", row.get("public_updated_at"), hints={"title": row["title"]}
        )
        found.leads.append(lead)


def _publisher(item: dict[str, Any]) -> str | None:
    organisations = (item.get("links") or {}).get("organisations") or []
    return organisations[0]["title"] if organisations else None


def _updated(item: dict[str, Any], details: dict[str, Any]) -> str | None:
    stamps = [each["public_timestamp"] for each in details.get("change_history", [])]
    return iso_date(max(stamps)) if stamps else iso_date(item.get("public_updated_at"))
