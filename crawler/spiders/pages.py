"""Pages and files: one document each, with what the listing said of it, and with checks that it is content at all."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import yaml
from parsel import Selector

from breakeven_errors import FetchError
from crawler.document import Document
from crawler.frontier import Found, Lead, Page
from crawler.identity import canonical, host, public, within
from crawler.readers import read
from crawler.readers.worker import read_safely
from crawler.source import Source
from crawler.spiders.words import DATA, html_of, iso_date, slug_date, words_of

FIELDS = ("title", "published", "updated", "kind", "reference", "author")
HTML = ("text/html", "application/xhtml+xml")
FILE_NAME = re.compile(r"filename\*?=(?:UTF-8'')?\"?([^\";]+)", re.IGNORECASE)


class NotContentError(FetchError):
    """An answer that is no document. ``stage`` is ``blocked`` for walls and ``content`` for what is missing."""

    def __init__(self, stage: str, message: str) -> None:
        super().__init__(message)
        self.stage = stage


def page(answer: Page, source: Source) -> Found:
    """An article, release or publication page, and leads to its attachments."""
    if answer.media_type not in HTML:
        return file(answer, source)
    if urlsplit(answer.url).path.strip("/") == "" and urlsplit(answer.lead.url).path.strip("/"):
        raise NotContentError("content", f"{answer.lead.url}: leads to the home page; the document is gone")
    document = read(answer.body, name=answer.url, media_type="text/html", url=answer.url)
    html = html_of(answer)
    found = Found(documents=[document])
    for field in FIELDS:
        _select(found, source, html, document, field)
    complete(document, answer, source)
    check(document, answer, source)
    attachments(found, source, answer, html)
    return found


def _select(found: Found, source: Source, html: Selector, document: Document, field: str) -> None:
    """Let the source's selectors overrule what the reader has found, and note which one did."""
    for number, css in enumerate(source.select(field)):
        value = " ".join((html.css(css).get() or "").split())
        if field in ("published", "updated"):
            value = iso_date(value) or ""
        if field == "kind":
            value = source.kinds.get(value.lower(), "")
        if value:
            found.hits.append(f"{field}/{number}")
            setattr(document, field, value)
            return


def file(answer: Page, source: Source) -> Found:
    """A file: PDF, spreadsheet, word file. It is read in a child process, so that a bad one costs itself alone."""
    document = read_safely(answer.body, name=file_name(answer), media_type=answer.media_type, url=answer.url)
    document.title = answer.lead.hints.get("title") or document.title  # a file's own is often that of its template
    complete(document, answer, source)
    return Found(documents=[document])


def file_name(answer: Page) -> str:
    """The name that the answer's header, the query or the path gives the file."""
    if named := FILE_NAME.search(answer.headers.get("content-disposition", "")):
        return unquote(named[1]).strip()
    parts = urlsplit(answer.url)
    in_query = re.search(r"[\w-]+\.(?:pdf|docx?|xlsx?|ods|odt|csv)", unquote(parts.query), re.IGNORECASE)
    return in_query[0] if in_query else PurePosixPath(unquote(parts.path)).name or host(answer.url)


def complete(document: Document, answer: Page, source: Source) -> None:
    """Fill in what source and listing know, and the document's address and identity."""
    hints: dict[str, Any] = answer.lead.hints
    document.source = source.id
    document.url = public(answer.url)
    document.native_id = hints.get("native_id") or document.native_id or canonical(answer.url)
    document.publisher = hints.get("publisher") or document.publisher or source.name
    document.title = document.title or hints.get("title") or None
    document.kind = hints.get("kind") or document.kind or source.default_kind or None
    document.reference = document.reference or hints.get("reference")
    document.published = document.published or answer.lead.published or slug_date(answer.url)
    document.updated = document.updated or hints.get("updated")
    document.parent = hints.get("parent")
    document.raw = answer.body
    document.media_type = answer.media_type
    aliases = {public(answer.lead.url), document.url, *document.aliases}
    document.aliases = sorted(aliases - {document.url})


@cache
def answers() -> dict[str, Any]:
    """What tells content from walls: ``answers.yml`` with its marks compiled."""
    data: dict[str, Any] = yaml.safe_load((DATA / "answers.yml").read_text(encoding="utf-8"))
    data["marks"] = {name: re.compile("|".join(marks), re.IGNORECASE) for name, marks in data["marks"].items()}
    return data


def check(document: Document, answer: Page, source: Source) -> None:
    """Raise :class:`NotContentError` for a challenge, a sign-in page, a shell, or a page without date or body."""
    rules = answers()
    words = len(document.text.split())
    # furniture is cut out of the text, and a wall may stand there
    shown = f"{document.title or ''} {document.text}"
    if words < rules["short_words"] and answer.media_type in HTML:
        shown += words_of(html_of(answer))
    for name, mark in rules["marks"].items():
        if words < rules["short_words"] and (wall := mark.search(shown)):
            raise NotContentError(
                "blocked", f"{answer.url}: a {name.replace('_', ' ')} page, not content ({wall[0]!r})"
            )
    if words < rules["least_words"]:
        raise NotContentError("content", f"{answer.url}: {words} words of body; the page or its reading has changed")
    if source.dated and not document.published:
        raise NotContentError("content", f"{answer.url}: no date; look for where the page keeps it")
    if not document.title:
        raise NotContentError("content", f"{answer.url}: no title; look for where the page keeps it")


def attachments(found: Found, source: Source, answer: Page, html: Selector) -> None:
    """Leads to the files that hang on a page. One with the page's own reference is its twin: another address of it."""
    document = found.documents[0]
    for css in source.select("attachments"):
        for link in html.css(css):
            url = urljoin(answer.url, link.attrib.get("href", "")).partition("#")[0]
            if not within(url, source.hosts):
                continue
            if document.reference and document.reference.lower() in url.lower():
                document.aliases.append(url)
                continue
            title = words_of(link)
            hints = {"title": title, "parent": answer.lead.url}
            found.leads.append(Lead(url, "file", published=document.published, hints=hints))


def article(title: str, body: str, answer: Page, url: str) -> Document:
    """A document of the HTML body that an API gives, read as the page it would be."""
    head = f"<head><title>{escape(title)}</title></head>"
    html = f"<!DOCTYPE html><html>{head}<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    document = read(html.encode(), name=url, media_type="text/html", url=url)
    document.title = title
    document.raw = answer.body
    return document
