"""Tables that lost their cell borders: each row one run of glued cells, such as ``LondonNHS X ICB(4.3)%(121.6)``.

A run of lines is read from the right: values with one number of decimals, or a phrase that rows repeat (*Within
Range*). Rows agree on the number of cells; what is left is the label, split where a word that every row shares begins.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from crawler.document import Cell, Table
from crawler.readers.plain_tables import LONGEST_ROW, Line, make_table

PLACEHOLDERS = ("n/a", "N/A", "nil", "Nil", "–", "—", "-")
GLUED = re.compile(r"(?<=[a-z)\]%])(?=[A-Z])")
REPEATED = re.compile(r"([A-Z][A-Za-z]*?(?: [A-Za-z]+?){0,3}?)\1+$")
LABEL_BREAK = re.compile(r"(?<=[A-Za-z&)])(?=[A-Z])")
ENDS_LIKE_ROW = re.compile(r"[\d)%A-Za-z–-]$")
FEWEST_ROWS = 3
NAME_START = "NHS"  # where names of the field begin, when other glued words would do as well
MOST_GROUPS = 0.7  # different words in a column of groups, as a share of its rows


@dataclass(slots=True)
class _Row:
    line: Line
    label: str
    cells: list[tuple[int, int]]  # (start, end) inside the line


def glued_rows(lines: Sequence[Line]) -> Table | None:
    """A table from a run of lines, or None. Leading lines that are not rows become header rows."""
    if len(lines) < FEWEST_ROWS or any(len(line.text) > LONGEST_ROW for line in lines):
        return None
    best: list[_Row] = []
    repeated = {m.group(1) for line in lines if (m := REPEATED.search(line.text))}
    for decimals in (1, 2, 0):
        rows = _rows(lines, _cell_pattern(repeated, decimals))
        if len(rows) > len(best):
            best = rows
    if len(best) < FEWEST_ROWS or best[-1].line is not lines[-1]:
        return None
    first = next(i for i, line in enumerate(lines) if line is best[0].line)
    if len(best) < 0.9 * (len(lines) - first):
        return None
    return _assemble(lines[:first], best)


def _cell_pattern(repeated: set[str], decimals: int) -> re.Pattern[str]:
    """Cells at the end of a row: numbers with so many decimals, or a phrase that some row ends with twice."""
    known = sorted({*PLACEHOLDERS, *repeated}, key=len, reverse=True)
    phrases = "|".join(re.escape(phrase) for phrase in known)
    first = "".join(sorted({re.escape(phrase[0]) for phrase in known}))
    fraction = rf"\.\d{{{decimals}}}" if decimals else ""
    number = rf"[-−]?\(?£?(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,4}}){fraction}(?:m|bn|k)?\)?%?"
    return re.compile(rf"(?=[-−(£\d{first}])(?:{number}|{phrases})")  # most letters begin no cell


def _rows(lines: Sequence[Line], cell: re.Pattern[str]) -> list[_Row]:
    tail = re.compile(rf"(?:{cell.pattern})+$")
    rows = []
    for line in lines:
        if (m := tail.search(line.text)) and m.start() and not line.text[m.start() - 1].isspace():
            cells = [c.span() for c in cell.finditer(line.text, m.start())]
            rows.append(_Row(line, line.text[: m.start()], cells))
    usual = Counter(len(row.cells) for row in rows).most_common(1)
    if not usual or usual[0][0] < 2:
        return []
    return [row for row in rows if len(row.cells) == usual[0][0]]


def _assemble(above: Sequence[Line], rows: list[_Row]) -> Table:
    cuts = _label_cuts([row.label for row in rows])
    labels = 1 if cuts is None else 2
    values = len(rows[0].cells)
    headers = _headers(above, labels, values)
    cells = [cell for _, row_cells in headers for cell in row_cells]
    for number, row in enumerate(rows, start=len(headers)):
        spans = list(row.cells)
        cut = cuts[number - len(headers)] if cuts else None
        spans[:0] = [(0, len(row.label))] if cut is None else [(0, cut), (cut, len(row.label))]
        cells += [_cell(row.line, number, column, left, right) for column, (left, right) in enumerate(spans)]
    return make_table([*(line for line, _ in headers), *(row.line for row in rows)], cells)


def _cell(line: Line, row: int, column: int, left: int, right: int) -> Cell:
    text = line.text[left:right].strip()
    start = line.start + line.text.index(text, left)
    return Cell(row, column, text, start, start + len(text))


def _label_cuts(labels: list[str]) -> list[int] | None:
    """Where each label's second column begins: at a glued word that all share, else at a lone glued capital."""
    breaks = [[m.start() for m in LABEL_BREAK.finditer(label)] for label in labels]
    if not all(breaks):
        return None
    words = Counter(
        word
        for label, cuts in zip(labels, breaks, strict=True)
        for word in {label[cut:].split(" ", 1)[0] for cut in cuts}
    )
    shared = [word for word, count in words.items() if count == len(labels)]
    if shared:
        word = max(shared, key=lambda word: (word == NAME_START, len(word)))
        found = [
            next(cut for cut in cuts if label[cut:].split(" ", 1)[0] == word)
            for label, cuts in zip(labels, breaks, strict=True)
        ]
        # A column such as the region's repeats its words; otherwise the cut goes through a name.
        if len({label[:cut] for label, cut in zip(labels, found, strict=True)}) <= MOST_GROUPS * len(labels):
            return found
    lone = [[m.start() for m in GLUED.finditer(label)] for label in labels]
    return [cuts[0] for cuts in lone] if all(len(cuts) == 1 for cuts in lone) else None


def _headers(above: Sequence[Line], labels: int, values: int) -> list[tuple[Line, list[Cell]]]:
    """Up to two header lines: pieces of the lower one stand over columns, those of the upper one may span several."""
    split = [(line, _pieces(line)) for line in above[-2:]]
    split = [(line, pieces) for line, pieces in split if len(pieces) > 1]
    rows = []
    for row, (line, pieces) in enumerate(split):
        first = labels if len(pieces) == values and row else 0
        own = min(labels, len(pieces)) if not first else 0
        rest = len(pieces) - own
        span = max(1, values // rest) if rest else 1
        cells = []
        for n, (left, right) in enumerate(pieces):
            column = first + (n if n < own else own + (n - own) * span)
            cell = _cell(line, row, column, left, right)
            cell.header, cell.column_span = True, 1 if n < own else span
            cell.row_span = len(split) - row if n < own else 1
            cells.append(cell)
        rows.append((line, cells))
    return rows


def _pieces(line: Line) -> list[tuple[int, int]]:
    return list(pairwise([0, *(m.start() for m in GLUED.finditer(line.text)), len(line.text)]))
