"""Counts of posts, jobs, roles and staff that are to go: which numbers may be facts, and what rules say of them.

:mod:`extract.tallies` has the last word.
Totals of a workforce, people hired, and people who asked to leave are no facts. A number without a noun takes its
noun from the sentence, from the one before, or from the same number where the document gives it a noun.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from extract.facts import Figure
from extract.lexicon import compiled, squeeze, vocabulary
from extract.numbers import Number, in_address
from extract.ranges import amount, is_range, qualified, range_start
from extract.sentences import Sentence
from extract.tallies import RULED, Tally, counts_posts, weights

YEAR = re.compile(r"(?:19|20)\d\d")
DATE_AFTER = re.compile(
    r"\s?(?:am|pm|st|nd|rd|th)\b|[./:]\d|\s(?-i:January|February|March|April|May|June|July|August|September|October|November|December)\b"
    r"|[-–]?(?:week|month|day|year|hour|minute|bed|strong)s?\b|\s(?:weeks?|months?|days?|years?|hours?|minutes?)\b",
    re.IGNORECASE,
)
DATE_BEFORE = re.compile(
    r"(?:(?-i:January|February|March|April|May|June|July|August|September|October|November|December)|No\.?|page|paragraph|section|table|month|quarter|band|bands|week|day|annex|figure|item|note|version|chapter|age|aged)\s$",
    re.IGNORECASE,
)
PHONE_BEFORE = re.compile(r"\d\s$")
SCALE_ALONE = re.compile(r"(?:hundred|thousand|million|billion)\b", re.IGNORECASE)
NEAR = 60  # characters: the words that decide stand close by


@dataclass(slots=True)
class _Cues:
    phrase: re.Pattern[str]
    people: re.Pattern[str]
    always: re.Pattern[str]
    gained: re.Pattern[str]
    cut: re.Pattern[str]
    about_cuts: re.Pattern[str]
    not_before: re.Pattern[str]
    not_after: re.Pattern[str]
    people_after: re.Pattern[str]
    people_before: re.Pattern[str]
    bare_after: re.Pattern[str]
    bare_numbers: re.Pattern[str]
    implied_before: re.Pattern[str]
    cut_after: re.Pattern[str]
    tally: re.Pattern[str]
    sequel: re.Pattern[str]
    going: re.Pattern[str]
    of_staff: re.Pattern[str]
    part_before: re.Pattern[str]


@dataclass(slots=True)
class _Count:
    """A number that may count posts, with where it and its noun stand."""

    first: Number
    last: Number
    sentence: Sentence
    noun: str | None
    people: bool
    gained: bool
    start: int  # with the qualifier
    figure_end: int  # behind number and noun
    end: int  # with what follows the noun: *or more*
    qualifier: str


@cache
def _cues() -> _Cues:
    found = vocabulary("counts")
    nouns = f"(?P<job>{squeeze(found['jobs'])})|(?P<person>{squeeze(found['people'])})"
    word = rf"(?:[\s-]|,\s)(?!(?:{squeeze(found['stop'])})\b)\(?[A-Za-z][\w’'&/-]*\)?"
    again = "job losses|job cuts|posts|jobs|roles|positions|staff|redundancies|losses"
    tail = rf"(?:\s\([A-Z]{{2,4}}s?\))?(?:\s(?:{again}))?(?:\s(?:in post|fewer))?"
    phrase = (
        rf"(?P<plus>-plus|\+| or more)?(?P<of>{squeeze(found['of_them'])})?(?P<mods>(?:{word}){{0,6}}?)"
        rf"[\s-](?P<noun>{nouns})\b{tail}"
    )
    always = compiled(f"(?:{squeeze(found['always_cut'])})$")
    rest = [compiled(found[name]) for name in _Cues.__slots__[3:]]
    return _Cues(compiled(phrase), compiled(found["people"]), always, *rest)


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
    about_cuts = _speaks_of_cuts(text, sentences)
    counts = [count for sentence in sentences for count in _candidates(text, sentence)]
    accepted: list[_Count] = []
    for count in counts:
        if count.noun and _is_cut(text, count, accepted, about_cuts):
            accepted.append(count)
    accepted += _implied(text, [count for count in counts if count.noun is None], accepted, about_cuts)
    if not about_cuts and not accepted:
        counts = [count for count in counts if count.noun]
    return [(count, _tally(text, count, accepted, about_cuts)) for count in counts]


def _tally(text: str, count: _Count, accepted: Sequence[_Count], about_cuts: bool) -> Tally:
    """A count with the rules that fit it and its neighbours among the counts that the rules accept."""
    cues, sentence = _cues(), count.sentence
    before = text[max(sentence.start, count.start - NEAR) : count.start]
    after = text[count.figure_end : min(sentence.end, count.figure_end + 2 * NEAR)]
    sides = {"not_before": before, "people_before": before, "part_before": before, "implied_before": before[-12:]}
    sides |= dict.fromkeys(("not_after", "cut_after", "people_after", "bare_after", "going"), after)
    flags = [name for name, side in sides.items() if getattr(cues, name).search(side)]
    others = [other for other in accepted if other is not count]
    value = amount(count.last, count.last)
    flags += [RULED] if len(others) < len(accepted) else ["rules say no"]
    flags += ["about cuts"] if about_cuts else []
    flags += ["gained"] if count.gained else []
    flags += [f"qualifier {count.qualifier}"]
    flags += ["cut in sentence"] if cues.cut.search(text, sentence.start, sentence.end) else []
    flags += ["count in sentence"] if any(other.sentence is sentence for other in others) else []
    earlier = [other for other in others if other.sentence.block == sentence.block and other.start < sentence.start]
    flags += ["count before"] if any(sentence.start - other.sentence.end < 4 for other in earlier) else []
    flags += ["count in block"] if earlier else []
    flags += ["same value"] if any(amount(other.last, other.last) == value for other in others) else []
    noun = (count.noun or "").lower()
    sort = "person" if count.people else "job" if noun else "bare"
    place = (sentence.start, sentence.end)
    return Tally(text, count.start, count.figure_end, place, sort, noun, value, flags)


def _implied(text: str, bare: Sequence[_Count], accepted: list[_Count], about_cuts: bool) -> list[_Count]:
    """The numbers without a noun that count posts; a value found late counts for those before it too."""
    values = {amount(n, count.last) for count in accepted for n in (count.first, count.last)}
    found: list[_Count] = []
    for _ in range(2):
        for count in bare:
            if count not in found and _is_implied(text, count, [*accepted, *found], values, about_cuts):
                found.append(count)
                values |= {amount(count.first, count.last), amount(count.last, count.last)}
    return found


def _speaks_of_cuts(text: str, sentences: Sequence[Sentence]) -> bool:
    cues = _cues()
    return any(cues.about_cuts.search(text, s.start, s.end) for s in sentences)


def _candidates(text: str, sentence: Sentence) -> list[_Count]:
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
        paired = following is not None and is_range(text, number, following, sentence.start)
        last = following if paired and following is not None else number
        skip = last.end
        if _could_count(text, number) and (count := _read(text, number, last, sentence)) is not None:
            found.append(count)
    return found


def _could_count(text: str, number: Number) -> bool:
    if number.worded:
        return number.value >= 1 and not SCALE_ALONE.match(text, number.start)
    if in_address(text, number):
        return False
    if PHONE_BEFORE.search(text, max(0, number.start - 8), number.start):
        return False
    if DATE_AFTER.match(text, number.end) or DATE_BEFORE.search(text, max(0, number.start - 12), number.start):
        return False
    before = text[max(0, number.start - 1) : number.start]
    return number.scale < 1e6 and before not in ("/", "#", "$", "€") and not number.digits.startswith("0")


def _read(text: str, first: Number, last: Number, sentence: Sentence) -> _Count | None:
    cues = _cues()
    m = cues.phrase.match(text, last.end, sentence.end)
    small = amount(last, last) < 10 and last.worded
    if m is None and (small or YEAR.fullmatch(last.digits) or "." in last.digits):
        return None
    end = m.end() if m else last.end
    start, behind, qualifier = qualified(text, first.start, end, sentence.start, sentence.end)
    if m and m["plus"]:
        qualifier = "at_least"
    elif qualifier == "exact" and not m:
        start, behind, qualifier = qualified(text, first.start, last.end, sentence.start, sentence.end)
    if first is not last:
        start = range_start(text, start, sentence.start)
    noun = m["noun"] if m else None
    gained = bool(m and cues.gained.search(m["mods"]))
    return _Count(first, last, sentence, noun, bool(m and m["person"]), gained, start, end, behind, qualifier)


def _is_cut(text: str, count: _Count, accepted: Sequence[_Count], about_cuts: bool) -> bool:
    """Whether a count with a noun is a fact."""
    cues, sentence = _cues(), count.sentence
    before = text[max(sentence.start, count.start - NEAR) : count.start]
    after = text[count.figure_end : min(sentence.end, count.figure_end + 2 * NEAR)]
    lost = cues.people_before.search(before) is not None
    if cues.not_after.match(after) or (count.gained and not lost):
        return False
    if cues.always.search(count.noun or "") or "fewer" in text[count.start : count.figure_end]:
        return True
    if cues.cut_after.match(after) or (count.people and (lost or cues.people_after.match(after))):
        return lost or bool(cues.cut_after.match(after)) or not cues.not_before.search(before)
    part = cues.part_before.search(before) and any(other.sentence is sentence for other in accepted)
    if count.people and part and not cues.not_before.search(before):
        return True
    if count.people or (cues.not_before.search(before) and not lost):
        return False
    cut = cues.cut.search(text, sentence.start, sentence.end) is not None
    return cut or about_cuts or _just_before(count, accepted)


def _just_before(count: _Count, accepted: Sequence[_Count]) -> bool:
    """Whether a count that is a fact stands in the same sentence, or earlier in the same block."""
    return any(other.sentence.block == count.sentence.block for other in accepted[-8:])


def _is_implied(text: str, count: _Count, accepted: Sequence[_Count], values: set[float], about_cuts: bool) -> bool:
    """Whether a number without a noun counts posts that go: by its value, or by the words of its sentence."""
    cues, sentence = _cues(), count.sentence
    before = text[max(sentence.start, count.start - NEAR) : count.start]
    after = text[count.end : min(sentence.end, count.end + 2 * NEAR)]
    value = amount(count.last, count.last)
    if cues.cut_after.match(after):
        return value >= 10 and (about_cuts or bool(accepted))
    if cues.going.match(after) and value >= 10 and cues.of_staff.search(text, sentence.start, sentence.end):
        return True
    if not cues.bare_after.match(after) or cues.not_before.search(before) or cues.not_after.match(after):
        return False
    return (value >= 20 and value in values) or (value >= 10 and _goes_on(text, count, accepted, about_cuts))


def _goes_on(text: str, count: _Count, accepted: Sequence[_Count], about_cuts: bool) -> bool:
    """Whether the words around a bare number go on counting posts that go."""
    cues, sentence = _cues(), count.sentence
    here = any(other.sentence is sentence for other in accepted)
    earlier = [
        other.sentence
        for other in accepted
        if other.sentence.block == sentence.block and other.sentence.start < sentence.start
    ]
    named = cues.bare_numbers.search(text, sentence.start, sentence.end) is not None
    if cues.cut.search(text, sentence.start, sentence.end) and (here or earlier or named):
        return True
    implied = cues.implied_before.search(text[: count.first.start][-12:]) is not None
    before = text[max(sentence.start, count.start - NEAR) : count.start]
    if about_cuts and cues.people_before.search(before):
        return True
    if about_cuts and count.qualifier != "exact" and cues.tally.search(text, sentence.start, sentence.end):
        return True
    next_to = any(sentence.start - other.end < 4 for other in earlier)
    return implied and (here or (next_to and cues.sequel.match(text[sentence.start : sentence.end]) is not None))


def _figure(count: _Count) -> Figure:
    low, high = amount(count.first, count.last), amount(count.last, count.last)
    place = (count.sentence.start, count.sentence.end)
    rule = "count" if count.noun else "count-implied"
    return Figure(
        count.start, count.end, "posts", low, high, count.qualifier, place, rule, count.noun, block=count.sentence.block
    )
