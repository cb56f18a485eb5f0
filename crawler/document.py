"""What a reader makes of a page or a file: one text, and the structure found in it.

All offsets count Python characters (Unicode code points) in :attr:`Document.text`, as SQLite's ``substr`` does.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Block:
    """A heading, paragraph, list item, caption or table row: ``text[start:end]`` of its document."""

    kind: str  # heading, paragraph, list_item, caption, table_row
    start: int
    end: int
    heading: str | None = None  # the section that it is in
    page: int | None = None  # counted from 1, for paged documents
    level: int = 0  # of a heading: 1 to 6


@dataclass(slots=True)
class Cell:
    """A table cell. ``start`` and ``end`` place its words in the document's text; both are -1 for an absent cell."""

    row: int
    column: int
    text: str
    start: int = -1
    end: int = -1
    header: bool = False
    value: float | None = None  # raw number of a spreadsheet cell, before its number format
    row_span: int = 1
    column_span: int = 1


@dataclass(slots=True)
class Table:
    """A table in reading order; ``start:end`` covers caption and rows. ``cells`` repeats no spanned position."""

    number: int  # counted from 1 in the document
    start: int
    end: int
    cells: list[Cell]
    caption: str | None = None
    caption_start: int = -1
    page: int | None = None


@dataclass(slots=True)
class Document:
    """One thing published, ready for extraction. Dates are ISO 8601 text or None."""

    text: str
    blocks: list[Block] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    title: str | None = None
    kind: str | None = None  # letter, survey, news, guidance, board_paper, statement, dataset
    publisher: str | None = None
    author: str | None = None
    reference: str | None = None
    published: str | None = None
    updated: str | None = None
    language: str | None = None
    source: str | None = None  # slug of the source
    url: str | None = None
    path: str | None = None  # as given to `add`
    media_type: str = "text/plain"
    raw: bytes = b""  # the bytes that were read
    ocr: bool = False  # text recognised from an image
    part: str | None = None  # of a pack or an archive: which part this is (agenda item, member name)
    parent: str | None = None  # id of the pack, mail or page that it came with
    native_id: str | None = None  # the publisher's own id, where there is one
    children: list[Document] = field(default_factory=list)  # agenda items, attachments, archive members
    aliases: list[str] = field(default_factory=list)  # other addresses of the same thing
    problems: list[str] = field(default_factory=list)  # parts that could not be read, each with what to do
