"""WordPress over REST (developer.wordpress.org/rest-api): lists of posts, pages and documents, newest change first."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any
from urllib.parse import urljoin

from parsel import Selector

from breakeven_errors import SourceError
from crawler.frontier import Found, Lead, Page
from crawler.identity import canonical, within
from crawler.source import Source
from crawler.spiders.listings import add, following, with_query
from crawler.spiders.pages import NotContentError, article, attachments, check, complete, page
from crawler.spiders.words import html_of, iso_date


def items(answer: Page, source: Source) -> Found:
    """A page of a REST list. The address is the identity: archives show no ids, and those of sub-sites clash."""
    rows = json_of(answer, list)
    found = Found()
    for row in rows:
        _item(found, row, answer, source)
    total = int(answer.headers.get("x-wp-totalpages", "1"))
    number = int(answer.lead.hints.get("page", "1"))
    if number < total:
        found.following = following(answer, source, with_query(answer.url, page=number + 1))
    return found


def _item(found: Found, row: dict[str, Any], answer: Page, source: Source) -> None:
    url = row["link"]
    if not within(url, source.hosts):
        found.left_out += 1
        return
    title = plain(row["title"]["rendered"])
    hints = answer.lead.passed() | {"title": title}
    hints["rest"] = f"{answer.url.partition('?')[0].rstrip('/')}/{row['id']}"
    lead = Lead(url, "wordpress_page", row.get("modified"), iso_date(row.get("date")), hints)
    add(found, source, lead, plain(_summary(row)))


def _summary(row: dict[str, Any]) -> str:
    acf = row.get("acf") if isinstance(row.get("acf"), dict) else {}
    return (row.get("excerpt") or {}).get("rendered", "") + ((acf or {}).get("introduction") or "")


def wordpress_page(answer: Page, source: Source) -> Found:
    """The page that a REST item names. A landing page of a long read is another address of it, and no document.

    Where the page has an empty body for a plain client, its text is asked for through REST.
    """
    html = html_of(answer)
    for css in source.select("long_read"):
        if links := html.css(css).getall():
            url = urljoin(answer.url, links[0])
            hints = {"title": answer.lead.hints.get("title", "")}
            lead = Lead(url, "page", answer.lead.stamp, answer.lead.published, hints)
            return Found(leads=[lead], alias_of=url)
    try:
        return page(answer, source)
    except NotContentError as error:
        if error.stage != "content" or "rest" not in answer.lead.hints:
            raise
        hints = answer.lead.hints | {"public": answer.url}
        return Found(
            leads=[Lead(answer.lead.hints["rest"], "wordpress_item", answer.lead.stamp, answer.lead.published, hints)]
        )


def wordpress_item(answer: Page, source: Source) -> Found:
    """One item over REST, whose ``content.rendered`` is the body of the public page."""
    row = json_of(answer, dict)
    body = (row.get("content") or {}).get("rendered", "")
    document = article(plain(row["title"]["rendered"]), body, answer, row["link"])
    answer.lead.hints["native_id"] = canonical(row["link"])
    complete(document, answer, source)
    document.url, document.aliases = row["link"], []
    document.published = iso_date(row.get("date")) or document.published
    check(document, answer, source)
    found = Found(documents=[document])
    attachments(found, source, answer, Selector(body or "<p></p>", type="html"))
    return found


def json_of(answer: Page, kind: type) -> Any:  # noqa: ANN401 - as free as JSON is
    """The answer's JSON. Raises :class:`SourceError` when it is something else than expected."""
    try:
        data = json.loads(answer.body)
    except ValueError as error:
        raise SourceError(f"{answer.url}: answered no JSON ({error}); look whether the API has moved") from error
    if not isinstance(data, kind):
        raise SourceError(
            f"{answer.url}: answered a JSON {type(data).__name__}, not a {kind.__name__}; look whether the API changed"
        )
    return data


def plain(html: str) -> str:
    """The words of a scrap of HTML."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
