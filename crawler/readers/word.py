"""Word files: DOCX through mammoth and the HTML path, ODT from its content."""

from __future__ import annotations

import io
import xml.parsers.expat
import zipfile

from crawler.document import Document
from crawler.readers import head
from crawler.readers.base import Input, Untyped, Writer
from crawler.readers.containers import open_office
from crawler.readers.formats import recognise
from crawler.readers.html import from_tree, parse
from crawler.readers.opendocument import read_text

_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Caption'] => figcaption:fresh
p[style-name='caption'] => figcaption:fresh
"""


def read(source: Input) -> Document:
    """Read a DOCX or ODT file. Macros are never run and nothing that the file refers to is loaded."""
    document = _odt(source) if recognise(source) == "odt" else _docx(source)
    document.title = next((document.text[b.start : b.end] for b in document.blocks if b.kind == "heading"), None)
    head.complete(document)
    return document


def _odt(source: Input) -> Document:
    writer = Writer()
    read_text(source, writer)
    return writer.document()


def _docx(source: Input) -> Document:
    import mammoth  # noqa: PLC0415 - for Word files only

    open_office(source)
    damage = (ValueError, KeyError, TypeError, AttributeError, IndexError, zipfile.BadZipFile, OSError)
    try:
        result = mammoth.convert_to_html(
            io.BytesIO(source.data), style_map=_STYLES, convert_image=mammoth.images.img_element(_no_image)
        )
    except (*damage, xml.parsers.expat.ExpatError, RecursionError) as error:
        raise source.error(f"the document is damaged ({type(error).__name__})", "save a fresh copy") from error
    tree = parse(f"<body>{result.value}</body>")
    if tree is None:
        raise source.error("it holds no text", "give a file with content")
    return from_tree(tree, whole=True)


def _no_image(_: Untyped) -> dict[str, str]:
    return {}
