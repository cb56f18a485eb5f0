"""What all readers share: the input, the limits, and the writer that keeps text, blocks and offsets together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from breakeven_errors import UnreadableInput
from crawler.document import Block, Cell, Document, Table

Untyped: TypeAlias = Any  # an object of a library or a file without types

# A tab and not a bar: it cannot be mistaken for content, a reader's copy from a browser has it too, and any
# comparison that ignores white space finds the row.
CELL_SEPARATOR = "\t"

_SPACES = re.compile(r"[ \t\r\n\f\v\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x08\x0e-\x1f\x7f]")
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})


@dataclass(frozen=True, slots=True)
class Input:
    """Bytes to read and what is known of them. ``name`` is a file name or path, and names the input in errors."""

    data: bytes
    name: str = "input"
    media_type: str | None = None  # as a server gave it, with its charset
    url: str | None = None
    depth: int = 0  # how many archives and mails it came out of

    def error(self, problem: str, remedy: str) -> UnreadableInput:
        """The error that says what is wrong with this input and what to do."""
        return UnreadableInput(f"{self.name}: {problem}; {remedy}")


@cache
def settings() -> dict[str, Any]:
    """The readers' cues, patterns and limits, from ``crawler/data/readers.yml``."""
    path = Path(__file__).parent.parent / "data" / "readers.yml"
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def limit(name: str) -> int:
    """A limit by its name in ``readers.yml``, in the unit that stands there."""
    return int(settings()["limits"][name])


def fold(text: str) -> str:
    """``text`` as a reader sees it: no soft hyphens or invisible marks, ligatures as letters, odd spaces as spaces."""
    return _SPACES.sub(" ", _INVISIBLE.sub("", text).translate(_LIGATURES))


@cache
def _number() -> re.Pattern[str]:
    return re.compile(settings()["tables"]["number"], re.IGNORECASE)


@cache
def _year() -> re.Pattern[str]:
    return re.compile(settings()["tables"]["year"], re.IGNORECASE)


@cache
def _caption() -> re.Pattern[str]:
    return re.compile(settings()["tables"]["caption"], re.IGNORECASE)


def is_number(text: str) -> bool:
    """Whether a cell holds a figure, or the dash or n/a that stands for one; a bare year is a label."""
    return bool(_number().fullmatch(text)) and not _year().fullmatch(text)


def mark_headers(cells: list[Cell]) -> None:
    """Mark the label rows above the first row of figures, for formats that do not say which cells are headers."""
    if any(cell.header for cell in cells):
        return
    numeric = {cell.row for cell in cells if is_number(cell.text)}
    first = min(numeric, default=0)
    if 0 < first <= 3:
        for cell in cells:
            cell.header = cell.row < first


class Writer:
    """Builds a document's text once, from the top down, so that every offset is exact."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.tables: list[Table] = []
        self.page: int | None = None
        self._parts: list[str] = []
        self._length = 0
        self._heading: str | None = None

    def add(self, kind: str, text: str, level: int = 0) -> Block | None:
        """Append one block, unless it is empty; list items and rows follow each other without a blank line."""
        if not text.strip():
            return None
        if self.blocks:
            close = kind == self.blocks[-1].kind and kind in ("list_item", "table_row")
            self._append("\n" if close else "\n\n")
        start = self._length
        self._append(text)
        block = Block(kind, start, self._length, self._heading, self.page, level)
        if kind == "heading":
            self._heading = text
        self.blocks.append(block)
        return block

    def add_table(self, cells: list[Cell], caption: str = "", pages: dict[int, int] | None = None) -> Table | None:
        """Append a table: its caption, then a block for each row. The cells' offsets are set here.

        ``pages`` gives the page of each row, for a table that runs over pages.
        """
        if not any(cell.text for cell in cells):
            return None
        first_page, above = self.page, self._parts[-1] if self._parts else ""
        head = self.add("caption", caption) or self._line_above()
        rows: dict[int, list[Cell]] = {}
        for cell in sorted(cells, key=lambda c: (c.row, c.column)):
            rows.setdefault(cell.row, []).append(cell)
        placed = []
        for number, row in rows.items():
            self.page = (pages or {}).get(number, self.page)
            placed += self._add_row(row)
        mark_headers(cells)
        table = Table(
            number=len(self.tables) + 1,
            start=(head or placed[0]).start,
            end=self._length,
            cells=[cell for row in rows.values() for cell in row],
            caption=caption or (above if head else None),
            caption_start=head.start if head else -1,
            page=first_page,
        )
        self.tables.append(table)
        return table

    def _line_above(self) -> Block | None:
        """The block just above a table, when it reads as the table's caption; it becomes one."""
        last = self.blocks[-1] if self.blocks else None
        if last is None or last.end - last.start > 200 or last.kind in ("table_row", "list_item"):
            return None
        if last.kind != "caption" and not _caption().search(self._parts[-1]):
            return None
        last.kind = "caption"
        return last

    def _add_row(self, row: list[Cell]) -> list[Block]:
        block = self.add("table_row", CELL_SEPARATOR.join(cell.text for cell in row).rstrip(CELL_SEPARATOR))
        if block is None:
            return []
        position = block.start
        for cell in row:
            cell.start = min(position, block.end)
            cell.end = cell.start + len(cell.text)
            position += len(cell.text) + len(CELL_SEPARATOR)
        return [block]

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def document(self, **known: Untyped) -> Document:
        """The finished document; ``known`` are further fields of :class:`Document`."""
        return Document("".join(self._parts), self.blocks, self.tables, **known)
