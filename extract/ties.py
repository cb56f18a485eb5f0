"""What ties a figure of prose to a time: every time that it may belong to, and none, described by named features.

A conditional logit, fitted by :mod:`extract.training_periods`, weighs them. Distances are in characters.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from extract.around import goes_on, of_figure_before, of_list, of_same_number, year_of_heading
from extract.choice import NEITHER, Features
from extract.facts import Figure, Period
from extract.page import Page, cues, label_for

NO_TIME = NEITHER  # the candidate that stands for no time at all
STEPS = (4, 12, 25, 50, 100, 200)  # of distance
NEXT = 6  # figures, and times, on either side that count
BRIDGE = 400  # characters between a figure and a time that are looked at
BEFORE = 600  # characters before a sentence in which a time may stand
BACK = 20  # figures back to one of another sentence
MARKS = (",", ";", " and ", " but ", "(")
WORD = re.compile(r"([a-z]+)\W*$")
END = re.compile(r"[.!?]\s")


def candidates(page: Page, index: int) -> Features:
    """The labels of all times that a figure may belong to, with the names of their features."""
    figure = page.figures[index]
    named = _named(page, figure)
    found: Features = {NO_TIME: set()}
    _of_sentence(found, page, index, named)
    much = str(min(len(named), 2))
    place = page.blocks[figure.block].kind if figure.block is not None else "loose"
    _of_document(found, page, figure, much, place)
    if place != "heading":
        _from_outside(found, page, index, much)
    if len(found) == 1:
        return found
    none, unit = found[NO_TIME], figure.unit
    none.update(("none", f"none {unit}", f"none {place}", f"none {much} named", f"none {unit} {much} named"))
    none.add(f"none {much} named report" if page.report else f"none {much} named no report")
    if index and page.figures[index - 1].sentence == figure.sentence:
        _add(found, page.labels[index - 1], "neighbour", much)
    return found


def _named(page: Page, figure: Figure) -> list[Period]:
    """The times of the figure's sentence, of many those next to it."""
    named = [p for p in page.within(*figure.sentence) if p.kind != "duration" and p.label]
    if len(named) <= 2 * NEXT:
        return named
    place = bisect_right([p.start for p in named], figure.start)
    return named[max(0, place - NEXT) : place + NEXT]


def _add(found: Features, label: str | None, name: str, *more: str) -> None:
    """Notes where a label comes from, by itself and with more that is known; None stands for no time."""
    found.setdefault(label or NO_TIME, set()).update((name, *(f"{name} {one}" for one in more)))


# The times of the sentence


def _of_sentence(found: Features, page: Page, index: int, named: Sequence[Period]) -> None:
    figure = page.figures[index]
    for period in named:
        label = _part_of_span(page, index, period) if period.kind == "span" else None
        label = label or label_for(page, figure, period)
        if label:
            found.setdefault(label, set()).update(_tie(page, index, period, named))


def _tie(page: Page, index: int, period: Period, named: Sequence[Period]) -> list[str]:
    """The features of a time of the figure's own sentence."""
    figure, text = page.figures[index], page.text
    if period.start >= figure.end:
        side, start, end = "after", figure.end, period.start
    else:
        side, start, end = "before", period.end, figure.start
    near = page.figures[max(0, index - NEXT) : index + NEXT + 1]
    figures = min(3, sum(start <= other.start and other.end <= end for other in near))
    times = min(2, sum(start <= other.start and other.end <= end for other in named))
    much, bridge = min(len(named), 2), text[start : min(end, start + BRIDGE)].lower()
    word = WORD.search(text[max(0, period.start - 20) : period.start].lower())
    names = [
        f"named {much}",
        f"{side} {bisect_right(STEPS, end - start)}",
        f"{side} {figures} figures between",
        f"{side} {times} times between",
        f"{side} {figures} figures {times} times {much} named",
        f"{side} {period.kind}",
        f"{period.kind} {figure.unit}",
        f"{side} {word[1] if word else 'no word'}",
        *(f"{side} over {mark.strip()}" for mark in MARKS if mark in bridge),
    ]
    if cues().yearly.match(text[figure.end : figure.end + 20]):
        names.append(f"{side} yearly")
    return names


def _part_of_span(page: Page, index: int, span: Period) -> str | None:
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
    each = joint == "and" and cues().pair_of_years.search(page.text[span.start : span.end + 20])
    if not ((change and joint == "to") or each):
        return None
    years = (span.label or "").split("-")
    return years[0] if figure is first else years[-1]


# The times around


def _of_document(found: Features, page: Page, figure: Figure, much: str, place: str) -> None:
    """The years of a report's title and of any title."""
    for name, label in (("report", page.report), ("title", page.title)):
        if label:
            _add(found, label, name, f"{much} named", f"{much} named {figure.unit}", f"{much} named {place}")


def _from_outside(found: Features, page: Page, index: int, much: str) -> None:
    """The times of the sentences before, of the list and of the section."""
    figure = page.figures[index]
    how = goes_on(page, figure)
    sources = (
        (f"figure before {how}", of_figure_before(page, index, how)),
        ("same number", of_same_number(page, figure)),
        ("list", of_list(page, figure)),
        ("section", year_of_heading(page, figure.block) if figure.block is not None else None),
    )
    for name, label in sources:
        if label:
            _add(found, label, name, f"{much} named", f"{much} named {figure.unit}")
    if figure.block is None:
        return
    start = figure.sentence[0]
    before = page.within(max(page.blocks[figure.block].start, start - BEFORE), start)
    last = next((p for p in reversed(before) if p.label and p.kind != "duration"), None)
    if last:
        away = min(3, len(END.findall(page.text, last.end, start)))
        more = f"{much} named goes on {how}"
        kinds = (f"{away} away {more}", f"{last.kind} {much} named", f"{figure.unit} {more}")
        _add(found, label_for(page, figure, last), "sentence before", *kinds)
        found[NO_TIME].add(f"none though {away} away {more}")
    back = range(index - 1, max(-1, index - BACK), -1)
    earlier = next((n for n in back if page.figures[n].sentence != figure.sentence), None)
    if earlier is not None and page.figures[earlier].block == figure.block:
        _add(found, page.labels[earlier], "last figure", f"{much} named goes on {how}")
