"""Scanned pages and images through Tesseract, when it is installed (the ``ocr`` extra and the program itself)."""

from __future__ import annotations

import importlib.util
import io
import shutil
from typing import TypeAlias

import pypdfium2

from crawler.document import Document
from crawler.readers import head
from crawler.readers.base import Input, Untyped, Writer, fold, limit
from crawler.readers.pdf_layout import lay_out, write
from crawler.readers.pdf_words import Page, Piece

Pieces: TypeAlias = list[Piece]

_DPI = 300
_LEAST_CONFIDENCE = 40  # of 100: below it Tesseract reads words into specks and rules


def missing() -> str | None:
    """What to install before scanned pages can be read; None when all is there."""
    if importlib.util.find_spec("pytesseract") is None:
        return "install the extra: pip install 'breakeven[ocr]', and Tesseract itself"
    if shutil.which("tesseract") is None:
        return "install Tesseract (Debian: apt install tesseract-ocr)"
    return None


def page_pieces(document: pypdfium2.PdfDocument, number: int) -> Pieces:
    """Words recognised on page ``number`` (from 1), with their places in points."""
    page = document[number - 1]
    try:
        image = page.render(scale=_DPI / 72, grayscale=True).to_pil()
    finally:
        page.close()
    return _pieces(image, 72 / _DPI)


def read(source: Input) -> Document:
    """Read a picture of one page. Raises UnreadableInput when Tesseract is not there."""
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - comes with pdfplumber

    reason = missing()
    if reason is not None:
        raise source.error("it is an image without text", reason)
    try:
        image = Image.open(io.BytesIO(source.data))
        if image.width * image.height > limit("max_pixels"):
            raise source.error("the image is too large", f"the limit is {limit('max_pixels') // 1_000_000} megapixels")
        grey = image.convert("L")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise source.error("the image is damaged", "fetch it again") from error
    writer = Writer()
    page = Page(1, grey.width * 72 / _DPI, grey.height * 72 / _DPI, _pieces(grey, 72 / _DPI))
    write(lay_out([page], {}), writer)
    document = writer.document(ocr=True)
    head.complete(document)
    return document


def _pieces(image: Untyped, scale: float) -> Pieces:
    """Words on one line, run together where no wide gap parts them."""
    import pytesseract  # noqa: PLC0415 - an optional extra

    table = pytesseract.image_to_data(
        image, lang="eng", config="--psm 3", output_type=pytesseract.Output.DICT, timeout=60
    )
    pieces: Pieces = []
    before: tuple[int, int, int] | None = None
    for n, raw in enumerate(table["text"]):
        word = fold(raw).strip()
        if not word or float(table["conf"][n]) < _LEAST_CONFIDENCE:
            continue
        line = (table["block_num"][n], table["par_num"][n], table["line_num"][n])
        x0, top = table["left"][n] * scale, table["top"][n] * scale
        piece = Piece(word, x0, x0 + table["width"][n] * scale, top, top + table["height"][n] * scale, 10.0)
        piece.words = [(word, piece.x0, piece.x1)]
        if line == before and piece.x0 - pieces[-1].x1 < pieces[-1].size:
            pieces[-1].text += " " + word
            pieces[-1].words += piece.words
            pieces[-1].x1, pieces[-1].bottom = piece.x1, max(pieces[-1].bottom, piece.bottom)
        else:
            pieces.append(piece)
        before = line
    return pieces
