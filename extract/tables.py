"""Figures and values of tables: the unit comes from a number's own sign, headings, the caption or the text above."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from crawler.document import Block, Cell, Table
from extract.facts import Figure, TableValue
from extract.figures import figures_between
from extract.grid import PERIOD, Grid, grid_of
from extract.lexicon import compiled, vocabulary

NUMBER = re.compile(
    r"(?P<open>[(\[])?\s?(?P<sign>[-−–+])?\s?(?P<pound>£)?\s?(?P<open2>\()?(?P<sign2>[-−–])?"
    r"(?P<digits>\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"\s?(?P<scale>bn|billion|mn|m|million|k|thousand)?\s?(?P<percent>%)?\s?(?P<close>[)\]])?\s?(?P<percent2>%)?"
    r"(?P<note>\s?(?:[*†‡§#^¹²³]+|\[\d+\]|\([a-z]\)|[a-d]))?",
    re.IGNORECASE,
)
YEAR = re.compile(r"(?:19|20)\d\d(?:[/–-]\d{2,4})?")
RANGE = re.compile(
    r"(?:between\s)?£?(?P<first>\d[\d,]*(?:\.\d+)?)\s?(?:-|–|to|and)\s?£?(?P<last>\d[\d,]*(?:\.\d+)?)", re.IGNORECASE
)
STATED_REACH = 40  # blocks above a table in which a unit for all amounts may be stated


@dataclass(slots=True)
class _Words:
    money: list[tuple[re.Pattern[str], float]]
    percent: re.Pattern[str]
    share: re.Pattern[str]
    counted: re.Pattern[str]
    posts: re.Pattern[str]
    posts_cut: re.Pattern[str]
    posts_kept: re.Pattern[str]
    other: re.Pattern[str]
    money_words: re.Pattern[str]
    stated: re.Pattern[str]
    other_row: re.Pattern[str]
    posts_named: re.Pattern[str]


@dataclass(slots=True, frozen=True)
class Unit:
    """What the numbers of a cell are: GBP, percent, posts, wte (posts that stay), other, or not known (empty)."""

    name: str = ""
    scale: float = 1.0


General = tuple[Unit | None, Unit]  # of all numbers of a table: money or percent, and posts


@cache
def _words() -> _Words:
    found = vocabulary("tables")
    money = [(compiled(pattern), float(scale)) for pattern, scale in found["money"]]
    names = (
        "percent",
        "share",
        "counted",
        "posts",
        "posts_cut",
        "posts_kept",
        "other",
        "money_words",
        "stated",
        "other_row",
        "posts_named",
    )
    patterns = {name: compiled(found[name]) for name in names}
    return _Words(money, **patterns | {"stated": compiled(found["stated"], re.NOFLAG)})


@lru_cache(maxsize=4096)
def unit_in(words: str) -> Unit:
    """The unit that a heading or a caption names."""
    known = _words()
    if known.counted.search(words):
        return Unit("other")
    places = [(m.start(), Unit("GBP", scale)) for pattern, scale in known.money if (m := pattern.search(words))]
    if places:
        first = min(place for place, _ in places)
        money = next(unit for place, unit in places if place == first)
        percent = known.percent.search(words)
        return Unit("percent") if percent and percent.start() < first else money
    if known.percent.search(words) or known.share.search(words):
        return Unit("percent")
    if known.posts.search(words):
        return Unit("posts" if known.posts_cut.search(words) and not known.posts_kept.search(words) else "wte")
    return Unit("other") if known.other.search(words) and not known.money_words.search(words) else Unit()


def figures_in_tables(text: str, tables: Sequence[Table], blocks: Sequence[Block]) -> list[Figure]:
    """The figures of all cells that measure money, shares or cuts; ``cell`` is (table number, row, column)."""
    rows = [(block.start, number) for number, block in enumerate(blocks) if block.kind == "table_row"]
    figures: list[Figure] = []
    for table in tables:
        grid = grid_of(table)
        general = _general(grid, _unit_above(text, table, blocks))
        for cell in grid.body_cells():
            block = _row_of(rows, blocks, cell)
            for figure in _cell_figures(text, grid, cell, general, block):
                figure.cell = (table.number, cell.row, cell.column)
                if block >= 0:
                    figure.sentence = (blocks[block].start, blocks[block].end)
                figures.append(figure)
        for cell in grid.labels():
            figures += _label_figures(text, table, cell, blocks, _row_of(rows, blocks, cell))
    return sorted(figures, key=lambda figure: (figure.start, figure.end))


def _label_figures(text: str, table: Table, cell: Cell, blocks: Sequence[Block], block: int) -> list[Figure]:
    """Figures that a row's label states with their unit, such as *2% a year*."""
    if cell.start < 0 or block < 0 or (_number(cell.text) and not cell.text.endswith("%")):
        return []
    found = figures_between(text, cell.start, cell.end, block)
    for figure in found:
        figure.cell = (table.number, cell.row, cell.column)
        figure.sentence = (blocks[block].start, blocks[block].end)
    return found


def table_values(text: str, tables: Sequence[Table], blocks: Sequence[Block] = ()) -> list[TableValue]:
    """Every data cell with its labels; ``value`` in full units where its unit is known, as written where it is not."""
    values = []
    for table in tables:
        grid = grid_of(table)
        general = _general(grid, _unit_above(text, table, blocks))
        for cell in grid.body_cells():
            m = _number(cell.text)
            unit = _cell_unit(grid, cell, m, general) if m else Unit()
            value = _value(m, unit.scale) if m else cell.value
            name = {"wte": "posts", "other": None, "": None}.get(unit.name, unit.name)
            values.append(
                TableValue(
                    table.number, table.caption, cell.row, cell.column, grid.row_label(cell), grid.column_label(cell),
                    cell.text, value, name, None,
                )
            )  # fmt: skip
    return values


def _row_of(rows: Sequence[tuple[int, int]], blocks: Sequence[Block], cell: Cell) -> int:
    """The index of the block of the row that a cell stands in, or -1."""
    at = bisect_right(rows, (cell.start, len(blocks))) - 1
    if at < 0:
        return -1
    number = rows[at][1]
    return number if blocks[number].start <= cell.start <= blocks[number].end else -1


@lru_cache(maxsize=4096)
def _number(words: str) -> re.Match[str] | None:
    """The number that a cell holds and nothing else; every cell is asked for its figure and for its value."""
    return NUMBER.fullmatch(words)


def _unit_above(text: str, table: Table, blocks: Sequence[Block]) -> Unit:
    """A unit stated for all amounts in the text above the table, or in the heading that it stands under."""
    above = [block for block in blocks if block.end <= table.start and block.kind != "table_row"][-STATED_REACH:]
    for distance, block in enumerate(reversed(above)):
        unit = _stated_in(text[block.start : block.end], distance == 0)
        if unit.name:
            return unit
    heading = next((block.heading for block in blocks if block.start >= table.start and block.heading), None)
    unit = unit_in(heading or "")
    return unit if unit.name == "GBP" and unit.scale > 1 else Unit()


@lru_cache(maxsize=512)
def _stated_in(words: str, nearest: bool) -> Unit:
    """The unit that a block states for all amounts, or that a short one names right above a table."""
    lower = words.lower()
    stated = _words().stated.search(lower)
    if stated or (nearest and len(words) < 160):
        unit = unit_in(lower[stated.start() :] if stated else words)
        if (unit.name == "GBP" and unit.scale > 1) or (stated and unit.name in ("GBP", "percent")):
            return unit
    return Unit()


def _cell_figures(text: str, grid: Grid, cell: Cell, general: General, block: int) -> list[Figure]:
    if cell.start < 0 or not cell.text:
        return []
    m = _number(cell.text)
    if m is None:
        if cell.header:
            return []
        between = _cell_range(grid, cell, general, block)
        return [between] if between else figures_between(text, cell.start, cell.end, max(block, 0))
    unit = _cell_unit(grid, cell, m, general)
    if unit.name not in ("GBP", "percent", "posts") or (YEAR.fullmatch(cell.text) and unit.name != "GBP"):
        return []
    value = _value(m, unit.scale)
    end = cell.end - len(m["note"] or "")
    place = (cell.start, cell.end)
    return [Figure(cell.start, end, unit.name, value, value, "exact", place, "table-cell", block=max(block, 0))]


def _cell_range(grid: Grid, cell: Cell, general: General, block: int) -> Figure | None:
    """A range whose unit the table's labels tell: *560-610* under *£m*."""
    ends = RANGE.fullmatch(cell.text)
    m = _number(ends["last"]) if ends and not PERIOD.fullmatch(cell.text) else None
    if ends is None or m is None or m["pound"] or m["scale"] or m["percent"] or m["percent2"]:
        return None
    unit = _cell_unit(grid, cell, m, general)
    if unit.name not in ("GBP", "percent", "posts"):
        return None
    low, high = (round(float(ends[name].replace(",", "")) * unit.scale, 6) for name in ("first", "last"))
    place = (cell.start, cell.end)
    return (
        Figure(*place, unit.name, low, high, "exact", place, "table-cell", block=max(block, 0)) if low < high else None
    )


def _general(grid: Grid, above: Unit) -> General:
    """What the corner, the caption or the text above say of all numbers: money or percent, if any, and posts."""
    units = [unit_in(grid.corner()), unit_in(grid.table.caption or ""), above]
    money = next((unit for unit in units if unit.name in ("GBP", "percent")), None)
    return money, next((unit for unit in units[:2] if unit.name in ("posts", "wte")), Unit())


def _cell_unit(grid: Grid, cell: Cell, m: re.Match[str], general: General) -> Unit:
    """The unit of a number: its own sign, then its column, its row, the corner, the caption, the text above."""
    pound, scaled, percent, percent2 = m.group("pound", "scale", "percent", "percent2")
    if percent or percent2:
        return Unit("percent")
    headings = tuple(grid.headings(cell))
    if pound or scaled:
        scale = vocabulary("units")["scales"].get((scaled or "").lower())
        column = unit_in(" ".join(reversed(headings))) if not scale else Unit()
        return Unit("GBP", float(scale or (column.scale if column.name == "GBP" else 1.0)))
    money, counted = general
    column, named = _column_unit(headings)
    if column.name and not (money and column.name in ("posts", "wte") and not named):
        return column
    return _row_unit(grid.row_label(cell), money) or money or counted


@lru_cache(maxsize=4096)
def _row_unit(label: str, money: Unit | None) -> Unit | None:
    """The unit that a row's label names; where all is money, a label needs plain words to count something else."""
    row = unit_in(label)
    if row.name in ("GBP", "percent") or (row.name == "posts" and money is None):
        return row
    if _words().other_row.search(label):
        return row if row.name == "posts" else Unit("other")
    return None


@lru_cache(maxsize=1024)
def _column_unit(headings: tuple[str, ...]) -> tuple[Unit, bool]:
    """The unit that a column's headings name, the lowest first, and whether they say so where all is money.

    Posts that go may be told by two of them together.
    """
    joined = " ".join(headings)
    plain = _words().posts_named.search(joined) is not None
    found = [unit_in(heading) for heading in reversed(headings)]
    named = next((unit for unit in found if unit.name in ("GBP", "percent")), Unit())
    if named.name:
        return named, plain
    if unit_in(joined).name in ("posts", "wte") or any(unit.name == "posts" for unit in found):
        kept = any(_words().posts_kept.search(heading) for heading in headings)
        return Unit("posts" if not kept and _words().posts_cut.search(joined) else "wte"), plain
    return Unit("other") if found and found[0].name == "other" else Unit(), plain


def _value(m: re.Match[str], scale: float) -> float:
    digits, opened, opened2, closed, sign, sign2 = m.group("digits", "open", "open2", "close", "sign", "sign2")
    value = float(digits.replace(",", "").replace(" ", "")) * scale
    negative = ((opened or opened2) and closed) or sign in ("-", "−", "–") or sign2
    return round(-value if negative else value, 6)
