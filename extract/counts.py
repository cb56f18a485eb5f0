"""Counts of posts, jobs, roles and staff that are to go: which numbers may be facts, and what rules say of them.

:mod:`extract.tallies` has the last word.
Totals of a workforce, people hired, and people who asked to leave are no facts. A number without a noun takes its
noun from the sentence, from the one before, or from the same number where the document gives it a noun.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from extract.facts import Figure
from extract.lexicon import compiled, squeeze, vocabulary
from extract.numbers import Number, in_address
from extract.ranges import amount, is_range, qualified, range_start
from extract.sentences import Sentence
from extract.tallies import RULED, Tally, counts_posts, weights
from extract.triggers import lowered

YEAR = re.compile(r"(?:19|20)\d\d")
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
TIME_AFTER = re.compile(
    r"\s?(?:am|pm|st|nd|rd|th)\b|[./:]\d"
    r"|[-–]?(?:week|month|day|year|hour|minute|bed|strong)s?\b|\s(?:weeks?|months?|days?|years?|hours?|minutes?)\b"
)
MONTH_AFTER = re.compile(rf"\s(?:{MONTHS})\b")
MONTH_BEFORE = re.compile(rf"(?:{MONTHS})\s$")
NAME_BEFORE = re.compile(
    r"(?:no\.?|page|paragraph|section|table|month|quarter|band|bands|week|day|annex|figure|item|note|version|chapter|age|aged|\d)\s$"
)
SCALE_ALONE = re.compile(r"(?:hundred|thousand|million|billion)\b")
NEAR = 60  # characters: the words that decide stand close by
CLOSE = 12  # characters before a number that name what it is
BEFORE, CLOSE_BEFORE = ("not_before", "people_before"), ("part_before", "implied_before")
AFTER = ("not_after", "cut_after", "people_after", "bare_after", "going")
IN_SENTENCE = ("cut", "about_cuts", "bare_numbers", "tally", "sequel", "of_staff")


@dataclass(slots=True)
class _Count:
    """A number that may count posts, with where it and its noun stand."""

    first: Number
    last: Number
    value: float
    sentence: Sentence
    noun: str | None
    people: bool
    gained: bool
    start: int  # with the qualifier
    figure_end: int  # behind number and noun
    end: int  # with what follows the noun: *or more*
    qualifier: str
    cues: dict[str, bool] = field(default_factory=dict)  # those looked for, and whether they stand before or behind it


@cache
def _cues() -> dict[str, re.Pattern[str]]:
    """Patterns by name, for text in lower case."""
    found = vocabulary("counts")
    nouns = f"(?P<job>{squeeze(found['jobs'])})|(?P<person>{squeeze(found['people'])})"
    word = rf"(?:[\s-]|,\s)(?!(?:{squeeze(found['stop'])})\b)\(?[a-z][\w’'&/-]*\)?"
    again = "job losses|job cuts|posts|jobs|roles|positions|staff|redundancies|losses"
    tail = rf"(?:\s\([a-z]{{2,4}}s?\))?(?:\s(?:{again}))?(?:\s(?:in post|fewer))?"
    phrase = (
        rf"(?P<plus>-plus|\+| or more)?(?P<of>{squeeze(found['of_them'])})?(?P<mods>(?:{word}){{0,6}}?)"
        rf"[\s-](?P<noun>{nouns})\b{tail}"
    )
    own = {"phrase": phrase, "always": f"(?:{squeeze(found['always_cut'])})$"}
    given = {name: found[name] for name in ("gained", *BEFORE, *CLOSE_BEFORE, *AFTER, *IN_SENTENCE)}
    return {name: compiled(pattern, re.NOFLAG) for name, pattern in (own | given).items()}


def find_counts(text: str, sentences: Sequence[Sentence]) -> list[Figure]:
    """The counts that are facts. Numbers whose ``unit`` is set are money or shares and not looked at."""
    found: list[_Count] = []
    for count, tally in considered(text, sentences):
        within = bool(found) and count.start < found[-1].figure_end  # the 60 of *22 of its 60 posts*
        if not within and counts_posts(tally, weights()):
            found.append(count)
    return [_figure(count) for count in found]


def considered(text: str, sentences: Sequence[Sentence]) -> list[tuple[_Count, Tally]]:
    """Every number that may count posts, with what speaks for and against it."""
    lower = lowered(text)
    counts = [count for sentence in sentences for count in _candidates(text, lower, sentence)]
    if not counts:
        return []
    about_cuts = _speaks_of_cuts(lower, sentences)
    accepted: list[_Count] = []
    for count in counts:
        if count.noun and _is_cut(lower, count, accepted, about_cuts):
            accepted.append(count)
    accepted += _implied(lower, [count for count in counts if count.noun is None], accepted, about_cuts)
    if not about_cuts and not accepted:
        counts = [count for count in counts if count.noun]
    near: dict[int, list[_Count]] = {}
    for one in accepted:
        near.setdefault(one.sentence.block, []).append(one)
    values = Counter(one.value for one in accepted)
    return [(count, _tally(lower, count, near.get(count.sentence.block, []), values, about_cuts)) for count in counts]


def _before(lower: str, count: _Count, name: str) -> bool:
    """Whether a cue stands before a count; each is looked for once."""
    if name not in count.cues:
        near = NEAR if name in BEFORE else CLOSE
        left = max(count.sentence.start, count.start - near)
        count.cues[name] = _cues()[name].search(lower[left : count.start]) is not None
    return count.cues[name]


def _after(lower: str, count: _Count, name: str) -> bool:
    """Whether a cue stands behind a count and its noun; each is looked for once."""
    if name not in count.cues:
        count.cues[name] = _follows(lower, count, count.figure_end, name)
    return count.cues[name]


def _follows(lower: str, count: _Count, end: int, name: str) -> bool:
    after = lower[end : min(count.sentence.end, end + 2 * NEAR)]
    return _cues()[name].match(after) is not None


def _in_sentence(lower: str, sentence: Sentence, name: str) -> bool:
    """Whether a cue stands in a sentence; each is looked for once."""
    if name not in sentence.cues:
        sentence.cues[name] = _cues()[name].search(lower, sentence.start, sentence.end) is not None
    return sentence.cues[name]


def _tally(lower: str, count: _Count, near: Sequence[_Count], values: Mapping[float, int], about_cuts: bool) -> Tally:
    """A count with the rules that fit it, and its neighbours.

    ``near`` are the counts of its block that the rules accept, ``values`` tells how many they accept of each value.
    """
    sentence = count.sentence
    flags = [name for name in (*BEFORE, *CLOSE_BEFORE) if _before(lower, count, name)]
    flags += [name for name in AFTER if _after(lower, count, name)]
    others = [other for other in near if other is not count]
    ruled = len(others) < len(near)
    flags += [RULED] if ruled else ["rules say no"]
    flags += ["about cuts"] if about_cuts else []
    flags += ["gained"] if count.gained else []
    flags += [f"qualifier {count.qualifier}"]
    flags += ["cut in sentence"] if _in_sentence(lower, sentence, "cut") else []
    flags += ["count in sentence"] if any(other.sentence is sentence for other in others) else []
    earlier = [other for other in others if other.start < sentence.start]
    flags += ["count before"] if any(sentence.start - other.sentence.end < 4 for other in earlier) else []
    flags += ["count in block"] if earlier else []
    flags += ["same value"] if values.get(count.value, 0) > ruled else []
    noun = (count.noun or "").lower()
    sort = "person" if count.people else "job" if noun else "bare"
    place, paragraph = (sentence.start, sentence.end), sentence.paragraph
    return Tally(lower, count.start, count.figure_end, place, paragraph, sort, noun, count.value, flags)


def _implied(lower: str, bare: Sequence[_Count], accepted: list[_Count], about_cuts: bool) -> list[_Count]:
    """The numbers without a noun that count posts; a value found late counts for those before it too."""
    values = {amount(n, count.last) for count in accepted for n in (count.first, count.last)}
    found: list[_Count] = []
    taken: set[int] = set()
    for _ in range(2):
        for count in bare:
            if count.first.start not in taken and _is_implied(lower, count, [*accepted, *found], values, about_cuts):
                found.append(count)
                taken.add(count.first.start)
                values |= {amount(count.first, count.last), count.value}
    return found


def _speaks_of_cuts(lower: str, sentences: Sequence[Sentence]) -> bool:
    return any(_in_sentence(lower, sentence, "about_cuts") for sentence in sentences)


def _candidates(text: str, lower: str, sentence: Sentence) -> list[_Count]:
    """Numbers of a sentence that are neither money, shares, dates nor parts of longer things, with their nouns."""
    found = []
    skip = -1
    plain = [n for n in sentence.numbers if not n.unit and not n.currency]
    for at, number in enumerate(plain):
        if number.start < skip or any(
            share.start < number.end and number.start < share.end for share in sentence.shares
        ):
            continue
        following = plain[at + 1] if at + 1 < len(plain) else None
        paired = following is not None and is_range(lower, number, following, sentence.start)
        last = following if paired and following is not None else number
        skip = last.end
        if _could_count(text, lower, number) and (count := _read(text, lower, number, last, sentence)) is not None:
            found.append(count)
    return found


def _could_count(text: str, lower: str, number: Number) -> bool:
    start = number.start
    if number.worded:
        return number.value >= 1 and not SCALE_ALONE.match(lower, start)
    if number.scale >= 1e6 or number.digits.startswith("0") or text[max(0, start - 1) : start] in ("/", "#", "$", "€"):
        return False
    if TIME_AFTER.match(lower, number.end) or NAME_BEFORE.search(lower, max(0, start - CLOSE), start):
        return False
    if MONTH_AFTER.match(text, number.end) or MONTH_BEFORE.search(text, max(0, start - CLOSE), start):
        return False
    return not in_address(text, number)


def _read(text: str, lower: str, first: Number, last: Number, sentence: Sentence) -> _Count | None:
    m = _cues()["phrase"].match(lower, last.end, sentence.end)
    value = amount(last, last)
    small = value < 10 and last.worded
    if m is None and (small or YEAR.fullmatch(last.digits) or "." in last.digits):
        return None
    end = m.end() if m else last.end
    start, behind, qualifier = qualified(lower, first.start, end, sentence.start, sentence.end)
    if m and m["plus"]:
        qualifier = "at_least"
    if first is not last:
        start = range_start(lower, start, sentence.start)
    noun = text[slice(*m.span("noun"))] if m else None
    gained = bool(m and _cues()["gained"].search(m["mods"]))
    return _Count(first, last, value, sentence, noun, bool(m and m["person"]), gained, start, end, behind, qualifier)


def _is_cut(lower: str, count: _Count, accepted: Sequence[_Count], about_cuts: bool) -> bool:
    """Whether a count with a noun is a fact."""
    lost = _before(lower, count, "people_before")
    if _after(lower, count, "not_after") or (count.gained and not lost):
        return False
    if _cues()["always"].search((count.noun or "").lower()) or "fewer" in lower[count.start : count.figure_end]:
        return True
    cut_after = _after(lower, count, "cut_after")
    if cut_after or (count.people and (lost or _after(lower, count, "people_after"))):
        return lost or cut_after or not _before(lower, count, "not_before")
    stays = _before(lower, count, "not_before")
    if count.people:
        here = any(other.sentence is count.sentence for other in accepted)
        return here and not stays and _before(lower, count, "part_before")
    if stays and not lost:
        return False
    return _in_sentence(lower, count.sentence, "cut") or about_cuts or _just_before(count, accepted)


def _just_before(count: _Count, accepted: Sequence[_Count]) -> bool:
    """Whether a count that is a fact stands in the same sentence, or earlier in the same block."""
    return any(other.sentence.block == count.sentence.block for other in accepted[-8:])


def _is_implied(lower: str, count: _Count, accepted: Sequence[_Count], values: set[float], about_cuts: bool) -> bool:
    """Whether a number without a noun counts posts that go: by its value, or by the words of its sentence."""
    value = count.value
    if _follows(lower, count, count.end, "cut_after"):
        return value >= 10 and (about_cuts or bool(accepted))
    going = value >= 10 and _follows(lower, count, count.end, "going")
    if going and _in_sentence(lower, count.sentence, "of_staff"):
        return True
    if value < 10 or not _follows(lower, count, count.end, "bare_after"):
        return False
    if _before(lower, count, "not_before") or _follows(lower, count, count.end, "not_after"):
        return False
    return (value >= 20 and value in values) or _goes_on(lower, count, accepted, about_cuts)


def _goes_on(lower: str, count: _Count, accepted: Sequence[_Count], about_cuts: bool) -> bool:
    """Whether the words around a bare number go on counting posts that go."""
    sentence, first = count.sentence, count.first.start
    here = any(other.sentence is sentence for other in accepted)
    earlier = [
        other.sentence
        for other in accepted
        if other.sentence.block == sentence.block and other.sentence.start < sentence.start
    ]
    if _in_sentence(lower, sentence, "cut") and (here or earlier or _in_sentence(lower, sentence, "bare_numbers")):
        return True
    if about_cuts and _before(lower, count, "people_before"):
        return True
    if about_cuts and count.qualifier != "exact" and _in_sentence(lower, sentence, "tally"):
        return True
    if not _cues()["implied_before"].search(lower[max(0, first - CLOSE) : first]):
        return False
    next_to = any(sentence.start - other.end < 4 for other in earlier)
    return here or (next_to and _cues()["sequel"].match(lower[sentence.start : sentence.end]) is not None)


def _figure(count: _Count) -> Figure:
    low, high = amount(count.first, count.last), count.value
    place = (count.sentence.start, count.sentence.end)
    rule = "count" if count.noun else "count-implied"
    return Figure(
        count.start, count.end, "posts", low, high, count.qualifier, place, rule, count.noun, block=count.sentence.block
    )
