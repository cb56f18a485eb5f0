"""Tables in bare text: rows between pipes or tabs, and columns lined up with spaces.

Every function takes a run of consecutive :class:`Line` and gives a :class:`Table` whose cells keep their offsets in the
document's text, or None when the run is no table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from crawler.document import Cell, Table

PIPE = re.compile(r"(?<!\\)\|")
RULE_ROW = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*")
RULE_LINE = re.compile(r"[\s\-=_+|]+")
FIELD = re.compile(r"\S+(?: \S+)*")
WORD = re.compile(r"\S+")
LEADER = re.compile(r"(?<=[^\s.]) ?\.{4,}+(?= *[£(\d–-])")  # dots that lead from a label to its number
GAP = re.compile(rf"\S {{2,}}\S|{LEADER.pattern}")
VALUE = re.compile(
    r"[(\-–−+~<>]*\s?£?\s?(?!000)\d[\d,]*(?:\.\d+)?\s?(?:%|m|bn|k|pp|million|billion)?\)?\s?%?[*†‡a-d]?"
    r"|[-–—*]|\.{2,3}|n/?a|nil|tbc|not \w+",
    re.IGNORECASE,
)
YEAR = re.compile(r"(?:19|20)\d\d")
LONGEST_ROW = 2000  # characters: beyond it, a line is prose


@dataclass(slots=True)
class Line:
    """A line of the text without its line end: ``text[start:end]``."""

    start: int
    end: int
    text: str
    blank: bool = field(init=False)  # whether nothing but white space stands on it

    def __post_init__(self) -> None:
        self.blank = not self.text or self.text.isspace()


@dataclass(slots=True)
class _Field:
    """Words of an aligned row, by their columns of characters."""

    left: int
    right: int
    text: str


def has_gap(line: str) -> bool:
    """Whether two spaces or more, or a row of dots, part words of a line."""
    return ("  " in line or "...." in line) and GAP.search(line) is not None


def make_table(lines: Sequence[Line], cells: list[Cell]) -> Table:
    """A table over the lines; its number is given later, in reading order."""
    return Table(0, lines[0].start, lines[-1].end, cells)


def split_cells(line: Line, row: int, separator: re.Pattern[str], header: bool) -> list[Cell]:
    """The cells of a row with separators, without padding and emphasis marks."""
    bounds = [(m.start(), m.end()) for m in separator.finditer(line.text)]
    edges = [0, *(end for _, end in bounds)]
    ends = [*(start for start, _ in bounds), len(line.text)]
    pieces = list(zip(edges, ends, strict=True))
    if separator is PIPE:
        if line.text.lstrip().startswith("|"):
            pieces = pieces[1:]
        if len(pieces) > 1 and line.text.rstrip().endswith("|"):
            pieces = pieces[:-1]
    return [_cell(line, row, column, left, right, header) for column, (left, right) in enumerate(pieces)]


def _cell(line: Line, row: int, column: int, left: int, right: int, header: bool) -> Cell:
    raw = line.text[left:right]
    text = raw.strip().strip("*_`").strip()
    at = raw.find(text)
    return Cell(row, column, text, line.start + left + at, line.start + left + at + len(text), header)


def piped(lines: Sequence[Line]) -> Table | None:
    """A table in pipes; rows above the ruled line are headers."""
    rule = next((i for i, line in enumerate(lines) if RULE_ROW.fullmatch(line.text)), None)
    rows = [(i, line) for i, line in enumerate(lines) if i != rule and not RULE_LINE.fullmatch(line.text)]
    if len(rows) < 2:
        return None
    cells: list[Cell] = []
    for row, (i, line) in enumerate(rows):
        cells += split_cells(line, row, PIPE, header=rule is not None and i < rule)
    return make_table(lines, cells)


def tabbed(lines: Sequence[Line]) -> Table | None:
    """Rows of fields between tabs; as many in every row, or it is no table."""
    separator = re.compile(r"\t")
    counts = {line.text.rstrip().count("\t") for line in lines}
    if len(lines) < 2 or counts == {0} or max(counts) - min(counts) > 1:
        return None
    cells = [cell for row, line in enumerate(lines) for cell in split_cells(line, row, separator, header=False)]
    return make_table(lines, cells) if any(VALUE.fullmatch(cell.text) for cell in cells) else None


def aligned(lines: Sequence[Line]) -> Table | None:
    """Columns lined up with spaces; a value in the last field of two rows at least makes it a table."""
    rows = [(line, _fields(line)) for line in lines if not RULE_LINE.fullmatch(line.text)]
    while rows and len(rows[0][1]) < 2 and not rows[0][0].text.startswith("     "):
        rows = rows[1:]
    while rows and len(rows[-1][1]) < 2:
        rows = rows[:-1]
    data = [number for number, (_, fields) in enumerate(rows) if _is_data(fields)]
    if len(data) < 2:
        return None
    most = max(len(rows[number][1]) for number in data)
    for number in data:
        _free_value(rows[number][1], most)
    columns = _columns([rows[number][1] for number in data])
    if len(columns) < 2:
        return None
    cells: list[Cell] = []
    for number, (line, fields) in enumerate(rows):
        header = number < data[0]
        cells += _place(line, number, fields, columns, header=header, split=number == data[0] - 1)
    return make_table([line for line, _ in rows], cells)


def _fields(line: Line) -> list[_Field]:
    """Words with two spaces or more between them; values side by side are fields each."""
    found = []
    text = LEADER.sub(lambda dots: " " * len(dots.group()), line.text) if "...." in line.text else line.text
    for m in FIELD.finditer(text):
        words = list(WORD.finditer(m.group()))
        pieces = words if len(words) > 1 and all(VALUE.fullmatch(word.group()) for word in words) else []
        found += [_Field(m.start() + w.start(), m.start() + w.end(), w.group()) for w in pieces]
        if not pieces:
            found.append(_Field(m.start(), m.end(), m.group()))
    return found


def _free_value(fields: list[_Field], most: int) -> None:
    """Where one of the fields of a row is missing, as its long label touches a value: part the two."""
    label, space, value = fields[0].text.rpartition(" ")
    if len(fields) == most - 1 and space and label[:1].isalpha() and VALUE.fullmatch(value):
        left, right = fields[0].left, fields[0].right
        fields[:1] = [
            _Field(left, left + len(label.rstrip()), label.rstrip()),
            _Field(right - len(value), right, value),
        ]


def _is_data(fields: list[_Field]) -> bool:
    values = [field.text for field in fields[1:] if VALUE.fullmatch(field.text)]
    return bool(values) and not all(YEAR.fullmatch(value) for value in values)


def _columns(rows: list[list[_Field]]) -> list[tuple[int, int]]:
    """Columns of characters that the fields of the data rows share."""
    spans = sorted((field.left, field.right) for fields in rows for field in fields)
    columns: list[tuple[int, int]] = []
    for left, right in spans:
        if columns and left < columns[-1][1]:
            columns[-1] = (columns[-1][0], max(right, columns[-1][1]))
        else:
            columns.append((left, right))
    return columns


def _place(
    line: Line, row: int, fields: list[_Field], columns: list[tuple[int, int]], *, header: bool, split: bool
) -> list[Cell]:
    """Fields to cells: a heading over several columns spans them, and on the last header line is shared out to them."""
    cells = []
    for each in fields:
        reached = _reached(each, columns)
        several = len(reached) > 1 and (split or _one_for_each(each, [columns[n] for n in reached]))
        parts = _by_column(each, columns) if several else [(reached, each)]
        for over, part in parts:
            start = line.start + part.left
            cells.append(
                Cell(row, over[0], part.text, start, start + len(part.text), header, column_span=over[-1] - over[0] + 1)
            )
    return cells


def _reached(field: _Field, columns: list[tuple[int, int]]) -> list[int]:
    over = [n for n, (left, right) in enumerate(columns) if field.left < right and left < field.right]
    return over or [min(range(len(columns)), key=lambda n: abs(sum(columns[n]) - field.left - field.right))]


def _one_for_each(field: _Field, columns: list[tuple[int, int]]) -> bool:
    """Whether a word of the field ends at the right edge of every column: headings set close, and no span."""
    ends = {field.left + word.end() for word in WORD.finditer(field.text)}
    return all(right in ends for _, right in columns)


def _by_column(field: _Field, columns: list[tuple[int, int]]) -> list[tuple[list[int], _Field]]:
    """Words of one field shared out to the columns whose right edge they end at or before."""
    parts: dict[int, _Field] = {}
    for word in WORD.finditer(field.text):
        end = field.left + word.end()
        column = next((n for n, (_, right) in enumerate(columns) if end <= right), len(columns) - 1)
        start = parts[column].left if column in parts else field.left + word.start()
        parts[column] = _Field(start, end, field.text[start - field.left : end - field.left])
    return [([column], part) for column, part in sorted(parts.items())]
