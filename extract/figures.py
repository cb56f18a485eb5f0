"""Figures in prose: amounts of money, shares and counts of posts, with their ranges, scales and qualifiers.

Numbers are found by two patterns over the whole text; only sentences that hold one are looked at closely.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cache

from crawler.document import Block
from extract.counts import find_counts
from extract.facts import Figure
from extract.lexicon import compiled, vocabulary
from extract.numbers import Number, digit_numbers, in_address, word_numbers
from extract.ranges import LOOK_BACK, amount, is_range, qualified, range_start
from extract.sentences import Sentence, sentence_spans
from extract.shares import Share, find_shares, superseded
from extract.triggers import Windows, lowered, triggers

WORD_GAP = re.compile(r"[\s-]")
PERCENT = re.compile(r"%|per ?cent")


def find_figures(text: str, blocks: Sequence[Block]) -> list[Figure]:
    """Every figure of the blocks that are not table rows, in the order of the text."""
    return figures_of(text, sentences_of(text, blocks))


def figures_between(text: str, start: int, end: int, block: int) -> list[Figure]:
    """The figures of one stretch of text, such as a table cell, read as a sentence of its own."""
    found = triggers(text)
    if not any(bisect_left(hits, start) < bisect_left(hits, end) for hits in (found.digits, found.words)):
        return []
    spans = [(start, end)]
    sentence = Sentence(start, end, block, (start, end), _all_numbers(text, spans), find_shares(found, spans))
    return figures_of(text, [sentence])


def figures_of(text: str, sentences: Sequence[Sentence]) -> list[Figure]:
    """Money, shares and counts of the sentences."""
    figures: list[Figure] = []
    lower = lowered(text)
    for sentence in sentences:
        measured = _measured(text, lower, sentence)
        shares = [share for share in sentence.shares if not superseded(lower, share, sentence.end)]
        ratios = [share for share in shares if text[share.start] == "£"]
        figures += [figure for figure in measured if not any(_covers(share, figure) for share in ratios)]
        figures += [_share_figure(lower, s, sentence) for s in shares if s in ratios or not _inside(s, measured)]
    figures += find_counts(text, sentences)
    return sorted(figures, key=lambda figure: (figure.start, figure.end))


def _all_numbers(text: str, spans: Windows) -> list[Number]:
    """Numbers in digits and in words in order, without the scale words that belong to digits."""
    numbers: list[Number] = []
    found = triggers(text)
    both = digit_numbers(found, spans) + word_numbers(found, spans)
    for number in sorted(both, key=lambda number: number.start):
        if not numbers or number.start >= numbers[-1].end:
            numbers.append(number)
    return numbers


def sentences_of(text: str, blocks: Sequence[Block]) -> list[Sentence]:
    """The sentences outside table rows that hold a number or a worded share, with them."""
    spans = triggers(text).windows
    numbers, shares = _all_numbers(text, spans), find_shares(triggers(text), spans)
    at = [number.start for number in numbers]
    share_at = [share.start for share in shares]
    found = []
    for index, block in enumerate(blocks):
        if block.kind == "table_row":
            continue
        first, last = bisect_left(at, block.start), bisect_left(at, block.end)
        first_share, last_share = bisect_left(share_at, block.start), bisect_left(share_at, block.end)
        if first == last and first_share == last_share:
            continue
        for start, end in sentence_spans(text, block.start, block.end):
            own = numbers[bisect_left(at, start, first, last) : bisect_left(at, end, first, last)]
            worded = (
                shares[bisect_left(share_at, start) : bisect_left(share_at, end)] if first_share < last_share else []
            )
            if own or worded:
                found.append(Sentence(start, end, index, (block.start, block.end), own, worded))
    return found


def _measured(text: str, lower: str, sentence: Sentence) -> list[Figure]:
    """Money and percentages of a sentence; numbers that they use up get their unit noted."""
    figures = []
    skip = -1
    for n, number in enumerate(sentence.numbers):
        if number.start < skip or number.digits.startswith("00"):
            continue
        following = sentence.numbers[n + 1] if n + 1 < len(sentence.numbers) else None
        pair = following is not None and is_range(lower, number, following, sentence.start)
        last = following if pair and following is not None else number
        unit = _unit(text, lower, number, last, sentence)
        if unit and not in_address(text, number):
            number.unit = last.unit = unit
            figures.append(_figure(lower, number, last, unit, sentence))
            skip = last.end
    return figures


def _unit(text: str, lower: str, number: Number, last: Number, sentence: Sentence) -> str:
    """GBP or percent, or nothing for other numbers."""
    if "other" in (number.unit, last.unit):
        return ""
    unit = last.unit or number.unit
    if number.worded and not number.unit and not last.unit and number.value < 1e6:
        return ""
    if unit == "points":
        spoken = PERCENT.search(text, max(0, sentence.start - 400), sentence.end)
        return "percent" if spoken and "." in last.digits else ""
    if unit:
        return "" if number.worded and _vague(lower, number) else unit
    large = number.scale >= 1e6 or (number.worded and number.value >= 1e6)
    return "GBP" if large and _is_money(lower, number, last, sentence) else ""


def _vague(lower: str, number: Number) -> bool:
    """A scale word with no number before it: *several million pounds*."""
    return WORD_GAP.split(lower[number.start : number.end], maxsplit=1)[0] in vocabulary("units")["multipliers"]


@cache
def _money_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    units = vocabulary("units")
    return compiled(units["money_lead"], re.NOFLAG), compiled(units["not_money_after"], re.NOFLAG)


def _is_money(lower: str, number: Number, last: Number, sentence: Sentence) -> bool:
    lead, things = _money_patterns()
    before = lower[max(sentence.start, number.start - LOOK_BACK) : number.start]
    vague = number.worded and _vague(lower, number)
    return not vague and lead.search(before) is not None and not things.match(lower, last.end, sentence.end)


def _figure(lower: str, number: Number, last: Number, unit: str, sentence: Sentence) -> Figure:
    start, end, qualifier = qualified(lower, number.start, last.end, sentence.start, sentence.end)
    low, high = sorted((amount(number, last), last.value * last.scale))
    if number is not last:
        start = range_start(lower, start, sentence.start)
    rule = f"{'money' if unit == 'GBP' else 'percent'}{'-range' if number is not last else ''}"
    place = (sentence.start, sentence.end)
    return Figure(start, end, unit, round(low, 6), round(high, 6), qualifier, place, rule, block=sentence.block)


def _share_figure(lower: str, share: Share, sentence: Sentence) -> Figure:
    start, end, qualifier = qualified(lower, share.start, share.end, sentence.start, sentence.end)
    place = (sentence.start, sentence.end)
    return Figure(start, end, "percent", share.value, share.value, qualifier, place, share.rule, block=sentence.block)


def _covers(share: Share, figure: Figure) -> bool:
    """Whether money is one side of a ratio: *£1 in every £12*."""
    return share.start < figure.end and figure.start < share.end


def _inside(share: Share, figures: Iterable[Figure]) -> bool:
    return any(figure.start < share.end and share.start < figure.end for figure in figures)
