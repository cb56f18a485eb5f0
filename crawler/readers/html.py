"""HTML pages: the main text, serialised once with its headings, lists, captions and tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import lxml.html
from lxml import etree
from w3lib.encoding import html_to_unicode

from crawler.document import Document
from crawler.readers import head, metadata
from crawler.readers.base import Input, Writer, fold, limit
from crawler.readers.furniture import main_content
from crawler.readers.html_tables import is_data_table, read_table
from crawler.readers.inline import Element, element_names, inline_text

_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}


def read(source: Input) -> Document:
    """Read a page. Furniture is left out; title, dates and names come from JSON-LD, meta tags, then the page."""
    if len(source.data) > limit("max_html_bytes"):
        raise source.error("the page is too large", f"the limit is {limit('max_html_bytes') // 1_000_000} MB")
    _, text = html_to_unicode(source.media_type, source.data, auto_detect_fun=_undeclared)
    tree = parse(text)
    if tree is None:
        raise source.error("it holds no page, or elements nested deeper than 255", "check that the address gives HTML")
    known = metadata.from_page(tree)
    document = from_tree(tree)
    for name, value in known.items():
        setattr(document, name, value)
    head.complete(document)
    return document


def _undeclared(data: bytes) -> str:
    """The encoding of a page that names none."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def parse(text: str) -> Element | None:
    """The tree of a page, or None when there is none or it is too deep. Never loads anything that it refers to."""
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        # As bytes, since an encoding declaration in a decoded string would be refused.
        tree: Element | None = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None
    # Beyond its limit of depth libxml2 drops content, and says so nowhere else.
    too_deep = any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log)
    return None if too_deep else tree


def from_tree(tree: Element, whole: bool = False, heading: str = "") -> Document:
    """The document that a page's main content makes, below ``heading``; all of it, furniture too, when ``whole``."""
    writer = Writer()
    writer.add("heading", heading, 1)
    for element in [tree] if whole else main_content(tree):
        _Serialiser(writer).walk(element)
    return writer.document()


@dataclass(slots=True)
class _Serialiser:
    """Walks a tree and hands each run of inline content to the writer as one block."""

    writer: Writer

    def walk(self, element: Element) -> None:
        tag = element.tag
        if tag in _HEADINGS:
            self.writer.add("heading", inline_text(element, breaks=" "), _HEADINGS[tag])
        elif tag == "table" and is_data_table(element):
            caption, cells = read_table(element)
            self.writer.add_table(cells, caption)
        elif tag == "dl":
            self._definitions(element)
        elif tag == "pre":
            self.writer.add("paragraph", "\n".join(fold(line).rstrip() for line in element.text_content().split("\n")))
        else:
            self._flow(element)

    def _flow(self, element: Element) -> None:
        """Content that mixes runs of text and blocks; each run between two blocks becomes a block of its own."""
        kind = {"li": "list_item", "figcaption": "caption", "caption": "caption"}.get(element.tag, "paragraph")
        for part in _parts(element):
            if isinstance(part, str):
                for paragraph in part.split("\n\n"):
                    self.writer.add(kind, paragraph.strip())
            else:
                self.walk(part)

    def _definitions(self, element: Element) -> None:
        """Term and definition on one line, as they are read."""
        term = ""
        for child in element.iter("dt", "dd"):
            if child.tag == "dt":
                self.writer.add("paragraph", term)
                term = inline_text(child, breaks=" ")
            elif any(True for _ in child.iter("ul", "ol", "table", "p")) and len(inline_text(child)) > 200:
                self.writer.add("paragraph", term)
                term = ""
                self._flow(child)
            else:
                joint = "" if not term else " " if term[-1] in ":?.;" else ": "
                self.writer.add("paragraph", term + joint + inline_text(child, breaks=" "))
                term = ""
        self.writer.add("paragraph", term)


def _parts(element: Element) -> Iterator[str | Element]:
    """Runs of inline text and block elements in order, whatever depth the blocks stand at."""
    run: list[str | Element] = [element.text or ""]
    for child in element:
        if _is_block(child):
            yield inline_text(run)
            yield child
            run = [child.tail or ""]
        else:
            run += [child, child.tail or ""]
    yield inline_text(run)


def _is_block(element: Element) -> bool:
    """Whether it stands apart. All else is inline and runs on, unless it wraps blocks, as a link around a card does."""
    blocks = element_names("blocks")
    return element.tag in blocks or any(inner.tag in blocks for inner in element.iterdescendants())
