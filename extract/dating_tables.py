"""Which period a cell of a table belongs to, by the labels of the table and what stands around it."""

from __future__ import annotations

from functools import lru_cache

from crawler.document import Cell
from extract.around import year_of_heading
from extract.facts import Figure
from extract.grid import Grid
from extract.page import Page, cues, in_words


def of_table(page: Page, figure: Figure) -> str | None:
    """The period of a cell: its own words, its column, row, caption, section, report, the notes around, the title."""
    number, row, column = figure.cell or (0, 0, 0)
    grid = page.grids[number]
    cell = grid.at.get((row, column))
    if cell is None:
        return page.report
    named = [p for p in page.within(cell.start, cell.end) if p.label]
    if named or column < grid.label_columns:
        return named[0].label if named else None
    if (place := (number, cell.column)) not in page.columns:
        page.columns[place] = _of_column(grid, cell.column)
    if label := page.columns[place]:
        return label
    if (place := (number, row)) not in page.lines:
        labels = [grid.at[row, c] for c in range(grid.label_columns) if (row, c) in grid.at]
        page.lines[place] = next((label for other in labels if (label := in_words(other.text))), None)
    if label := page.lines[place]:
        return label
    if any(_is_change(above.text) for above in _cells_above(grid, cell.column)) and (label := _last_column(grid)):
        return label
    if number not in page.whole:
        general = in_words(grid.corner()) or in_words(grid.table.caption or "") or _heading_of_table(page, grid)
        page.whole[number] = general or page.report or _around_table(page, grid) or page.title
    return page.whole[number]


def _of_column(grid: Grid, column: int) -> str | None:
    """The period in the headings of a column, the lowest first."""
    above = reversed(_cells_above(grid, column))
    return next((label for cell in above if (label := in_words(cell.text))), None)


@lru_cache(maxsize=4096)
def _is_change(heading: str) -> bool:
    return cues().change_column.search(heading) is not None


def _last_column(grid: Grid) -> str | None:
    """The latest financial year among the headings of a table, for its columns of change."""
    labels = [in_words(cell.text) for (row, _), cell in grid.at.items() if row < grid.header_rows]
    return max((label for label in labels if label and "/" in label), default=None)


def _cells_above(grid: Grid, column: int) -> list[Cell]:
    places = [(row, column) for row in range(grid.header_rows)]
    return [grid.at[place] for place in places if place in grid.at]


def _rows_of(page: Page, grid: Grid) -> list[int]:
    table = grid.table
    if table.number not in page.rows:
        inside = (n for n, block in enumerate(page.blocks) if table.start <= block.start < table.end)
        page.rows[table.number] = [n for n in inside if page.blocks[n].kind == "table_row"]
    return page.rows[table.number]


def _heading_of_table(page: Page, grid: Grid) -> str | None:
    """The year in the heading of the section that a table stands in, unless that is the document's headline."""
    inside = _rows_of(page, grid)
    return year_of_heading(page, inside[0]) if inside else None


def _around_table(page: Page, grid: Grid) -> str | None:
    """The one year named in the paragraph right above or below a table."""
    inside = _rows_of(page, grid)
    if not inside:
        return None
    for number in (inside[0] - 1, inside[-1] + 1):
        if 0 <= number < len(page.blocks) and page.blocks[number].kind in ("paragraph", "caption"):
            block = page.blocks[number]
            named = {p.label for p in page.within(block.start, block.end) if p.label and p.kind != "month"}
            if len(named) == 1:
                return named.pop()
    return None
