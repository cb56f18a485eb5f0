"""What each figure of an announcement does there: roles, the headline, the ladder of status, and copies of one text."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from db.claims import Claim, pattern, settings
from db.linking import digits
from db.periods import months

LADDER = ("reported", "proposed", "consulting", "agreed", "begun", "finished")


@dataclass(slots=True)
class Member:
    """A figure in an announcement: its role there and the evidence that joined it."""

    claim: Claim
    role: str
    evidence: str


@dataclass(slots=True)
class Cluster:
    """The figures of one announcement, in order, with what follows from them."""

    members: list[Member]
    headline: Claim
    steps: list[tuple[str, str, str, str]]  # step, date, document, fact
    status: str
    documents: int
    revisions: int
    id: str = ""
    part_of: str = ""
    votes: dict[str, int] = field(default_factory=dict)


def scope(members: list[Member], head: Claim) -> str:
    """Whose figure it is: the headline's; the whole NHS's where documents speak of different classes of bodies."""
    told = {m.claim.scope for m in members if m.claim.scope and m.claim.unit == head.unit}
    return head.scope if head.organisation or len(told) <= 1 else ""


def cluster(group: list[tuple[Claim, str]]) -> Cluster:
    """Make an announcement of the claims that :func:`db.linking.link` grouped."""
    members = _assign(sorted(group, key=_telling))
    head = _headline(members)
    steps = _steps(members, head)
    revised = {(m.claim.low, m.claim.high) for m in members if m.role == "revision"}
    return Cluster(members, head, steps, _status(steps), _count_documents(members), len(revised))


def _telling(entry: tuple[Claim, str]) -> tuple[str, str, bool, bool, int, str]:
    """Order of telling: by document, and in one document amounts before shares, and an old value before the new."""
    claim = entry[0]
    published, document, start, fact = claim.order
    return published, document, claim.unit == "percent", "earlier" not in claim.cues, start, fact


def _assign(group: list[tuple[Claim, str]]) -> list[Member]:
    planned = any(claim.status != "actual" for claim, _ in group)
    members: list[Member] = []
    for claim, evidence in group:
        members.append(Member(claim, _role(claim, members, planned), evidence or "first told"))
    return members


def _role(claim: Claim, before: list[Member], planned: bool) -> str:
    told = [m for m in before if m.claim.unit == claim.unit]
    if not before:
        return "first"
    same = [m for m in told if _same_value(m.claim, claim)]
    if same:
        return _role_of_same(claim, same, planned)
    if _is_outcome(claim, planned):
        return "outcome"
    if not told or any(_rounded(m.claim, claim) for m in told):
        return "repeat"
    return _role_of_different(claim, before)


def _same_value(one: Claim, other: Claim) -> bool:
    return math.isclose(one.low, other.low, rel_tol=1e-4) and math.isclose(one.high, other.high, rel_tol=1e-4)


def _rounded(one: Claim, other: Claim) -> bool:
    loose = {one.qualifier, other.qualifier} - {"exact"} and min(digits(one.high), digits(other.high)) == 1
    return bool(loose) and one.document == other.document and math.isclose(one.high, other.high, rel_tol=0.06)


def _role_of_same(claim: Claim, same: list[Member], planned: bool) -> str:
    if _is_outcome(claim, planned) or same[-1].role == "outcome":
        return "outcome"
    rival = claim.status == "possible" and claim.family != same[0].claim.family
    if same[-1].role == "conflict" or rival or (claim.denied and not any(m.claim.denied for m in same)):
        return "conflict"
    return "repeat"


def _is_outcome(claim: Claim, planned: bool) -> bool:
    if not planned:
        return False
    found = claim.unit == "GBP" and bool(pattern("found").search(claim.after))
    share = claim.unit == "percent" and {"fraction", "progress"} <= claim.cues
    return claim.status == "actual" or found or share or {"agreed", "progress"} <= claim.cues


def _role_of_different(claim: Claim, before: list[Member]) -> str:
    """A claim against a plan, or two figures side by side, are rivals; a later plan is a revision."""
    firm = any(m.claim.status in ("planned", "forecast") for m in before)
    outsider = (claim.speaker or "").islower() and claim.speaker not in settings()["official_speakers"]
    if claim.denied or outsider or (claim.status == "possible" and firm):
        return "conflict"
    beside = all(m.claim.document == claim.document for m in before)
    return "conflict" if beside and "revised" not in claim.cues else "revision"


def _headline(members: list[Member]) -> Claim:
    """The figure to lead with: official paper before press, newer before older; see docs/announcements.md."""
    counts = [m for m in members if m.claim.unit != "percent"] or members
    told = [m for m in counts if m.role in ("first", "repeat", "revision") and not m.claim.denied]
    revised = {(m.claim.low, m.claim.high): n for n, m in enumerate(members) if m.role == "revision"}
    return min((m.claim for m in told or counts), key=lambda c: _precedence(c, revised.get((c.low, c.high), -1)))


def _precedence(claim: Claim, revision: int) -> tuple[int, int, int, bool, bool, bool, bool, int]:
    day = date.fromisoformat(claim.published).toordinal() if _is_date(claim.published) else 0
    superseded, possible = "earlier" in claim.cues, claim.status == "possible"
    return claim.rank, -day, -revision, superseded, possible, claim.row, claim.qualifier == "about", claim.start


def _is_date(text: str) -> bool:
    return bool(re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", text))


def _steps(members: list[Member], head: Claim) -> list[tuple[str, str, str, str]]:
    """Rungs of the ladder with date, document and fact; each document's first word for each rung."""
    rungs: dict[tuple[str, str], tuple[str, str, str, str]] = {}
    rivals_only = all(m.role == "conflict" or m.claim.denied for m in members)
    for member in members:
        claim = member.claim
        if (member.role == "conflict" or claim.denied) and not rivals_only and not _same_value(claim, head):
            continue
        step = _step(member, head)
        rungs.setdefault((step, claim.document), (step, claim.published, claim.document, claim.fact))
    return list(rungs.values())


def _step(member: Member, head: Claim) -> str:
    claim = member.claim
    if claim.denied:
        return "denied"
    if "withdrawn" in claim.cues and member.role != "outcome":
        return "withdrawn"
    if member.role == "outcome" or claim.status == "actual":
        return _how_far(claim, head)
    for cue in ("agreed", "consulting"):
        if cue in claim.cues:
            return cue
    return "proposed" if claim.status == "planned" else "reported"


def _how_far(claim: Claim, head: Claim) -> str:
    """Done means the period is over, or the text says so; before that, a thing has only begun."""
    if claim.status != "actual":
        return "agreed"
    span = months(claim.period)
    over = span is not None and len(claim.published) >= 7 and _month(claim.published) > span[1]
    return "finished" if over or ("finished" in claim.cues and claim.high <= head.high) else "begun"


def _month(day: str) -> int:
    return int(day[:4]) * 12 + int(day[5:7]) - 1


def _status(steps: list[tuple[str, str, str, str]]) -> str:
    """The furthest rung reached, unless the newest word is that it is withdrawn or denied."""
    last = max(steps, key=lambda s: s[1])[1]
    newest = {step for step, day, _, _ in steps if day == last}
    for end in ("withdrawn", "denied"):
        if end in newest:
            return end
    climbed = [step for step, *_ in steps if step in LADDER]
    return max(climbed, key=LADDER.index) if climbed else steps[-1][0]


def _count_documents(members: list[Member]) -> int:
    """Documents that tell of it; copies of one text that went round within a fortnight count once."""
    told: dict[str, set[str]] = defaultdict(set)
    published: dict[str, str] = {}
    for member in members:
        told[member.claim.original].add(" ".join(re.findall(r"\w+", member.claim.sentence.lower())))
        published.setdefault(member.claim.original, member.claim.published)
    originals: dict[frozenset[str], str] = {}
    count = 0
    for document in sorted(told, key=lambda d: (published[d] or "9999", d)):
        text = frozenset(told[document])
        known = originals.get(text)
        copied = (
            known is not None and sum(map(len, text)) >= 60 and _days_apart(published[known], published[document]) <= 14
        )
        count += not copied
        if not copied:
            originals[text] = document
    return count


def _days_apart(one: str, other: str) -> int:
    if not (_is_date(one) and _is_date(other)):
        return 0
    return abs((date.fromisoformat(one) - date.fromisoformat(other)).days)
