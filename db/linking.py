"""Which figures speak of the same thing: claims in, groups of claims out.

Each step rests on evidence that the texts give. Equal figures of one body, period and kind are one. Different figures
of one body are one when a document tells them together: as plan and progress, old and new, claim and denial, count and
share. All else stays apart. Nothing is compared with everything: equal figures are found by value, others by document.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import combinations, pairwise

from db.claims import Claim, pattern
from db.periods import compatible, financial_year, months_apart, within

_NEAR = 0.05  # `almost 800` for 785, `nearly £1bn` for £0.95bn
_MANY = 10_000  # a count of jobs this large, with no body named, is told of once
_SILENT = 18  # months between two that tell of no period
_RECENT = 40  # claims of like value that a new one is compared with
_LOOSE = {"about", "over", "under", "at_least", "at_most"}


class Groups:
    """Claims joined step by step (union and find); keeps why each pair was joined."""

    def __init__(self, size: int) -> None:
        self.parent = list(range(size))
        self.evidence: dict[int, str] = {}

    def find(self, item: int) -> int:
        """The one that stands for the group of ``item``."""
        while self.parent[item] != item:
            self.parent[item] = self.parent[self.parent[item]]
            item = self.parent[item]
        return item

    def join(self, one: int, other: int, why: str) -> None:
        """Put two claims in one group; the later claim keeps the reason."""
        a, b = sorted((self.find(one), self.find(other)))
        self.evidence.setdefault(max(one, other), why)
        if a != b:
            self.parent[b] = a

    def members(self) -> dict[int, list[int]]:
        """Groups by the claim that stands for each."""
        found: dict[int, list[int]] = defaultdict(list)
        for item in range(len(self.parent)):
            found[self.find(item)].append(item)
        return found


def link(claims: list[Claim]) -> list[list[tuple[Claim, str]]]:
    """Group the claims of one block, given in order of time; each claim comes with the evidence that joined it."""
    groups = Groups(len(claims))
    _mark_parts(claims)
    _link_equal(claims, groups)
    for document in _by(claims, range(len(claims)), lambda c: c.document).values():
        _link_rows(claims, document, groups)
        _link_shares(claims, document, groups)
        _link_progress(claims, document, groups)
        _link_revised(claims, document, groups)
    _link_told_together(claims, groups)
    return [[(claims[i], groups.evidence.get(i, "")) for i in ids] for ids in groups.members().values()]


def _by(claims: list[Claim], ids: Iterable[int], key: Callable[[Claim], object]) -> dict[object, list[int]]:
    found: dict[object, list[int]] = defaultdict(list)
    for i in ids:
        found[key(claims[i])].append(i)
    return found


# -- parts of a whole


def _mark_parts(claims: list[Claim]) -> None:
    """Mark the figures that a third one close by is the sum of: 620 permanent and 165 temporary of 785."""
    for ids in _by(claims, range(len(claims)), lambda c: (c.document, c.unit, c.scope)).values():
        for window in (ids[i : i + 5] for i in range(len(ids))):
            _mark_sums([claims[i] for i in window])
        _mark_lines([claims[i] for i in ids if claims[i].row])
        _mark_rest([claims[i] for i in ids])


def _mark_sums(near: list[Claim]) -> None:
    if not near or near[0].unit == "percent":
        return
    for one, other in combinations(near, 2):
        for whole in near:
            told = whole is not one and whole is not other and one.sentence == other.sentence
            if told and min(one.low, other.low) > 0 and math.isclose(one.low + other.low, whole.low, rel_tol=1e-6):
                one.cues.add("part")
                other.cues.add("part")


def _mark_lines(rows: list[Claim]) -> None:
    """Mark the lines of a table that has several for one body, but for its totals."""
    if len({label(claim) for claim in rows}) > 1:
        for claim in rows:
            if "total" not in label(claim):
                claim.cues.add("line")


def _mark_rest(told: list[Claim]) -> None:
    """Mark the share that follows a part in its sentence: two thirds of them temporary and a third permanent."""
    for one, other in pairwise(told):
        if one.unit == "percent" and "part" in one.cues and one.sentence == other.sentence:
            other.cues.add("part")


# -- equal figures


def _link_equal(claims: list[Claim], groups: Groups) -> None:
    recent: dict[tuple[str, int], list[int]] = defaultdict(list)
    for i, claim in enumerate(claims):
        bucket = round(math.log(max(abs(claim.high), 1e-3)) / 0.06)
        near = [j for step in (-1, 0, 1) for j in recent[claim.unit, bucket + step]]
        for j in sorted(near, key=lambda j: (claims[j].document != claim.document, -j)):
            if groups.find(i) != groups.find(j) and _same_thing(claims[j], claim):
                groups.join(j, i, "same figure")
        queue = recent[claim.unit, bucket]
        queue.append(i)
        del queue[:-_RECENT]


def _same_thing(one: Claim, other: Claim) -> bool:
    exact = _equal(one, other)
    if one.unit == "percent" and one.basis and other.basis and one.basis != other.basis:
        return False
    if not (exact or _near(one, other)) or not _same_time(one, other):
        return False
    if not _both_or_neither(one, other) or one.low < 0 or (one.each != other.each and one.unit != "percent"):
        return False
    if _named(one) or _named(other):
        return one.scope == other.scope and _alike_in_body(one, other, exact)
    return _alike_in_class(one, other, exact)


def _named(claim: Claim) -> bool:
    """Whether it is the figure of a named body, or of a few named ones, and not of a class of bodies."""
    return bool(claim.organisation) or "+" in claim.scope


def _equal(one: Claim, other: Claim) -> bool:
    return math.isclose(one.low, other.low, rel_tol=0.0005) and math.isclose(one.high, other.high, rel_tol=0.0005)


def _near(one: Claim, other: Claim) -> bool:
    """Near enough for one to be the other rounded; two exact figures must agree to one part in fifty."""
    loose = bool({one.qualifier, other.qualifier} & _LOOSE) and _round(one, other)
    limit = _NEAR + 0.01 * (loose and "at_least" in (one.qualifier, other.qualifier)) if loose else 0.02
    return one.unit != "percent" and abs(one.high - other.high) <= limit * max(abs(one.high), abs(other.high)) + 1e-9


def _round(one: Claim, other: Claim) -> bool:
    return min(digits(one.high), digits(other.high)) <= 1


def digits(value: float) -> int:
    """Significant digits of a figure: 18,000 has two, 30,000 one."""
    return len(f"{abs(value):.6g}".split("e")[0].replace(".", "").strip("0")) or 1


def _detail(claim: Claim) -> int:
    return digits(claim.high) + (digits(claim.low) if claim.low != claim.high else 0)


def _same_time(one: Claim, other: Claim) -> bool:
    if one.period and other.period:
        return compatible(one.period, other.period)
    if not (one.period or other.period):
        return months_apart(one.published, other.published) <= _SILENT
    stated, silent = (one, other) if one.period else (other, one)
    return within(silent.published, stated.period)


def _both_or_neither(one: Claim, other: Claim) -> bool:
    """A part is never its whole, and a table's line is only itself."""
    if one.row and other.row and one.document == other.document:
        return label(one) == label(other)
    return ("part" in one.cues) == ("part" in other.cues)


def _alike_in_body(one: Claim, other: Claim, exact: bool) -> bool:
    if one.row or other.row:
        return exact and (one.unit != "percent" or label(one) == label(other)) and "line" not in one.cues | other.cues
    if one.unit == "percent":
        return one.kind == "job_cut" or digits(one.high) > 1 or bool(one.words & other.words)
    if one.kind in ("deficit", "funding") and digits(one.high) < 3 and not one.words & other.words:
        return False
    return exact or one.family == other.family


def _alike_in_class(one: Claim, other: Claim, exact: bool) -> bool:
    """Figures of no named body need shared words, the more the rounder they are."""
    many = one.unit == "posts" and one.high >= _MANY and one.status == other.status
    if exact and many:
        return True
    if one.scope and other.scope and one.scope != other.scope:
        return False
    if not exact:
        return (
            one.document == other.document
            and bool(one.period)
            and one.period == other.period
            and one.status == other.status
        )
    shared = (
        len(one.words & other.words)
        + bool(one.scope and one.scope == other.scope)
        + (one.period == other.period is not None)
    )
    return shared >= max(0, 3 - _detail(one) - (one.unit != "percent" and one.high >= 1000))


def label(claim: Claim) -> str:
    """The row's own words, before its first number."""
    return claim.sentence.strip("| *").split("|")[0].rstrip("0123456789,.()%-–£ *").strip().lower() if claim.row else ""


# -- figures told together


def _link_rows(claims: list[Claim], ids: list[int], groups: Groups) -> None:
    """One line of a table: plan, what was done, and the share."""
    for line in _by(claims, (i for i in ids if claims[i].row), lambda c: (c.sentence, c.period, c.basis)).values():
        whole = [i for i in line if "part" not in claims[i].cues and claims[i].low >= 0]
        for i in whole[1:]:
            groups.join(whole[0], i, "same line of a table")


def _link_shares(claims: list[Claim], ids: list[int], groups: Groups) -> None:
    """A share that restates a count or a sum: beside it, or in the sentences that open with *that is* and the like."""
    shares = [i for i in ids if claims[i].unit == "percent" and not claims[i].row]
    amounts = [i for i in ids if claims[i].unit != "percent" and not claims[i].row and "part" not in claims[i].cues]
    for i in shares:
        if {"part", "fraction"} & claims[i].cues != {"part"}:
            found = _amounts_of(claims, i, amounts)
            if found:
                groups.join(min(found, key=lambda j: abs(claims[j].start - claims[i].start)), i, "share of the same")


def _amounts_of(claims: list[Claim], i: int, amounts: list[int]) -> list[int]:
    share = claims[i]
    gaps = {j: share.start - claims[j].start for j in amounts if _same_time(claims[j], share)}
    beside = [j for j in gaps if claims[j].sentence == share.sentence and abs(gaps[j]) < 100]
    if "fraction" in share.cues:
        return beside or [j for j in gaps if claims[j].status != "actual" and not claims[j].denied]
    before = [j for j in gaps if 0 < gaps[j] < 300 and "restates" in share.cues][-1:]
    after = [j for j in gaps if -300 < gaps[j] < 0 and "restates" in claims[j].cues][:1]
    return beside or before or after


def _link_progress(claims: list[Claim], ids: list[int], groups: Groups) -> None:
    """Money found so far joins the one plan that it counts towards."""
    for i in ids:
        claim = claims[i]
        if (
            claim.unit != "GBP"
            or claim.row
            or not {"progress"} <= claim.cues
            or "part" in claim.cues
            or not _is_found(claim)
        ):
            continue
        plans = [j for j in ids if _is_plan(claims[j], claim)]
        beside = [j for j in plans if claims[j].sentence == claim.sentence]
        near = [j for j in plans if 0 < claim.start - claims[j].start < 300]
        for found in (beside, near[-1:], plans):
            if found and len({claims[j].low for j in found}) == 1:
                groups.join(found[0], i, "done so far")
                break


def _is_found(claim: Claim) -> bool:
    return claim.status == "actual" or bool(pattern("found").search(claim.after))


def _is_plan(plan: Claim, done: Claim) -> bool:
    larger = plan.unit == done.unit and plan.low > done.low and plan.status in ("planned", "forecast")
    return larger and "part" not in plan.cues and not plan.row and plan.scope == done.scope and _same_time(plan, done)


def _link_revised(claims: list[Claim], ids: list[int], groups: Groups) -> None:
    """Old and new value in one sentence that says so."""
    for line in _by(claims, ids, lambda c: (c.sentence, c.unit, c.scope, c.family)).values():
        told = [
            i
            for i in line
            if "revised" in claims[i].cues and "part" not in claims[i].cues and claims[i].unit != "percent"
        ]
        for one, other in combinations(told[:6], 2):
            if _same_time(claims[one], claims[other]) and _within(claims[one], claims[other], 0.5):
                groups.join(one, other, "told as revised")


def _within(one: Claim, other: Claim, share: float) -> bool:
    return min(one.high, other.high) >= share * max(one.high, other.high)


def _link_told_together(claims: list[Claim], groups: Groups) -> None:
    """Counts of jobs of one body that a document tells side by side are one plan, unless one is only a part of it."""
    strands = groups.members()
    chosen: dict[int, Claim] = {}
    for root, ids in strands.items():
        counts = [claims[i] for i in ids if claims[i].unit == "posts"]
        if counts and counts[0].kind == "job_cut" and _named(counts[0]) and not any("part" in c.cues for c in counts):
            chosen[root] = counts[0]
    documents: dict[tuple[str, str], list[int]] = defaultdict(list)
    for root in chosen:
        for i in strands[root]:
            if claims[i].unit == "posts" and root not in documents[claims[i].document, chosen[root].scope]:
                documents[claims[i].document, chosen[root].scope].append(root)
    for (document, _), roots in documents.items():
        for one, other in combinations(roots, 2):
            pair = [_in_document(claims, strands[root], document) for root in (one, other)]
            if _one_plan(claims, pair[0], pair[1]):
                groups.join(pair[0][0], pair[1][0], "told together")


def _in_document(claims: list[Claim], ids: list[int], document: str) -> list[int]:
    return [i for i in ids if claims[i].document == document and claims[i].unit == "posts"]


def _one_plan(claims: list[Claim], ones: list[int], others: list[int]) -> bool:
    small, large = sorted((ones, others), key=lambda ids: claims[ids[0]].high)
    a, b = claims[small[0]], claims[large[0]]
    if a.family != b.family or _time(a, claims, small) != _time(b, claims, large) or a.each or b.each:
        return False
    if any(_added_up(claims[i], claims[j]) for i in small for j in large):
        return False
    if any("line" in claims[i].cues for i in small + large):
        return False
    if any(claims[i].groups for i in small) and a.high < 0.6 * b.high and a.status != "actual":
        return any(claims[i].denied for i in large)
    return True


def _added_up(one: Claim, other: Claim) -> bool:
    """Whether two figures are told as two things: 120 nurses and 80 managers."""
    beside = one.sentence == other.sentence and one.status == other.status == "planned"
    return (beside and "revised" not in one.cues) or bool(one.groups and other.groups and not one.groups & other.groups)


def _time(claim: Claim, claims: list[Claim], ids: list[int]) -> str | None:
    """The period that a figure has in a document: stated, else the financial year of the document's date."""
    stated = [claims[i].period for i in ids if claims[i].period]
    return stated[0] if stated else financial_year(claim.published)


__all__ = ["Claim", "digits", "label", "link"]
