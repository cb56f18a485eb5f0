"""Sheets of cells as text: lines around a table become paragraphs and its caption, and blocks of rows become tables."""

from __future__ import annotations

from crawler.document import Cell
from crawler.readers.base import Writer, mark_headers

Row = list[Cell]  # the cells of one row that hold something, in order of their columns


def write_grid(writer: Writer, rows: list[Row]) -> None:
    """Write the rows of a sheet. Empty rows part its tables; rows of one cell above a table are its caption."""
    lines: list[str] = []
    region: list[Row] = []
    for row in [*rows, []]:
        if row:
            region.append(row)
        elif region:
            lines = _write_region(writer, region, lines)
            region = []
    for line in lines:
        writer.add("paragraph", line)


def _write_region(writer: Writer, region: list[Row], lines: list[str]) -> list[str]:
    """Write one block of rows; ``lines`` stand above it. Returns the lines that wait for a table below."""
    first = next((n for n, row in enumerate(region) if len(row) > 1), len(region))
    lines = lines + [row[0].text for row in region[:first]]
    if first == len(region):
        return lines
    last = max(n for n, row in enumerate(region) if len(row) > 1) + 1
    caption = [line for line in lines[-3:] if len(line) <= 200]
    for line in lines[: len(lines) - len(caption)]:
        writer.add("paragraph", line)
    writer.add_table(_table_cells(region[first:last]), "\n".join(caption))
    for row in region[last:]:
        writer.add("paragraph", row[0].text)
    return []


def _table_cells(rows: list[Row]) -> list[Cell]:
    """The cells of a table counted from its own corner, with empty cells where the sheet has none."""
    left = min(row[0].column for row in rows)
    width = max(cell.column + cell.column_span for row in rows for cell in row) - left
    cells: list[Cell] = []
    covered: set[tuple[int, int]] = set()
    for number, row in enumerate(rows):
        there = {cell.column - left: cell for cell in row}
        for column in range(width):
            cell = there.get(column, Cell(number, column, ""))
            cell.row, cell.column = number, column
            if (number, column) not in covered:
                cells.append(cell)
                covered.update((number + d, column + r) for d in range(cell.row_span) for r in range(cell.column_span))
    return _without_empty_columns(_spread_labels(cells))


def _spread_labels(cells: list[Cell]) -> list[Cell]:
    """Let a label over several columns span the empty cells to its right, as sheets without merged cells leave them."""
    mark_headers(cells)
    there = {(cell.row, cell.column): cell for cell in cells}
    gone: set[int] = set()
    for cell in cells:
        below = there.get((cell.row + 1, cell.column))
        if not (cell.header and cell.text and below and below.header and below.text) or cell.column_span > 1:
            continue
        right = there.get((cell.row, cell.column + cell.column_span))
        while right is not None and not right.text and there[cell.row + 1, right.column].text:
            gone.add(id(right))
            cell.column_span += 1
            right = there.get((cell.row, cell.column + cell.column_span))
    return [cell for cell in cells if id(cell) not in gone]


def _without_empty_columns(cells: list[Cell]) -> list[Cell]:
    filled = [cell for cell in cells if cell.text]
    used = sorted({cell.column + right for cell in filled for right in range(cell.column_span)})
    place = {column: number for number, column in enumerate(used)}
    kept = [cell for cell in cells if cell.column in place]
    for cell in kept:
        cell.column = place[cell.column]
    return kept
