"""Listings: pages of links, feeds and sitemaps. Each yields leads, and what it leaves out is counted."""

from __future__ import annotations

import re
from calendar import timegm
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import feedparser
from parsel import Selector
from scrapy.utils.sitemap import Sitemap

from breakeven_errors import SourceError
from crawler.document import Block, Document
from crawler.frontier import Found, Lead, Page
from crawler.identity import canonical, public, within
from crawler.source import Source
from crawler.spiders.words import html_of, iso_date, relevant, slug_date, words_of, zoned

FEED_PROBLEM = "{url}: holds no entries of a feed; look whether the address still serves RSS or Atom"


def listing(page: Page, source: Source) -> Found:
    """A page of links: entries by the source's ``entry`` selector, or every link whose address matches ``item``."""
    html = html_of(page)
    found = Found()
    seen: set[str] = set()
    for entry in _entries(html, source, found):
        lead = _lead(entry, page, source)
        if lead and lead.url not in seen:
            seen.add(lead.url)
            add(found, source, lead, words_of(entry))
    found.following = _following(html, page, source)
    return found


def _entries(html: Selector, source: Source, found: Found) -> list[Selector]:
    for number, css in enumerate(source.select("entry")):
        if entries := html.css(css):
            found.hits.append(f"entry/{number}")
            return list(entries)
    return list(html.css("a[href]"))


def _lead(entry: Selector, page: Page, source: Source) -> Lead | None:
    link = entry if entry.root.tag == "a" else None
    for css in source.select("link") or ["a[href]"]:
        link = link or next(iter(entry.css(css)), None)
    if link is None or not (href := link.attrib.get("href", "").strip()):
        return None
    url = urljoin(page.url, href).partition("#")[0]
    if not re.search(source.item, url) or not within(url, source.hosts):
        return None
    title = words_of(link)
    dates = [value for css in source.select("entry_date") for value in entry.css(css).getall()]
    published = next(filter(None, map(iso_date, dates)), None) or slug_date(url)
    return Lead(url, source.reader, published=published, hints=page.lead.passed() | {"title": title})


def _following(html: Selector, page: Page, source: Source) -> Lead | None:
    hrefs = [href for css in source.select("next") for href in html.css(css).getall()]
    return following(page, source, urljoin(page.url, hrefs[0])) if hrefs else None


def following(page: Page, source: Source, url: str) -> Lead | None:
    """The next page of a listing, unless the source's number of pages is reached."""
    number = int(page.lead.hints.get("page", "1")) + 1
    if number > source.pages:
        return None
    return Lead(url, page.lead.parser, hints=page.lead.hints | {"page": str(number)}, listing=True)


def add(found: Found, source: Source, lead: Lead, summary: str = "") -> bool:
    """Count an entry, and take its lead when it is about money or jobs."""
    found.listed += 1
    if not lead.published:
        found.undated += 1
    if not relevant(source, lead, summary):
        found.left_out += 1
        return False
    found.leads.append(lead)
    return True


def feed(page: Page, source: Source) -> Found:
    """RSS or Atom. For a source of headlines the entry itself is the document; its link is never asked."""
    parsed = feedparser.parse(
        page.body, response_headers={"content-type": page.media_type, "content-location": page.url}
    )
    if not parsed.entries and not parsed.version:
        raise SourceError(FEED_PROBLEM.format(url=page.url))
    found = Found()
    for entry in parsed.entries:
        if link := entry.get("link"):
            _entry(found, source, page, entry, urljoin(page.url, link))
    return found


def _entry(found: Found, source: Source, page: Page, entry: feedparser.FeedParserDict, url: str) -> None:
    summary = words_of(Selector(entry.get("summary") or "<p></p>", type="html"))
    lead = Lead(
        url,
        source.reader,
        stamp=_when(entry, "updated"),
        published=_when(entry, "published") or _when(entry, "updated"),
    )
    lead.hints = page.lead.passed() | {"title": " ".join(entry.get("title", "").split())}
    if not within(url, source.hosts) and source.body != "headline":
        found.listed += 1
        found.left_out += 1
    elif add(found, source, lead, summary) and source.body == "headline":
        found.leads.pop()
        found.documents.append(headline(lead, source, summary))


def _when(entry: feedparser.FeedParserDict, name: str) -> str | None:
    parsed = entry.get(f"{name}_parsed")
    return zoned(datetime.fromtimestamp(timegm(parsed), UTC)) if parsed else iso_date(entry.get(name))


def headline(lead: Lead, source: Source, summary: str) -> Document:
    """A document that is headline and summary alone."""
    title = lead.hints["title"]
    text = f"{title}\n\n{summary}".strip()
    blocks = [Block("heading", 0, len(title), level=1)]
    if summary:
        blocks.append(Block("paragraph", len(title) + 2, len(text), heading=title))
    return Document(
        text=text, blocks=blocks, title=title, kind="news", publisher=source.name, published=lead.published,
        source=source.id, url=public(lead.url),
        native_id=canonical(lead.url), raw=text.encode(), language="en",
    )  # fmt: skip


def sitemap(page: Page, source: Source) -> Found:
    """A sitemap, or an index of them, followed where an address matches ``sitemap``. ``lastmod`` is the stamp."""
    parsed = Sitemap(page.body)
    if parsed.type not in ("urlset", "sitemapindex"):
        raise SourceError(f"{page.url}: is no sitemap; look whether the address still serves one")
    found = Found()
    for entry in parsed:
        url, stamp = urljoin(page.url, entry["loc"]), iso_date(entry.get("lastmod"))
        if parsed.type == "sitemapindex":
            if any(re.search(pattern, url) for pattern in source.select("sitemap") or [""]):
                found.leads.append(Lead(url, "sitemap", hints=page.lead.passed(), listing=True))
        elif re.search(source.item, url) and within(url, source.hosts):
            add(found, source, Lead(url, source.reader, stamp=stamp, published=None, hints=page.lead.passed()))
    found.undated = 0  # a sitemap holds no dates of publication
    return found


def with_query(url: str, **values: str | int) -> str:
    """The address with some of its query's values replaced."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) | {key: str(value) for key, value in values.items()}
    return parts._replace(query=urlencode(query)).geturl()
