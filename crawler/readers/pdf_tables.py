"""Tables on PDF pages: by their drawn lines with pdfplumber, or by the alignment of their figures."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

from crawler.document import Cell
from crawler.readers.base import Untyped, fold, is_number
from crawler.readers.pdf_words import Page, Piece

Row = list[Piece]


@dataclass(slots=True)
class Found:
    """A table on a page: its box in points from the page's top left corner, and its cells."""

    x0: float
    top: float
    x1: float
    bottom: float
    cells: list[Cell]
    columns: int

    def holds(self, piece: Piece) -> bool:
        """Whether a piece of text stands in it."""
        return self.x0 - 2 <= (piece.x0 + piece.x1) / 2 <= self.x1 + 2 and self.top <= piece.middle <= self.bottom


def rows_of(pieces: list[Piece]) -> list[Row]:
    """Pieces grouped into rows from the top down, each from left to right."""
    rows: list[Row] = []
    for piece in sorted(pieces, key=lambda p: (p.middle, p.x0)):
        if rows and abs(rows[-1][0].middle - piece.middle) <= 0.4 * max(piece.size, rows[-1][0].size):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda p: p.x0) for row in rows]


def worth_ruling(page: Page) -> bool:
    """Whether a page may hold a table with drawn lines: it has lines, and words beside each other."""
    rows = rows_of(page.pieces)
    return page.paths >= 4 and sum(len(row) > 1 for row in rows) >= 2


def ruled_tables(data: bytes, pages: Sequence[int]) -> dict[int, list[Found]]:
    """Tables with drawn lines on the given pages (from 1). A page that pdfplumber cannot read has none."""
    import pdfplumber  # noqa: PLC0415 - heavy, and only for pages that need it
    from pdfminer.psexceptions import PSException  # noqa: PLC0415
    from pdfplumber.utils.exceptions import PdfminerException  # noqa: PLC0415

    unreadable = (
        PSException,
        PdfminerException,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        RecursionError,
    )
    found: dict[int, list[Found]] = {}
    try:
        # Its pages are opened one by one: kept open they would fill the memory.
        with pdfplumber.open(io.BytesIO(data), pages=list(pages)) as document:
            for page in document.pages:
                found[page.page_number] = [t for table in page.find_tables() if (t := _ruled(table, page)) is not None]
                page.close()
    except unreadable:
        return found
    return found


def _ruled(table: Untyped, page: Untyped) -> Found | None:
    edges = sorted({round(cell[0]) for cell in table.cells})
    columns = [edge for n, edge in enumerate(edges) if n == 0 or edge - edges[n - 1] > 3]
    cells: list[Cell] = []
    for number, (row, texts) in enumerate(zip(table.rows, table.extract(), strict=True)):
        for box, text in zip(row.cells, texts, strict=True):
            if box is not None:
                column = max(n for n, edge in enumerate(columns) if edge <= round(box[0]) + 3)
                span = sum(box[0] - 3 <= edge < box[2] - 3 for edge in columns)
                cells.append(Cell(number, column, fold(text or "").strip(), column_span=max(span, 1)))
    filled = {cell.row for cell in cells if cell.text}
    if len(columns) < 2 or len(filled) < 2 or len({c.column for c in cells if c.text}) < 2:
        return None
    x0, top, x1, bottom = table.bbox
    return Found(x0 - page.bbox[0], top - page.bbox[1], x1 - page.bbox[0], bottom - page.bbox[1], cells, len(columns))


def find_tables(pieces: list[Piece], width: float) -> list[Found]:
    """Tables without drawn lines: rows of figures under each other, with the labels above and beside them."""
    rows = [[part for piece in row for part in _split(piece)] for row in rows_of(pieces)]
    numeric = [_is_numeric(row) for row in rows]
    found: list[Found] = []
    at = 0
    while at < len(rows):
        end = _run_end(rows, numeric, at) if numeric[at] else at
        if sum(numeric[at:end]) >= 2:
            first = _with_headers(rows, at, found, width)
            made = _aligned(rows[first:end], numeric[first:end])
            found += [made] if made is not None else []
        at = max(end, at + 1)
    return found


def _split(piece: Piece) -> list[Piece]:
    """A piece parted at its wider spaces: between narrow columns there is little more than one between words."""
    if not piece.words:
        return [piece]
    parts: list[list[tuple[str, float, float]]] = [[piece.words[0]]]
    for word in piece.words[1:]:
        gap = (word[1] - parts[-1][-1][2]) / piece.size
        apart = gap > (0.33 if is_number(word[0]) or is_number(parts[-1][-1][0]) else 0.5)
        parts[-1:] = [parts[-1], [word]] if apart else [[*parts[-1], word]]
    return [_of_words(piece, part) for part in parts]


def _is_numeric(row: Row) -> bool:
    """Whether a row has figures in columns: words beside them are a label, and no line of prose or of contents."""
    words = sum(len(piece.text) for piece in row if not is_number(piece.text))
    figures = any(is_number(piece.text) for piece in row[1:])
    return len(row) > 1 and figures and words <= 80 and not any(".." in piece.text for piece in row)


def _run_end(rows: list[Row], numeric: list[bool], at: int) -> int:
    """The row after a run of figure rows that begins at ``at``; two other short rows may stand between."""
    end = at + 1
    for n in range(at + 1, len(rows)):
        gap = rows[n][0].top - rows[n - 1][0].bottom
        if n - end >= 3 or gap > 2.2 * rows[n][0].size or any(len(p.text) > 70 for p in rows[n]):
            break
        if numeric[n]:
            end = n + 1
    return end


def _with_headers(rows: list[Row], at: int, found: list[Found], width: float) -> int:
    """The first of the rows above ``at`` that hold column labels."""
    first = at
    left = rows[at][0].x0
    for n in range(at - 1, max(at - 6, -1), -1):
        gap = rows[n + 1][0].top - rows[n][-1].bottom
        row = rows[n]
        if found and row[0].top < found[-1].bottom:
            break
        labels = len(row) > 1 or (row[0].x0 > rows[at][0].x1 and len(row[0].text) < 40)
        # The first line of a label on two lines: only with column labels above it is it known to be one.
        begun = n == at - 1 and len(row) == 1 and abs(row[0].x0 - left) < 3 and len(row[0].text) < 60
        if gap > 1.5 * row[0].size or not (labels or begun) or any(p.x1 - p.x0 > 0.6 * width for p in row):
            break
        first = n if labels else first
    return first


def _aligned(rows: list[Row], numeric: list[bool]) -> Found | None:
    bands = _bands([row for row, is_figures in zip(rows, numeric, strict=True) if is_figures])
    if len(bands) < 2:
        return None
    first = numeric.index(True)
    lowest = max((n for n in range(first) if len(rows[n]) > 1 or rows[n][0].x0 > rows[first][0].x1), default=-1)
    placed: list[list[Cell]] = []
    for number, row in enumerate(rows):
        # The lowest header row names every column; those above it name groups of columns.
        cells = _place(_by_band(row, bands) if number == lowest else row, bands)
        if number < lowest:
            _widen(cells, row, bands)
        if not _wraps(placed, cells):
            placed.append(cells)
    for number, cells in enumerate(placed):
        for cell in cells:
            cell.row = number
    flat = [cell for cells in placed for cell in _filled(cells, len(bands))]
    every = [piece for row in rows for piece in row]
    box = (min(p.x0 for p in every), rows[0][0].top - 1, max(p.x1 for p in every), max(p.bottom for p in rows[-1]) + 1)
    return Found(*box, flat, len(bands))


def _by_band(row: Row, bands: list[tuple[float, float]]) -> Row:
    """A row of column labels with each label that lies over several columns parted among them, word by word."""
    parted: Row = []
    for piece in row:
        over = [band for band in bands if piece.x0 < band[1] and piece.x1 > band[0]]
        groups: dict[int, list[tuple[str, float, float]]] = {}
        for word in piece.words:
            middle = (word[1] + word[2]) / 2
            nearest = min(range(len(over)), key=lambda n: abs((over[n][0] + over[n][1]) / 2 - middle), default=0)
            groups.setdefault(nearest, []).append(word)
        whole = len(groups) < max(len(over), 2)
        parted += [piece] if whole else [_of_words(piece, group) for group in groups.values()]
    return parted


def _of_words(piece: Piece, words: list[tuple[str, float, float]]) -> Piece:
    return replace(piece, text=" ".join(word[0] for word in words), x0=words[0][1], x1=words[-1][2], words=words)


def _widen(cells: list[Cell], row: Row, bands: list[tuple[float, float]]) -> None:
    """Let a label centred over columns that have none of their own span them."""
    taken = {cell.column + right for cell in cells for right in range(cell.column_span)}
    for cell, piece in zip(cells, row, strict=False):
        middle = (piece.x0 + piece.x1) / 2
        low, high = cell.column - 1, cell.column + cell.column_span
        while low >= 1 and high < len(bands) and not {low, high} & taken:
            if abs((bands[low][0] + bands[high][1]) / 2 - middle) < piece.size:
                cell.column, cell.column_span = low, high - low + 1
            low, high = low - 1, high + 1


def _bands(rows: list[Row]) -> list[tuple[float, float]]:
    """The columns: stretches of the page's width that the pieces of figure rows cover."""
    spans = sorted((piece.x0, piece.x1) for row in rows for piece in row)
    bands: list[tuple[float, float]] = []
    for x0, x1 in spans:
        if bands and x0 < bands[-1][1] + 1:
            bands[-1] = (bands[-1][0], max(bands[-1][1], x1))
        else:
            bands.append((x0, x1))
    return bands


def _place(row: Row, bands: list[tuple[float, float]]) -> list[Cell]:
    """The pieces of a row as cells of the columns that they stand over; two in one column are one cell."""
    cells: list[Cell] = []
    for piece in row:
        over = [n for n, (x0, x1) in enumerate(bands) if piece.x0 < x1 and piece.x1 > x0]
        middle = (piece.x0 + piece.x1) / 2
        over = over or [min(range(len(bands)), key=lambda n: abs((bands[n][0] + bands[n][1]) / 2 - middle))]
        if cells and cells[-1].column + cells[-1].column_span > over[0]:
            cells[-1].text += " " + piece.text
        else:
            cells.append(Cell(0, over[0], piece.text, column_span=len(over)))
    return cells


def _wraps(placed: list[list[Cell]], cells: list[Cell]) -> bool:
    """Join a label over two lines: one that goes on in lower case, or whose figures stand a line lower."""
    if not placed:
        return False
    above = placed[-1]
    if len(cells) == 1 and cells[0].column == 0 and cells[0].text[:1].islower() and above[0].column == 0:
        above[0].text += " " + cells[0].text
        return True
    lone = len(above) == 1 and above[0].column == 0 and any(is_number(cell.text) for cell in cells)
    if lone and (cells[0].column > 0 or cells[0].text[:1].islower()):
        if cells[0].column == 0:
            cells[0].text = f"{above.pop().text} {cells[0].text}"
        above.extend(cells)
        return True
    return False


def _filled(cells: list[Cell], width: int) -> list[Cell]:
    """A row's cells with empty ones where it has nothing."""
    taken = {column for cell in cells for column in range(cell.column, cell.column + cell.column_span)}
    empty = [Cell(cells[0].row, column, "") for column in range(width) if column not in taken]
    return sorted([*cells, *empty], key=lambda cell: cell.column)
