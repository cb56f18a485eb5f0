"""Parsers of answers by the names that sources and leads use, and the one spider that runs them (collector.py)."""

from __future__ import annotations

from collections.abc import Callable

from crawler.frontier import Found, Page
from crawler.source import Source
from crawler.spiders import boards, govuk, guardian, listings, pages, parliament, wordpress

Parser = Callable[[Page, Source], Found]

PARSERS: dict[str, Parser] = {
    "listing": listings.listing,
    "feed": listings.feed,
    "sitemap": listings.sitemap,
    "page": pages.page,
    "file": pages.file,
    "wordpress": wordpress.items,
    "wordpress_page": wordpress.wordpress_page,
    "wordpress_item": wordpress.wordpress_item,
    "govuk_search": govuk.search,
    "govuk_content": govuk.content,
    "questions": parliament.questions,
    "question": parliament.question,
    "statements": parliament.statements,
    "statement": parliament.statement,
    "committees": parliament.committees,
    "board_list": boards.board_page,
    "board_meeting": boards.board_page,
    "guardian": guardian.guardian,
}
