"""Charts as SVG made on the server: no script, colours from the style sheet, each with a title and a text summary.

Every chart stands beside a table of the same numbers, which the templates make.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor, log10

from markupsafe import Markup

WIDTH = 480  # units of the drawing; the style sheet scales it
ROW = 30
LETTER = 8.4  # width of a letter in the widest of the common fonts
LONGEST = 26  # letters of a label
SHADES = 4


@dataclass(frozen=True)
class Bar:
    """One row of a bar chart: a label, the low and high of its figure, the words for it, and where it leads."""

    label: str
    low: float
    high: float
    words: str
    href: str | None = None


@dataclass(frozen=True)
class Tile:
    """One board of the cartogram: its place, the words on it, its value (None without one), and where it leads."""

    row: int
    column: int
    lines: tuple[str, str]
    name: str
    value: float | None
    words: str
    href: str


def bars(title: str, summary: str, data: Sequence[Bar]) -> Markup:
    """Horizontal bars from zero: solid to ``low``, pale from there to ``high``; figures may be negative."""
    least = min([0.0, *(bar.low for bar in data)])
    most = max([0.0, *(bar.high for bar in data)]) or 1.0
    left = LETTER * min(LONGEST, max((len(bar.label) for bar in data), default=0)) + 12
    words = LETTER * max((len(bar.words) for bar in data), default=0)
    scale = max(WIDTH - left - words - 8, 60) / (most - least)
    zero = left - least * scale
    rows = Markup("").join(_bar(bar, index, left, zero, scale) for index, bar in enumerate(data))
    height = ROW * len(data) + 4
    axis = Markup('<line class="zero" x1="{0:.1f}" x2="{0:.1f}" y1="0" y2="{1}"/>').format(zero, height)
    return svg(title, summary, WIDTH, height, rows + axis)


def _bar(bar: Bar, index: int, left: float, zero: float, scale: float) -> Markup:
    y = index * ROW + 3
    near, far = sorted((bar.low, bar.high), key=abs)
    shapes = Markup("").join(_rect(css, zero, value * scale, y) for css, value in (("soft", far), ("bar", near)))
    end = max(zero, zero + bar.high * scale) + 6
    text = Markup(
        '<text x="{:.1f}" y="{}" text-anchor="end">{}</text>{}<text x="{:.1f}" y="{}" class="quiet">{}</text>'
    )
    drawn = text.format(left - 8, y + 17, _short(bar.label, LONGEST), shapes, end, y + 17, bar.words)
    return Markup('<a href="{}">{}</a>').format(bar.href, drawn) if bar.href else drawn


def meter(low: float, high: float, words: str) -> Markup:
    """A small bar of a share of 100 percent, for a table's cell whose row says the same in words."""
    near, far = (min(max(value, 0), 100) for value in (low, high))
    return Markup(
        '<svg viewBox="0 0 100 10" width="100" height="10" role="img" aria-label="{}">'
        '<rect class="soft" width="{:.1f}" height="10"/>'
        '<rect class="bar" width="{:.1f}" height="10"/><path class="rule" d="M0 9.5h100"/></svg>'
    ).format(words, far, near)


def _rect(css: str, zero: float, length: float, y: float) -> Markup:
    left = zero if length >= 0 else zero + length
    return Markup('<rect class="{}" x="{:.1f}" y="{}" width="{:.1f}" height="{}"/>').format(
        css, left, y, abs(length), ROW - 8
    )


def columns(title: str, summary: str, data: Sequence[Bar], words: Callable[[float], str]) -> Markup:
    """Upright bars in the order of time; ``words`` writes a value of the axis."""
    height, foot, left = 200, 26, 76
    most = _ceiling(max([1.0, *(bar.high for bar in data)]))
    scale = (height - foot - 14) / most
    step = (WIDTH - left) / max(len(data), 1)
    floor_y = height - foot
    grid = Markup("").join(
        _gridline(most * part / 4, floor_y - most * part / 4 * scale, left, words) for part in range(5)
    )
    every = max(1, -(-len(data) // 7))
    shapes = Markup("").join(
        _column(bar, left + index * step, step, floor_y, scale, index % every == 0) for index, bar in enumerate(data)
    )
    return svg(title, summary, WIDTH, height, grid + shapes)


def _gridline(value: float, y: float, left: float, words: Callable[[float], str]) -> Markup:
    return Markup(
        '<line class="rule" x1="{0}" x2="{1}" y1="{2:.1f}" y2="{2:.1f}"/>'
        '<text class="quiet" x="{3}" y="{4:.1f}" text-anchor="end">{5}</text>'
    ).format(left, WIDTH, y, left - 8, y + 4, words(value))


def _column(bar: Bar, x: float, step: float, floor_y: float, scale: float, named: bool) -> Markup:
    width = min(step * 0.7, 60)
    middle = x + step / 2
    shape = Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>')
    drawn = Markup("").join(
        shape.format(css, middle - width / 2, floor_y - value * scale, width, value * scale)
        for css, value in (("soft", bar.high), ("bar", bar.low))
    )
    name = Markup('<text x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(middle, floor_y + 18, bar.label)
    return Markup("<g><title>{}: {}</title>{}{}</g>").format(bar.label, bar.words, drawn, name if named else "")


def cartogram(title: str, summary: str, tiles: Sequence[Tile]) -> Markup:
    """A square for each board at its rough place in England; shade by size, with another hue below zero."""
    width, height = 88, 62
    most = max([0.0, *(abs(tile.value) for tile in tiles if tile.value is not None)]) or 1.0
    drawn = Markup("").join(_tile(tile, width, height, most) for tile in tiles)
    across = 1 + max((tile.column for tile in tiles), default=0)
    down = 1 + max((tile.row for tile in tiles), default=0)
    return svg(title, summary, across * width, down * height, drawn)


def _tile(tile: Tile, width: int, height: int, most: float) -> Markup:
    x, y = tile.column * width, tile.row * height
    css = shade(tile.value, most)
    ink = "on-dark" if css in ("t3", "t4", "n3") else "" if css == "t0" else "on-light"
    text = Markup('<text class="{}" x="{}" y="{}" text-anchor="middle" style="font-size:12px">{}</text>')
    lines = [line for line in (*tile.lines, tile.words) if line]
    first = y + height / 2 + 4 - 8 * (len(lines) - 1)
    words = Markup("").join(
        text.format(ink, x + width / 2, first + 16 * index, line) for index, line in enumerate(lines)
    )
    return Markup(
        '<a href="{}" aria-label="{}: {}"><title>{}: {}</title>'
        '<rect class="tile {}" x="{}" y="{}" width="{}" height="{}"/>{}</a>'
    ).format(
        tile.href,
        tile.name,
        tile.words or "no figure",
        tile.name,
        tile.words or "no figure",
        css,
        x,
        y,
        width,
        height,
        words,
    )


def shade(value: float | None, most: float) -> str:
    """The class of a tile: ``t0`` without a value, ``t1`` to ``t4`` by size, ``n1`` to ``n3`` below zero."""
    if value is None:
        return "t0"
    share = abs(value) / most
    return f"n{min(3, 1 + int(share * 3))}" if value < 0 else f"t{min(SHADES, 1 + int(share * SHADES))}"


def svg(title: str, summary: str, width: float, height: float, inside: Markup) -> Markup:
    """The drawing with its name and description for those who do not see it."""
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="group" aria-label="{}">'
        "<title>{}</title><desc>{}</desc>{}</svg>"
    ).format(width, height, title, title, summary, inside)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _ceiling(value: float) -> float:
    """The next round number for an axis: 1, 2, 4 or 8 times a power of ten."""
    power = 10 ** floor(log10(value))
    return next(step * power for step in (1, 2, 4, 8, 10) if step * power >= value)
