"""Board papers of integrated care boards and trusts: list page, meeting page, file."""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import urljoin

import yaml
from parsel import Selector

from crawler.frontier import Found, Lead, Page
from crawler.identity import within
from crawler.source import Source
from crawler.spiders.words import DATA, html_of, iso_date, words_of

HOPS = {"board_list": "board_meeting"}  # parser of the pages behind a page; those behind a meeting are not followed


@cache
def words() -> dict[str, re.Pattern[str]]:
    """The patterns of boards.yml by name."""
    data = yaml.safe_load((DATA / "boards.yml").read_text(encoding="utf-8"))
    return {name: re.compile("|".join(patterns), re.IGNORECASE) for name, patterns in data.items()}


def board_page(answer: Page, source: Source) -> Found:
    """Links to papers, and from a list page to meetings. The date is the meeting's: of link, heading or page."""
    html = html_of(answer)
    page_date = iso_date(" ".join(html.css("h1 *::text, h1::text, title::text").getall()))
    found = Found()
    seen = {answer.url}
    for link in html.css("a[href]"):
        url = urljoin(answer.url, link.attrib["href"].strip()).partition("#")[0]
        if url not in seen and within(url, source.hosts):
            seen.add(url)
            _take(found, link, url, answer, page_date)
    return found


def _take(found: Found, link: Selector, url: str, answer: Page, page_date: str | None) -> None:
    title = words_of(link)
    heading = " ".join(
        link.xpath("string((preceding::h2|preceding::h3|preceding::h4)[last()])").get(default="").split()
    )
    about = f"{title} {heading}"
    is_file = words()["file_address"].search(url)
    if words()["unwanted"].search(title) or not words()["paper" if is_file else "meeting"].search(f"{about} {url}"):
        return
    # a bare "Download" says nothing: the heading above it does
    hints = answer.lead.passed() | {"title": title if words()["paper"].search(title) else heading or title}
    published = iso_date(title) or iso_date(heading) or page_date or answer.lead.published
    if is_file:
        found.listed += 1
        found.leads.append(Lead(url, "file", published=published, hints=hints))
    elif parser := HOPS.get(answer.lead.parser):
        found.leads.append(Lead(url, parser, published=published, hints=hints, listing=True))
