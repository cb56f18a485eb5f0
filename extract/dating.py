"""Which period a figure belongs to.

The year of its sentence first, then of the figure that it refers back to, of its table, list, section or report.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from crawler.document import Block, Cell, Document, Table
from extract.facts import Figure, Period
from extract.grid import Grid, grid_of
from extract.lexicon import compiled, vocabulary
from extract.periods import bounds, financial_year, find_periods, label_of
from extract.titles import years_of_titles

# Costs of a period for a figure of the same sentence, in characters of distance.
BEFORE = 30  # it stands before the figure
BETWEEN = 60  # another figure stands in between
CLAUSE = 45  # so does the border of a clause
SAID = 120  # *said last year*: when it was said
YEARLY = 60  # *£5m a year* behind another figure of that year
STARTS = 45  # *from 2024/25*, *above its 2024/25 level*
COMPARED = 400  # *than in 2023/24*: never the figure's own
FARTHEST = 100  # a period before the figure may stand any number of words away
LIMIT = 240  # a period that costs more is not the figure's
REPORT_LIMIT = 100  # nor one behind the figure that costs more, where the report has a year
BODY = 200  # characters of a block that is text and no title
NO_PERIOD = (None, None, None)
Dated = tuple[str | None, str | None, str | None]


@dataclass(slots=True)
class _Cues:
    comparison_before: re.Pattern[str]
    start_before: re.Pattern[str]
    level_after: re.Pattern[str]
    clause: re.Pattern[str]
    books: re.Pattern[str]
    deadline: re.Pattern[str]
    ahead: re.Pattern[str]
    past: re.Pattern[str]
    refers: re.Pattern[str]
    refers_strong: re.Pattern[str]
    year_of: re.Pattern[str]
    said_before: re.Pattern[str]
    yearly: re.Pattern[str]
    change_column: re.Pattern[str]
    to_date: re.Pattern[str]
    pair_of_years: re.Pattern[str]


@dataclass(slots=True)
class _Page:
    """What dating needs of a document, looked up once."""

    text: str
    figures: Sequence[Figure]
    periods: Sequence[Period]
    starts: list[int]
    blocks: Sequence[Block]
    grids: dict[int, Grid]
    report: str | None  # the year that a report's title names
    title: str | None  # the year that any title names
    labels: list[str | None] = field(default_factory=list)
    repeated: dict[tuple[float, float], set[str]] = field(
        default_factory=dict
    )  # periods of each number of posts so far
    rows: dict[int, list[int]] = field(default_factory=dict)  # the blocks of each table, by its number
    by_words: dict[tuple[int, bool], float] = field(default_factory=dict)  # of periods, by where they begin
    columns: dict[tuple[int, int], str | None] = field(default_factory=dict)  # label by number of table and column
    lines: dict[tuple[int, int], str | None] = field(default_factory=dict)  # and by number of table and row
    whole: dict[int, str | None] = field(default_factory=dict)  # what dates a table as a whole, by its number

    def within(self, start: int, end: int) -> Sequence[Period]:
        """The periods named in a stretch of the text."""
        return self.periods[bisect_left(self.starts, start) : bisect_left(self.starts, end)]


@cache
def _cues() -> _Cues:
    words = vocabulary("periods")
    return _Cues(*(compiled(words[name]) for name in _Cues.__slots__))


def date_figures(
    figures: Sequence[Figure],
    periods: Sequence[Period],
    document: Document | None,
    text: str,
    blocks: Sequence[Block],
    tables: Sequence[Table],
) -> list[Dated]:
    """Period of each figure, figures being in the order of the text.

    Each is (label, first day, last day), days in ISO 8601; all three are None when nothing ties the figure to a time.
    """
    if not figures:
        return []
    grids = {table.number: grid_of(table) for table in tables}
    years = years_of_titles(document, text, blocks)
    page = _Page(text, figures, periods, [p.start for p in periods], blocks, grids, *years)
    for index, figure in enumerate(figures):
        label = _label(page, index, figure)
        page.labels.append(label)
        if label and figure.unit == "posts":
            page.repeated.setdefault((figure.low, figure.high), set()).add(label)
    return [_dated(label) for label in page.labels]


@lru_cache(maxsize=1024)
def _dated(label: str | None) -> Dated:
    if label is None:
        return NO_PERIOD
    first, last = bounds(label)
    return label, first.isoformat() if first else None, last.isoformat() if last else None


def _label(page: _Page, index: int, figure: Figure) -> str | None:
    if figure.cell is not None and figure.cell[0] in page.grids:
        return _of_table(page, figure)
    named = [p for p in page.within(*figure.sentence) if p.kind != "duration"]
    if named and (nearest := _nearest(page, index, figure, named)) is not None:
        return _of_sentence(page, index, figure, nearest)
    if figure.block is not None and page.blocks[figure.block].kind == "heading":
        return None
    found = _referred(page, index, figure) or _repeated(page, figure)
    return found or _of_list(page, figure) or _of_section(page, figure) or page.report


# The same sentence


def _of_sentence(page: _Page, index: int, figure: Figure, period: Period) -> str | None:
    if period.kind == "span" and (share := _part_of_span(page, index, period)):
        return share
    return _label_for(page, figure, period)


def _nearest(page: _Page, index: int, figure: Figure, named: Sequence[Period]) -> Period | None:
    """The likeliest of the periods of a figure's sentence, or None where even that is too unlikely."""
    costs = sorted((_cost(page, index, figure, period), n) for n, period in enumerate(named))
    if len(costs) == 1 and costs[0][0] + CLAUSE < REPORT_LIMIT:  # so likely that nothing below could change it
        return named[0]
    best, at = math.inf, 0
    for cost, n in costs:
        if (cost, n) > (best, at):  # a border of a clause could only add to it
            break
        best, at = min((best, at), (cost + _clause(page.text, figure, named[n]), n))
    limit = REPORT_LIMIT if page.report and named[at].start > figure.start else LIMIT
    return named[at] if best < limit else None


def _cost(page: _Page, index: int, figure: Figure, period: Period) -> float:
    """How unlikely a period of the same sentence is the figure's, in characters of distance; clauses left out."""
    after = period.start >= figure.end
    if (words := page.by_words.get((period.start, after))) is None:
        words = page.by_words[period.start, after] = _by_words(page.text, period, after)
    if after:
        return period.start - figure.end + BETWEEN * _between(page, index, figure.end, period.start, 1) + words
    between = _between(page, index, period.end, figure.start, -1)
    cost = BEFORE + min(max(0, figure.start - period.end), FARTHEST) + BETWEEN * min(between, 3) / 3 + words
    if between and _cues().yearly.match(page.text[figure.end : figure.end + 20]):
        cost += YEARLY
    return cost


def _between(page: _Page, index: int, left: int, right: int, step: int) -> int:
    """How many of the eight figures next to one, forwards or backwards, stand in a stretch of the text."""
    count, figures = 0, page.figures
    last = min(index + 8, len(figures) - 1) if step > 0 else max(index - 8, 0)
    for n in range(index + step, last + step, step):
        other = figures[n]
        if other.start >= right if step > 0 else other.start < left:
            break
        count += left <= other.start and other.end <= right
    return count


def _clause(text: str, figure: Figure, period: Period) -> float:
    """What the border of a clause between a figure and a period adds to its cost."""
    if period.start >= figure.end:
        return CLAUSE * (_cues().clause.search(text, figure.end, period.start) is not None)
    if period.end >= figure.start:
        return 0
    return CLAUSE / 3 * (_cues().clause.search(text, period.end, figure.start) is not None)


def _by_words(text: str, period: Period, after: bool) -> float:
    """What the words around a period add to its cost: comparisons, starting points, and when something was said."""
    cues, before = _cues(), text[max(0, period.start - 30) : period.start]
    if cues.comparison_before.search(before):
        return COMPARED
    cost = SAID if period.kind == "relative" and cues.said_before.search(before) else 0
    cost += STARTS if cues.start_before.search(before) and period.kind != "span" else 0
    return cost + (STARTS if not after and cues.level_after.search(text[period.end : period.end + 20]) else 0)


def _part_of_span(page: _Page, index: int, span: Period) -> str | None:
    """*From £621m to £1.4bn between 2022/23 and 2023/24*: each end of a change takes its own year."""
    figure = page.figures[index]
    near = [
        f for f in page.figures[max(0, index - 1) : index + 2] if (f.sentence, f.unit) == (figure.sentence, figure.unit)
    ]
    if len(near) != 2 or "/" not in (span.label or ""):
        return None
    first, second = near
    change = re.search(r"\bfrom\s(?:\w+\s)?$", page.text[max(0, first.start - 15) : first.start])
    joint = page.text[first.end : second.start].strip()
    each = joint == "and" and _cues().pair_of_years.search(page.text[span.start : span.end + 20])
    if not ((change and joint == "to") or each):
        return None
    years = (span.label or "").split("-")
    return years[0] if figure is first else years[-1]


def _label_for(page: _Page, figure: Figure, period: Period) -> str | None:
    """A period's label for a figure.

    A month is its financial year for a position of the books, else its calendar year.
    """
    if period.kind != "month" or period.first is None:
        return period.label
    cues, text = _cues(), page.text
    before = text[max(0, period.start - 40) : period.start]
    year = label_of(financial_year(period.first))
    if cues.year_of.search(before):
        return year
    sentence = text[figure.sentence[0] : figure.sentence[1]]
    past = cues.past.search(text, max(figure.sentence[0], min(figure.start, period.start) - 30), period.end)
    if not past and cues.deadline.search(before) and cues.ahead.search(sentence):
        return period.label
    return year if figure.unit != "posts" and cues.books.search(sentence) else period.label


# Sentences, lists, sections and reports around


def _referred(page: _Page, index: int, figure: Figure) -> str | None:
    """The period of the figure before, when the sentence goes on about it; across paragraphs only when it says so."""
    earlier = [n for n in range(max(0, index - 8), index) if page.figures[n].sentence != figure.sentence]
    if not earlier or figure.block is None:
        return None
    before = page.figures[earlier[-1]]
    if before.block is None or before.cell is not None or figure.block - before.block > 2:
        return None
    start, end = figure.sentence
    near = figure.block - before.block <= 0
    if not (near and _cues().refers.search(page.text[start : start + 60])) and not _cues().refers_strong.search(
        page.text[start : min(end, figure.end + 30)]
    ):
        return None
    return next(page.labels[n] for n in earlier if page.figures[n].sentence == before.sentence)


def _repeated(page: _Page, figure: Figure) -> str | None:
    """The one period that the same number of posts has been given before: *the 430*."""
    if figure.unit != "posts":
        return None
    labels = page.repeated.get((figure.low, figure.high), ())
    return next(iter(labels)) if len(labels) == 1 else None


def _of_list(page: _Page, figure: Figure) -> str | None:
    """The year in the line that leads a list, for its items."""
    if figure.block is None or page.blocks[figure.block].kind != "list_item":
        return None
    for number in range(figure.block - 1, max(-1, figure.block - 20), -1):
        block = page.blocks[number]
        leads = page.text[block.start : block.end].rstrip("*_ ").endswith(":")
        if leads or block.kind == "paragraph":
            named = [p for p in page.within(block.start, block.end) if p.label and (leads or p.kind != "month")]
            return _label_for(page, figure, named[-1]) if named else None
        if block.kind != "list_item":
            return None
    return None


def _of_section(page: _Page, figure: Figure) -> str | None:
    return _year_of_heading(page, figure.block) if figure.block is not None else None


def _year_of_heading(page: _Page, block: int) -> str | None:
    """The financial year in a block's heading, when text stands above it, so that it is not the document's title."""
    heading = page.blocks[block].heading
    label = _in_words(heading) if heading else None
    if label is None or "/" not in label:
        return None
    for above in page.blocks[:block]:
        if above.kind == "heading" and page.text[above.start : above.end].strip("*_ ") == heading:
            return None
        if above.end - above.start > BODY:
            return label
    return None


# Tables


def _of_table(page: _Page, figure: Figure) -> str | None:
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
        page.lines[place] = next((label for other in labels if (label := _in_words(other.text))), None)
    if label := page.lines[place]:
        return label
    if any(_is_change(above.text) for above in _cells_above(grid, cell.column)) and (label := _last_column(grid)):
        return label
    if number not in page.whole:
        general = _in_words(grid.corner()) or _in_words(grid.table.caption or "") or _heading_of_table(page, grid)
        page.whole[number] = general or page.report or _around_table(page, grid) or page.title
    return page.whole[number]


def _of_column(grid: Grid, column: int) -> str | None:
    """The period in the headings of a column, the lowest first."""
    above = reversed(_cells_above(grid, column))
    return next((label for cell in above if (label := _in_words(cell.text))), None)


@lru_cache(maxsize=4096)
def _is_change(heading: str) -> bool:
    return _cues().change_column.search(heading) is not None


def _last_column(grid: Grid) -> str | None:
    """The latest financial year among the headings of a table, for its columns of change."""
    labels = [_in_words(cell.text) for (row, _), cell in grid.at.items() if row < grid.header_rows]
    return max((label for label in labels if label and "/" in label), default=None)


def _cells_above(grid: Grid, column: int) -> list[Cell]:
    places = [(row, column) for row in range(grid.header_rows)]
    return [grid.at[place] for place in places if place in grid.at]


@lru_cache(maxsize=4096)
def _in_words(words: str) -> str | None:
    """The period in a heading, or None; a month to date takes its financial year."""
    named = [p for p in find_periods(words) if p.label]
    if not named:
        return None
    period = named[-1] if len({p.label for p in named}) == 1 else named[0]
    if period.kind == "month" and period.first is not None and _cues().to_date.search(words):
        return label_of(financial_year(period.first))
    return period.label


def _rows_of(page: _Page, grid: Grid) -> list[int]:
    table = grid.table
    if table.number not in page.rows:
        inside = (n for n, block in enumerate(page.blocks) if table.start <= block.start < table.end)
        page.rows[table.number] = [n for n in inside if page.blocks[n].kind == "table_row"]
    return page.rows[table.number]


def _heading_of_table(page: _Page, grid: Grid) -> str | None:
    """The year in the heading of the section that a table stands in, unless that is the document's headline."""
    inside = _rows_of(page, grid)
    return _year_of_heading(page, inside[0]) if inside else None


def _around_table(page: _Page, grid: Grid) -> str | None:
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
