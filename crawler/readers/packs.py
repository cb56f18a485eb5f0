"""Board packs cut into their papers: by bookmarks first, by cover sheets next."""

from __future__ import annotations

import re
from functools import cache

from crawler.document import Document
from crawler.readers import head
from crawler.readers.base import Writer, settings
from crawler.readers.pdf_layout import Item, write

Part = tuple[str, int, int]  # title, first page, last page


def agenda_items(bookmarks: list[tuple[str, int, int]], items: list[Item], pages: int) -> list[Part]:
    """The papers of a pack; an empty list for a document that is no pack."""
    if pages < settings()["packs"]["least_pages"]:
        return []
    starts = _by_bookmarks(bookmarks) or _by_cover_sheets(items)
    if len(starts) < settings()["packs"]["least_items"]:
        return []
    ends = [first - 1 for _, first in starts[1:]] + [pages]
    return [(title, first, max(first, last)) for (title, first), last in zip(starts, ends, strict=True)]


def _by_bookmarks(bookmarks: list[tuple[str, int, int]]) -> list[tuple[str, int]]:
    """The bookmarks of the first depth that has several; of those on one page the first."""
    if not any(_agenda().search(title) for title, _, _ in bookmarks):
        return []
    for depth in range(3):
        starts: dict[int, str] = {}
        for title, page, level in bookmarks:
            if level == depth and title:
                starts.setdefault(page, title)
        if len(starts) >= settings()["packs"]["least_items"]:
            return [(title, page) for page, title in sorted(starts.items())]
    return []


def _by_cover_sheets(items: list[Item]) -> list[tuple[str, int]]:
    """Pages that begin with a cover sheet, which names the paper in a heading or in its row *Title*."""
    by_page: dict[int, list[Item]] = {}
    for item in items:
        by_page.setdefault(item.page, []).append(item)
    starts = []
    for page, found in sorted(by_page.items()):
        text = "\n".join(item.text or "\n".join(_rows(item)) for item in found[:10])[:1500]
        if len(_cover().findall(text)) >= 2:
            starts.append((_cover_title(found, text), page))
    return starts


def _rows(item: Item) -> list[str]:
    rows: dict[int, list[str]] = {}
    for cell in item.cells:
        rows.setdefault(cell.row, []).append(cell.text)
    return ["\t".join(texts) for texts in rows.values()]


def _cover_title(found: list[Item], text: str) -> str:
    named = _title_row().search(text)
    if named:
        return named.group(1).strip()
    heading = next((item.text for item in found if item.kind == "heading"), None)
    return heading or text.split("\n", maxsplit=1)[0][:150]


def cut(items: list[Item], parts: list[Part], recognised: set[int]) -> Document:
    """The pack as a document of its first pages, with a child for each paper; a paper's pages are those of the pack."""
    first = parts[0][1]
    writer = Writer()
    write([item for item in items if item.page < first], writer)
    if not writer.blocks:
        for title, page, _ in parts:
            writer.add("list_item", f"{title}, page {page}")
    pack = writer.document(kind="board_paper")
    head.complete(pack)
    for title, start, end in parts:
        own = [item for item in items if start <= item.page <= end]
        child = _paper(title, own, bool(recognised & set(range(start, end + 1))))
        if child.text.strip():
            child.published = child.published or pack.published
            pack.children.append(child)
    return pack


def _paper(title: str, items: list[Item], recognised: bool) -> Document:
    writer = Writer()
    write(items, writer)
    paper = writer.document(title=title, part=title, kind="board_paper", ocr=recognised, media_type="application/pdf")
    head.complete(paper)
    return paper


@cache
def _agenda() -> re.Pattern[str]:
    return re.compile(settings()["packs"]["bookmark"], re.IGNORECASE)


@cache
def _cover() -> re.Pattern[str]:
    return re.compile(settings()["packs"]["cover"], re.IGNORECASE | re.MULTILINE)


@cache
def _title_row() -> re.Pattern[str]:
    return re.compile(settings()["packs"]["title"], re.IGNORECASE | re.MULTILINE)
