"""From the pieces of pages to paragraphs, headings, list items and tables in reading order."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from crawler.document import Cell
from crawler.readers.base import CELL_SEPARATOR, Writer
from crawler.readers.pdf_tables import Found, find_tables, rows_of
from crawler.readers.pdf_words import Page, Piece

_BULLET = re.compile(r"(?:[•●▪◦‣■□o]|[–—-])\s+(?=\S)")
_NUMBERED = re.compile(r"(?:\d{1,2}(?:\.\d{1,2})*\.?|\(?[a-z]\)|\(?[ivx]{1,4}\))\s+(?=\S)")
# A label with its value, or a date: what cover sheets and letters put on a line of its own.
_OWN_LINE = re.compile(r"[A-Z][A-Za-z /()]{1,30}:\s+\S|(?:\w+day,? )?\d{1,2}(?:st|nd|rd|th)? [A-Z][a-z]+ \d{4}$")
_PAGE_NUMBER = re.compile(
    r"(?:page\s*)?[-–|\s]*\d{1,4}\s*(?:(?:of|/)\s*\d{1,4})?[-–|\s]*|page\s*\d+.{0,20}", re.IGNORECASE
)
# First halves of words that are written with a hyphen wherever they stand.
_KEEP_HYPHEN = re.compile(
    r"\b(?:non|well|long|short|mid|self|co|pre|post|year|half|high|low|one|two|three|full|part)-$"
)
_ENDED = (".", ":", ";", "!", "?", ".”", ".’")


@dataclass(slots=True)
class Item:
    """A block or table ready to be written."""

    kind: str
    text: str = ""
    page: int = 0
    level: int = 0
    cells: list[Cell] = field(default_factory=list)
    row_pages: dict[int, int] = field(default_factory=dict)
    columns: int = 0


@dataclass(frozen=True, slots=True)
class _Type:
    """What is known of the whole document's type: the size of its body text, and how often it uses each word."""

    body: float
    words: Counter[str]


def lay_out(pages: list[Page], ruled: dict[int, list[Found]]) -> list[Item]:
    """Items of all pages in order. ``ruled`` holds the tables that drawn lines gave away, by page."""
    sizes = Counter(round(piece.size, 1) for page in pages for piece in page.pieces for _ in piece.text.split())
    body = sizes.most_common(1)[0][0] if sizes else 10.0
    _drop_furniture(pages)
    words = Counter(
        word.strip(".,;:()").lower() for page in pages for piece in page.pieces for word in piece.text.split()
    )
    items: list[Item] = []
    for page in pages:
        for item in _page_items(page, ruled.get(page.number, []), body, words):
            _append(items, item, words)
    return items


def write(items: list[Item], writer: Writer) -> None:
    """Write items, each with its page."""
    for item in items:
        writer.page = item.page
        if item.kind == "table":
            writer.add_table(item.cells, pages=item.row_pages)
        else:
            writer.add(item.kind, item.text, item.level)


def _drop_furniture(pages: list[Page]) -> None:
    """Cut page numbers, and lines at the edge whose words, digits apart, stand there on pages nearby too."""
    edges = {page.number: _edge_lines(page) for page in pages}
    for page in pages:
        near = [edges[n] for n in range(page.number - 6, page.number + 7) if n in edges and n != page.number]
        dropped = []
        for key, line in edges[page.number].items():
            repeats = sum(key in other for other in near)
            text = " ".join(piece.text for piece in line)
            if (
                repeats >= max(2, min(len(near), 6) // 2)
                or (len(pages) > 1 and repeats)
                or _PAGE_NUMBER.fullmatch(text)
            ):
                dropped += [id(piece) for piece in line]
        page.pieces = [piece for piece in page.pieces if id(piece) not in dropped]


def _edge_lines(page: Page) -> dict[tuple[str, int], list[Piece]]:
    """The top and bottom lines of a page by their words (digits as #) and their rounded height."""
    rows = rows_of(page.pieces)
    outer = [row for row in rows if row[0].bottom < 0.09 * page.height or row[0].top > 0.91 * page.height]
    return {(_key(" ".join(p.text for p in row)), round(row[0].top / 6)): row for row in outer}


def _key(text: str) -> str:
    """A line with its numbers as ``#``: page numbers change. A line with money or shares is only like its equal."""
    return text if "£" in text or "%" in text else re.sub(r"\d+", "#", text)


def _page_items(page: Page, ruled: list[Found], body: float, words: Counter[str]) -> list[Item]:
    items: list[Item] = []
    free = sorted((p for p in page.pieces if not any(t.holds(p) for t in ruled)), key=lambda p: p.middle)
    # Drawn tables part the page: what stands above one is read before it.
    for table in [*sorted(ruled, key=lambda found: found.top), None]:
        above = [p for p in free if table is None or p.middle < table.top]
        free = free[len(above) :]
        for column in _columns(above, page.width):
            items += _column_items(column, page, body, words)
        items += [_table_item(table, page.number)] if table is not None else []
    return items


def _table_item(table: Found, page: int) -> Item:
    return Item("table", page=page, cells=table.cells, columns=table.columns)


def _column_items(pieces: list[Piece], page: Page, body: float, words: Counter[str]) -> list[Item]:
    """Items of one column from the top down: its tables without drawn lines, and the paragraphs between them."""
    items: list[Item] = []
    right = max((piece.x1 for piece in pieces), default=0.0)
    rest = pieces
    for table in [*find_tables(pieces, page.width), None]:
        above = [p for p in rest if table is None or p.middle < table.top]
        rest = [p for p in rest if table is not None and p.middle > table.bottom]
        items += _paragraphs(rows_of(above), page.number, right, _Type(body, words))
        items += [_table_item(table, page.number)] if table is not None else []
    return items


def _columns(pieces: list[Piece], width: float) -> list[list[Piece]]:
    """The pieces column after column. Lines across the gutter part what is above them from what is below."""
    gutter = _gutter(pieces, width)
    if gutter is None:
        return [pieces] if pieces else []
    bands: list[list[Piece]] = []
    left: list[Piece] = []
    right: list[Piece] = []
    whole: list[Piece] = []
    for row in rows_of(pieces):
        if any(p.x0 < gutter - 2 and p.x1 > gutter + 2 for p in row):
            bands += [side for side in (left, right) if side]
            left, right = [], []
            whole += row
            continue
        bands += [whole] if whole else []
        whole = []
        left += [p for p in row if p.x1 <= gutter + 2]
        right += [p for p in row if p.x1 > gutter + 2]
    return bands + [side for side in (whole, left, right) if side]


def _gutter(pieces: list[Piece], width: float) -> float | None:
    """Where the white space between two columns of prose lies, if there is any.

    Lines of prose are wide and begin at one left edge; the words of a table's columns are short.
    """
    prose = [p for p in pieces if 0.28 * width <= p.x1 - p.x0 <= 0.55 * width]
    right = sorted(p.x0 for p in prose if p.x0 > 0.4 * width)
    if len(right) < 3 or len(prose) - len(right) < 3:
        return None
    edge = median(right)
    crossing = sum(p.x0 < edge - 4 < p.x1 for p in pieces)
    straight = sum(abs(x - edge) < 4 for x in right)
    return edge - 4 if straight >= 0.6 * len(right) and crossing <= 0.3 * len(pieces) else None


def _paragraphs(lines: list[list[Piece]], page: int, right: float, known: _Type) -> list[Item]:
    items: list[Item] = []
    last: list[Piece] | None = None
    pitch = median([b[0].top - a[0].top for a, b in pairwise(lines)] or [known.body * 1.3])
    for row in lines:
        text = CELL_SEPARATOR.join(piece.text for piece in row)
        kind, level = _kind_of(row, text, known.body)
        if last is not None and _continues(items[-1], last, row, (kind, level, pitch, right)):
            items[-1].text = join(items[-1].text, text, known.words)
        else:
            items.append(Item(kind, text, page, level))
        last = row
    for item in items:
        if item.kind == "list_item":
            item.text = _BULLET.sub("", item.text, count=1)
    return items


def _kind_of(row: list[Piece], text: str, body: float) -> tuple[str, int]:
    size = max(piece.size for piece in row)
    if _BULLET.match(text):
        return "list_item", 0
    large = size >= 1.12 * body
    bold = all(piece.bold for piece in row) and not text.endswith((".", ",", ";")) and len(text) <= 110
    if len(row) == 1 and len(text) <= 160 and any(c.isalpha() for c in text) and (large or bold):
        return "heading", 1 if size >= 1.6 * body else 2 if large else 3
    return "paragraph", 0


def _continues(item: Item, last: list[Piece], row: list[Piece], state: tuple[str, int, float, float]) -> bool:
    """Whether a line goes on with the block above it."""
    kind, level, pitch, right = state
    gap = row[0].top - last[0].top
    if abs(row[0].size - last[0].size) > 0.6 or gap <= 0 or gap > max(1.35 * pitch, 1.6 * row[0].size):
        return False
    if item.kind == "heading" or kind == "heading":
        return item.kind == kind and item.level == level and gap < 1.5 * row[0].size
    if kind == "list_item" or len(row) > 1 or len(last) > 1 or _OWN_LINE.match(row[0].text):
        return False
    # A line was broken on purpose when the first word of the next would have fitted behind it.
    first = row[0].words[0][2] - row[0].words[0][1] if row[0].words else 0.0
    broken_word = item.text.endswith("-") and not row[0].text[:1].isupper()
    if last[-1].x1 + first + row[0].size < right and not broken_word:
        return False
    indent = row[0].x0 - last[0].x0
    hanging = item.kind == "list_item" or _NUMBERED.match(item.text) is not None or indent < 0
    return abs(indent) < 4 or hanging


def _append(items: list[Item], item: Item, words: Counter[str]) -> None:
    """Add an item, or go on with one that runs over from the page before."""
    last = items[-1] if items else None
    if last is None or item.page == last.page:
        items.append(item)
    elif item.kind == last.kind == "table" and item.columns == last.columns:
        _append_rows(last, item)
    elif (
        item.kind == "paragraph"
        and last.kind in ("paragraph", "list_item")
        and item.text[:1].islower()
        and not last.text.endswith(_ENDED)
    ):
        last.text = join(last.text, item.text, words)
    else:
        items.append(item)


def _append_rows(table: Item, more: Item) -> None:
    """Add the rows of a table that runs over a page, without the header rows that it repeats."""
    have = {cell.row: "\t".join(c.text for c in table.cells if c.row == cell.row) for cell in table.cells}
    start = max(have) + 1
    repeated = {row for row in {c.row for c in more.cells} if row < 3 and have.get(row) == _row_text(more, row)}
    kept = sorted({cell.row for cell in more.cells} - repeated)
    place = {row: start + n for n, row in enumerate(kept)}
    for cell in more.cells:
        if cell.row in place:
            cell.row = place[cell.row]
            table.cells.append(cell)
            table.row_pages[cell.row] = more.page


def _row_text(table: Item, row: int) -> str:
    return "\t".join(cell.text for cell in table.cells if cell.row == row)


def join(text: str, more: str, words: Counter[str]) -> str:
    """Two lines as one, without a hyphen that only broke a word; figures and compound words keep theirs."""
    if not text.endswith("-") or len(text) < 2 or text[-2].isspace():
        return f"{text} {more}"
    head, tail = text.rsplit(maxsplit=1)[-1], more.split(maxsplit=1)[0].strip(".,;:()").lower()
    whole = (head[:-1] + tail).lower().strip("(“‘")
    if text[-2].isdigit() or not more[:1].islower() or words[(head + tail).lower()] > words[whole]:
        return text + more
    if words[whole] == 0 and _KEEP_HYPHEN.search(head.lower()):
        return text + more
    return text[:-1] + more
