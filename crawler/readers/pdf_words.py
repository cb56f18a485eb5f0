"""The words of a PDF page with their places, from pdfium's text layer."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdfium2
import pypdfium2.raw as pdfium

from crawler.readers.base import Untyped, fold

# A word, or the part of one before a hyphen at the end of a line: pdfium marks those, and runs the lines together.
_WORD = re.compile(r"[^\s\x02\ufffe]*[\x02\ufffe]|[^\s\x02\ufffe]+")
_SOFT_HYPHENS = str.maketrans({"\x02": "-", "\ufffe": "-", "\u2010": "-"})
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(slots=True)
class Piece:
    """Words that run on without a wide gap. Places are in points from the page's top left corner."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    bold: bool = False
    words: list[tuple[str, float, float]] = field(default_factory=list)  # each with its left and right

    @property
    def middle(self) -> float:
        """Height of its middle line."""
        return (self.top + self.bottom) / 2


@dataclass(slots=True)
class Page:
    """What stands on a page. ``number`` counts from 1; ``paths`` counts drawn lines and boxes."""

    number: int
    width: float
    height: float
    pieces: list[Piece] = field(default_factory=list)
    paths: int = 0
    images: int = 0


def read_page(document: pypdfium2.PdfDocument, number: int) -> Page:
    """The pieces of page ``number`` (from 1), in the order in which the file draws them."""
    page = document[number - 1]
    width, height = page.get_size()
    found = Page(number, width, height)
    text_page = page.get_textpage()
    try:
        for word in _words(page, text_page):
            _extend(found.pieces, word)
        for item in page.get_objects(max_depth=2):
            found.paths += item.type == pdfium.FPDF_PAGEOBJ_PATH
            found.images += item.type == pdfium.FPDF_PAGEOBJ_IMAGE
    finally:
        text_page.close()
        page.close()
    return found


def _extend(pieces: list[Piece], word: Piece) -> None:
    """Add a word to the last piece, or begin a new one when it stands apart from it."""
    last = pieces[-1] if pieces else None
    if last is not None:
        same_line = abs(last.middle - word.middle) < 0.35 * max(last.size, word.size)
        gap = word.x0 - last.x1
        if same_line and -0.5 * last.size < gap < 0.95 * last.size:
            # Text that is drawn letter by letter has no space between words, only no gap within them.
            last.text += (" " if gap > 0.08 * last.size else "") + word.text
            last.words += word.words
            last.x1, last.top, last.bottom = word.x1, min(last.top, word.top), max(last.bottom, word.bottom)
            return
    pieces.append(word)


def _words(page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage) -> Iterator[Piece]:
    place = _placer(page)
    for match in _WORD.finditer(text_page.get_text_range()):
        first = pdfium.FPDFText_GetCharIndexFromTextIndex(text_page, match.start())
        last = pdfium.FPDFText_GetCharIndexFromTextIndex(text_page, match.end() - 1)
        boxes = [_box(text_page, index) for index in (first, last)]
        text = fold(match.group().translate(_SOFT_HYPHENS)).strip()
        if first < 0 or last < 0 or None in boxes or not text:
            continue
        x0, x1, top, bottom = place(boxes[0], boxes[1])
        size = pdfium.FPDFText_GetFontSize(text_page, first)
        # A size of 1 is scaled by the text's matrix; its height tells more.
        size = size if size > 2 else max(bottom - top, 1.0)
        text = _with_mark(text_page, text, last, size)
        yield Piece(text, x0, x1, top, bottom, size, _is_bold(text_page, first), [(text, x0, x1)])


def _with_mark(text_page: Untyped, text: str, last: int, size: float) -> str:
    """A note's mark in smaller type at the end of a word, as superscript: plain digits would lengthen a figure."""
    count = 0
    while count < min(len(text) - 1, 3) and text[-1 - count].isdigit():
        if pdfium.FPDFText_GetFontSize(text_page, last - count) > 0.8 * size:
            break
        count += 1
    return text[: len(text) - count] + text[len(text) - count :].translate(_RAISED) if count else text


def _box(text_page: Untyped, index: int) -> tuple[float, float, float, float] | None:
    rect = pdfium.FS_RECTF()
    if not pdfium.FPDFText_GetLooseCharBox(text_page, index, ctypes.byref(rect)):
        return None
    return rect.left, rect.right, rect.bottom, rect.top


def _is_bold(text_page: Untyped, index: int) -> bool:
    buffer = ctypes.create_string_buffer(96)
    pdfium.FPDFText_GetFontInfo(text_page, index, buffer, 96, None)
    name = buffer.value.lower()
    return b"bold" in name or b"black" in name or pdfium.FPDFText_GetFontWeight(text_page, index) >= 600


def _placer(page: pypdfium2.PdfPage) -> Untyped:
    """A function from two character boxes to left, right, top, bottom as shown, whatever way the page is turned."""
    left, low, right, high = page.get_cropbox()
    turn = page.get_rotation()

    def shown(first: tuple[float, float, float, float], last: tuple[float, float, float, float]) -> tuple[float, ...]:
        x0, x1 = min(first[0], last[0]) - left, max(first[1], last[1]) - left
        y0, y1 = min(first[2], last[2]) - low, max(first[3], last[3]) - low
        width, height = right - left, high - low
        return {
            0: (x0, x1, height - y1, height - y0),
            90: (y0, y1, x0, x1),
            180: (width - x1, width - x0, y0, y1),
            270: (height - y1, height - y0, width - x1, width - x0),
        }[turn]

    return shown
