"""What stands around a figure, as rows of features for the models of kind and status.

The words near a figure are looked up in the cue classes of ``data/kinds.yml``; a feature says which class or word
stands where: just before or after, in the clause, the sentence, the sentence before, the heading, a table's labels.
What holds for a whole sentence or label is worked out once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from crawler.document import Block, Document
from extract.cells import Told, read_labels
from extract.facts import Figure, TableValue
from extract.index import UNKNOWN, Side, Templates
from extract.passages import BREAKS, NUMERIC, Cue, Passage, classes, label_cues, read_passage
from extract.triggers import lowered

SURVEY = ("survey", "respondent", "polled", "questionnaire")
REACH = 16  # words on either side that count, wherever they stand
CLOSE = 10  # words on either side of which two neighbours count as a pair
FARTHEST = 80  # words on either side of which anything counts; few sentences are so long
CUED = 25  # words on either side among which the nearest cues are looked for
EARLIER = 45  # words before the figure's sentence

Span = tuple[str | None, str | None, str | None]  # period, first day, last day


@dataclass(slots=True)
class Reading:
    """A sentence in the passage of its block, with what its words give to every figure in it."""

    passage: Passage
    first: int  # place of its first word
    last: int  # place behind its last one
    either: list[int]  # rows of each word wherever it stands
    before: list[int]  # rows of each word before a figure
    after: list[int]
    pairs: list[int]  # rows of each word with the next
    earlier: list[int]  # rows of what stands before in the block


@dataclass(slots=True)
class Surroundings:
    """A document as the feature functions see it. ``periods`` are (label, first, last) of each figure, ISO dates."""

    text: str
    figures: Sequence[Figure]
    periods: Sequence[Span]
    blocks: Sequence[Block]
    values: Sequence[TableValue]
    source: Document | None = None
    by_cell: dict[tuple[int, int, int], TableValue] = field(default_factory=dict)
    headings: dict[int, set[str]] = field(default_factory=dict)  # of the columns of each table
    survey: str = "no"
    lower: str = ""
    sentences: dict[tuple[int, int], Reading] = field(default_factory=dict)
    labels: dict[int, Told] = field(default_factory=dict)  # of the figures in cells, by where they begin

    def __post_init__(self) -> None:
        self.lower = lowered(self.text)
        self.by_cell = {(value.table_no, value.row, value.column): value for value in self.values}
        for value in self.values:
            self.headings.setdefault(value.table_no, set()).add(value.column_label)
        mentions = sum(self.lower.count(word) for word in SURVEY)
        self.survey = "no" if not mentions else "some" if mentions < 4 else "much"

    def told(self, figure: Figure) -> Told | None:
        """What the labels of a figure's cell tell; None in prose."""
        value = self.by_cell.get(figure.cell) if figure.cell else None
        if figure.cell is None or value is None:
            return None
        if figure.start not in self.labels:
            self.labels[figure.start] = read_labels(figure, value, self.above(figure))
        return self.labels[figure.start]

    def above(self, figure: Figure) -> list[str]:
        """The section's heading and the last words before a figure's table."""
        if figure.block is None:
            return []
        index = figure.block
        while index > 0 and self.blocks[index].kind in {"table_row", "caption"}:
            index -= 1
        before = self.blocks[index]
        return [self.blocks[figure.block].heading or "", self.text[before.start : before.end][-150:]]


def describe(figure: Figure, around: Surroundings, period: Span, to: Templates) -> list[int]:
    """The rows of one figure's features."""
    rows = set(_of_figure(figure, around, period, to))
    if figure.cell is None:
        _of_sentence(rows, figure, around, to)
        _of_list(rows, figure, around, to)
    else:
        _of_table(rows, figure, around, period, to)
    block = around.blocks[figure.block] if figure.block is not None else None
    if block and block.heading:
        rows.update([to.heading.get(name, UNKNOWN) for name in label_cues(block.heading)[0]])
    rows.discard(UNKNOWN)
    return list(rows)


def _of_figure(figure: Figure, around: Surroundings, period: Span, to: Templates) -> Iterator[int]:
    place = "cell" if figure.cell else "prose"
    unit = figure.unit
    relation = _relation(period, around.source)
    yield to.bias.get("", UNKNOWN)
    yield to.unit.get(unit, UNKNOWN)
    yield to.unit_place.get((unit, place), UNKNOWN)
    yield to.qualifier.get(figure.qualifier, UNKNOWN)
    yield to.survey.get((around.survey, unit), UNKNOWN)
    yield to.period.get(relation, UNKNOWN)
    yield to.period_place.get((relation, place), UNKNOWN)
    yield to.sign.get((_sign(figure), place), UNKNOWN)
    if around.source and around.source.kind:
        yield to.document.get((around.source.kind.replace(" ", "_"), unit), UNKNOWN)


def _sign(figure: Figure) -> str:
    return "minus" if figure.low < 0 else "plus" if figure.low > 0 else "zero"


def _relation(period: Span, source: Document | None) -> str:
    """Whether the figure's time is past, running or to come on the day of publication."""
    _, first, last = period
    day = (source.published or "")[:10] if source else ""
    if not first and not last:
        return "none"
    if not day:
        return "undated"
    if last and last < day:
        return "past"
    return "future" if first and first > day else "running"


# Prose


def _sentence(figure: Figure, around: Surroundings, to: Templates) -> Reading:
    """The sentence of a figure, looked at once for all its figures."""
    found = around.sentences.get(figure.sentence)
    if found is None:
        found = around.sentences[figure.sentence] = _read(figure, around, to)
    return found


def _read(figure: Figure, around: Surroundings, to: Templates) -> Reading:
    block = around.blocks[figure.block] if figure.block is not None else None
    passage = read_passage(around.lower, *((block.start, block.end) if block else figure.sentence))
    first, last = (bisect_left(passage.starts, place) for place in figure.sentence)
    plain, words = passage.plain[first:last], passage.words[first:last]
    either, before, after, two = to.bag.get, to.before.bag.get, to.after.bag.get, to.two.get
    known = ["#" if word[0] in NUMERIC else word for word in words]
    return Reading(
        passage,
        first,
        last,
        either=[either(word, UNKNOWN) if word else UNKNOWN for word in plain],
        before=[before(word, UNKNOWN) if word else UNKNOWN for word in plain],
        after=[after(word, UNKNOWN) if word else UNKNOWN for word in plain],
        pairs=[two(pair, UNKNOWN) for pair in pairwise(known)],
        earlier=[to.earlier.get(name, UNKNOWN) for _, _, name in passage.between(max(0, first - EARLIER), first)],
    )


def _of_sentence(rows: set[int], figure: Figure, around: Surroundings, to: Templates) -> None:
    sentence = _sentence(figure, around, to)
    passage, words, first, last = sentence.passage, sentence.passage.words, sentence.first, sentence.last
    before, after = bisect_left(passage.starts, figure.start), bisect_left(passage.starts, figure.end)
    left, right = (
        passage.between(max(first, before - FARTHEST), before),
        passage.between(after, min(after + FARTHEST, last)),
    )
    _side(rows, left, before, _clause(passage, before, first), to.before, to)
    _side(rows, right, after, _clause(passage, after, last), to.after, to)
    _chain(rows, _nearest(left, before), to.before)
    _chain(rows, _nearest(right, after), to.after)
    _attached(rows, passage, before, first, to.before, to)
    _attached(rows, passage, after, last, to.after, to)
    _next_to(rows, words[max(first, before - 3) : before][::-1], to.before)
    _next_to(rows, words[after : min(after + 3, last)], to.after)
    if after - before > 1:
        rows.update([to.quote.get(name, UNKNOWN) for _, _, name in passage.between(before, after)])
    before, after = before - first, after - first
    low, high = max(0, before - REACH), after + REACH
    rows.update(sentence.either[low:before], sentence.either[after:high])
    rows.update(sentence.before[low:before], sentence.after[after:high], sentence.earlier)
    pairs = sentence.pairs
    rows.update(pairs[max(0, before - CLOSE) : max(0, before - 1)], pairs[after : after + CLOSE - 1])


def _clause(passage: Passage, place: int, end: int) -> int:
    """Words from the figure to the end of its clause, towards one end of the sentence."""
    borders, words = passage.borders, passage.words
    index = bisect_left(borders, place)
    for border in borders[index : index + 3] if end >= place else borders[max(0, index - 3) : index][::-1]:
        distance = border - place if end >= place else place - 1 - border
        if distance > 1 or words[border] in BREAKS:
            return distance
    return abs(end - place)


def _side(rows: set[int], cues: Sequence[Cue], place: int, limit: int, side: Side, to: Templates) -> None:
    """Cues of one side of the figure, by distance in words and clauses."""
    add = rows.add
    for index, length, name in cues:
        distance = place - index - length if index < place else index - place
        zone = side.zone0 if distance < 2 else side.zone1 if distance < 5 else side.zone2
        add(zone.get(name, UNKNOWN))
        add(to.within.get(name, UNKNOWN))
        if distance < limit:
            add(side.clause.get(name, UNKNOWN))
            add(to.clause.get(name, UNKNOWN))


def _nearest(cues: Sequence[Cue], place: int) -> list[list[str]]:
    """The classes of the nearest four words on one side that carry a cue, those of each word together."""
    by_word: dict[int, list[str]] = {}
    for index, length, name in cues if cues and cues[0][0] >= place else reversed(cues):
        distance = place - index - length if index < place else index - place
        if distance < CUED:
            by_word.setdefault(distance, []).append(name)
    return [by_word[distance] for distance in sorted(by_word)[:4]]


def _chain(rows: set[int], nearest: Sequence[list[str]], side: Side) -> None:
    """Which cues come first, second and third, and what pairs they make."""
    for rank, names in zip((side.rank0, side.rank1, side.rank2), nearest, strict=False):
        rows.update([rank.get(name, UNKNOWN) for name in names])
    chain = side.chain
    for one, other in pairwise(nearest):
        rows.update([chain.get((a, b), UNKNOWN) for a in one for b in other])


def _attached(rows: set[int], passage: Passage, place: int, end: int, side: Side, to: Templates) -> None:
    """The first two words outward that are more than glue, with their cues."""
    words, solid = passage.words, passage.solid
    index = bisect_left(solid, place)
    found = []
    for outward in solid[index : index + 2] if end >= place else solid[max(0, index - 2) : index][::-1]:
        if not passage.plain[outward] or not (place <= outward < end or end <= outward < place):
            break
        found.append(words[outward])
    ranks = ((side.attached0, side.attached_word0), (side.attached1, side.attached_word1))
    for (of_class, of_word), word in zip(ranks, found, strict=False):
        rows.add(of_word.get(word, UNKNOWN))
        rows.add(to.attached_word.get(word, UNKNOWN))
        for name in classes(word):
            rows.add(of_class.get(name, UNKNOWN))
            rows.add(to.attached.get(name, UNKNOWN))
    if len(found) == 2:
        rows.add(side.attached_pair.get((found[0], found[1]), UNKNOWN))


def _next_to(rows: set[int], outward: Sequence[str], side: Side) -> None:
    """The very words next to the figure; numbers are all one."""
    plain = ["#" if word[0] in NUMERIC else word for word in outward]
    for of_word, word in zip((side.word1, side.word2, side.word3), plain, strict=False):
        rows.add(of_word.get(word, UNKNOWN))
    if len(plain) > 1:
        rows.add(side.pair.get((plain[0], plain[1]), UNKNOWN))


def _of_list(rows: set[int], figure: Figure, around: Surroundings, to: Templates) -> None:
    """The words that lead into the list that the figure's item belongs to."""
    index = figure.block
    if index is None or around.blocks[index].kind != "list_item":
        return
    while index > 0 and around.blocks[index].kind == "list_item":
        index -= 1
    lead = around.blocks[index]
    rows.update([to.lead.get(name, UNKNOWN) for name in label_cues(around.text[lead.start : lead.end][-200:])[0]])


# Tables


def _of_labels(rows: set[int], figure: Figure, around: Surroundings, period: Span, to: Templates) -> None:
    """What the labels of a cell tell, each by itself and all together."""
    told = around.told(figure)
    if told is None:
        return
    relation = _relation(period, around.source)
    kind, status = told.kind[0] if told.kind else "none", told.status or "none"
    rows.update([to.told_kind.get(pair, UNKNOWN) for pair in told.kinds.items()])
    rows.update([to.told_status.get(pair, UNKNOWN) for pair in told.statuses.items()])
    rows.add(to.told.get((kind, status), UNKNOWN))
    rows.add(to.told_kind_when.get((kind, relation), UNKNOWN))
    rows.add(to.told_status_when.get((status, relation), UNKNOWN))


def _of_table(rows: set[int], figure: Figure, around: Surroundings, period: Span, to: Templates) -> None:
    """The labels of the figure's cell, and the headings of its table."""
    value = around.by_cell.get(figure.cell) if figure.cell else None
    if value is None:
        return
    sign = _sign(figure)
    _of_labels(rows, figure, around, period, to)
    names, plain = label_cues(value.column_label)
    rows.update([to.column.get(name, UNKNOWN) for name in names])
    rows.update([to.column_sign.get((name, sign), UNKNOWN) for name in names])
    rows.update([to.column_word.get(word, UNKNOWN) for word in plain])
    rows.update([to.column_word_sign.get((word, sign), UNKNOWN) for word in plain])
    names, plain = label_cues(value.row_label)
    rows.update([to.row.get(name, UNKNOWN) for name in names])
    rows.update([to.row_word.get(word, UNKNOWN) for word in plain])
    rows.update([to.caption.get(name, UNKNOWN) for name in label_cues(value.caption or "")[0]])
    for label in around.headings.get(value.table_no, ()):
        rows.update([to.table.get(name, UNKNOWN) for name in label_cues(label)[0]])
