"""Files made on the spot for the tests of the readers."""

import io
import zipfile

from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas


def pdf(*pages, bookmarks=(), password=None):
    """A PDF; each page is a list of (x, y from the top, size, text) or a function of the canvas."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1, encrypt=StandardEncryption(password) if password else None)
    for number, page in enumerate(pages, 1):
        for title, at, level in bookmarks:
            if at == number:
                canvas.bookmarkPage(f"p{number}")
                canvas.addOutlineEntry(title, f"p{number}", level)
        if callable(page):
            page(canvas)
        else:
            for x, y, size, text in page:
                canvas.setFont("Helvetica", size)
                canvas.drawString(x, A4[1] - y, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def lines(*texts, x=72, y=100, size=11, pitch=14):
    """Lines of text under each other."""
    return [(x, y + pitch * n, size, text) for n, text in enumerate(texts)]


def archive(members, compression=zipfile.ZIP_DEFLATED):
    """A ZIP archive of the given names and bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return out.getvalue()


def figures(table):
    """A table as {(row, column): text} of the cells that hold something."""
    return {(cell.row, cell.column): cell.text for cell in table.cells if cell.text}


def check_offsets(document):
    """Every offset of a document gives the words that it stands for."""
    for block in document.blocks:
        assert document.text[block.start : block.end].strip()
    for table in document.tables:
        for cell in table.cells:
            assert document.text[cell.start : cell.end] == cell.text
        if table.caption:
            assert document.text[table.caption_start :].startswith(table.caption)
    for child in document.children:
        check_offsets(child)
