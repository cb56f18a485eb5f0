"""PDF files: text in reading order with page numbers, tables, board packs cut into their papers, scanned pages."""

from __future__ import annotations

import pypdfium2

from crawler.document import Document
from crawler.readers import head, ocr
from crawler.readers.base import Input, Writer, fold, limit
from crawler.readers.packs import agenda_items, cut
from crawler.readers.pdf_layout import lay_out, write
from crawler.readers.pdf_tables import ruled_tables, worth_ruling
from crawler.readers.pdf_words import Page, read_page

_SCANNED_BELOW = 20  # characters of text on a page with an image


def read(source: Input) -> Document:
    """Read a PDF file. A board pack's papers are the children of the document that its first pages make."""
    document = _open(source)
    try:
        if len(document) > limit("max_pages"):
            raise source.error(f"it has {len(document):,} pages", f"the limit is {limit('max_pages'):,}; split it")
        pages = [read_page(document, number) for number in range(1, len(document) + 1)]
        scanned = [page.number for page in pages if _is_scanned(page)]
        recognised = _recognise(source, document, scanned, len(pages))
        bookmarks = _bookmarks(document)
    finally:
        document.close()
    for number, pieces in recognised.items():
        pages[number - 1].pieces = pieces
    chosen = [page.number for page in pages if worth_ruling(page)]
    items = lay_out(pages, ruled_tables(source.data, chosen) if chosen else {})
    parts = agenda_items(bookmarks, items, len(pages))
    left_out = _left_out(source, [number for number in scanned if number not in recognised], len(pages))
    if parts:
        pack = cut(items, parts, set(recognised))
        pack.problems += left_out
        return pack
    writer = Writer()
    write(items, writer)
    found = writer.document(ocr=bool(recognised))
    found.problems += left_out
    headings = [b for b in found.blocks if b.kind == "heading" and b.page == 1]
    top = min(headings, key=lambda b: (b.level, b.start), default=None)
    found.title = found.text[top.start : top.end] if top else None
    head.complete(found)
    return found


def _open(source: Input) -> pypdfium2.PdfDocument:
    try:
        document = pypdfium2.PdfDocument(source.data)
        if len(document) == 0:
            raise source.error("it has no pages", "fetch it again")
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise source.error("it is encrypted", "save a copy without a password") from error
        raise source.error("the PDF is damaged", "fetch it again, or print it to a new PDF") from error
    return document


def _bookmarks(document: pypdfium2.PdfDocument) -> list[tuple[str, int, int]]:
    """Title, page (from 1) and depth of each bookmark that leads to a page."""
    found = []
    for mark in document.get_toc(max_depth=3):
        target = mark.get_dest()
        index = target.get_index() if target is not None else None
        if index is not None:
            found.append((fold(mark.get_title()).strip(), index + 1, mark.level))
    return found


def _is_scanned(page: Page) -> bool:
    return page.images > 0 and sum(len(piece.text) for piece in page.pieces) < _SCANNED_BELOW


def _recognise(source: Input, document: pypdfium2.PdfDocument, scanned: list[int], total: int) -> dict[int, ocr.Pieces]:
    """The words of scanned pages. Without Tesseract a file of nothing else is refused."""
    if not scanned:
        return {}
    reason = ocr.missing()
    if reason is None:
        return {number: ocr.page_pieces(document, number) for number in scanned[: limit("max_ocr_pages")]}
    if len(scanned) == total:
        raise source.error("its pages are scanned images without text", reason)
    return {}


def _left_out(source: Input, scanned: list[int], total: int) -> list[str]:
    """What to say of scanned pages that were not recognised."""
    if not scanned:
        return []
    mend = ocr.missing() or f"no more than {limit('max_ocr_pages')} are recognised; split the file"
    pages = f"{len(scanned)} of {total} pages are scanned images and were left out, first page {scanned[0]}"
    return [f"{source.name}: {pages}; {mend}"]
