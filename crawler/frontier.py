"""What a crawl knows of addresses: leads to ask, what was found behind them, and when to look again.

Rules follow RFC 9110 for validators, and age for revisits: what is young changes often, what is old seldom.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from crawler.document import Document

REVISITS = ((30, 1), (365, 7))  # (age of the document in days, days between looks); older ones monthly
SELDOM = timedelta(days=28)
PASSED = ("kind", "publisher", "parent")
MAX_TRIES = 5  # then only as seldom as an old page


@dataclass(slots=True)
class Lead:
    """An address worth asking. ``parser`` names the function that reads the answer.

    ``stamp`` is the publisher's own mark of change (a listing's modified date). ``hints`` holds what the listing
    says of the thing (title, kind, reference, native_id, updated, parent: address of the page that it hangs on) and
    survives in the frontier.
    """

    url: str
    parser: str
    stamp: str | None = None
    published: str | None = None
    hints: dict[str, str] = field(default_factory=dict)
    listing: bool = False  # asked again in each run, and never a document itself

    def passed(self) -> dict[str, str]:
        """The hints that hold for everything behind this address."""
        return {name: value for name, value in self.hints.items() if name in PASSED}


@dataclass(slots=True)
class Page:
    """An answer: what a parser reads. Header names are lower-case."""

    lead: Lead
    url: str  # after redirects
    status: int
    headers: dict[str, str]
    body: bytes
    media_type: str


@dataclass(slots=True)
class Found:
    """What a parser makes of a page. ``listed`` counts the entries of a listing, ``undated`` those without a date."""

    documents: list[Document] = field(default_factory=list)
    leads: list[Lead] = field(default_factory=list)
    following: Lead | None = None  # the next page of a listing
    alias_of: str | None = None  # the page is another address of the document that is there
    listed: int = 0
    undated: int = 0
    left_out: int = 0  # not about money or jobs
    hits: list[str] = field(default_factory=list)  # which selector of several found something


@dataclass(slots=True)
class Known:
    """A row of the frontier. ``state`` is pending, done, gone or forbidden."""

    state: str
    stamp: str | None = None
    published: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    last_seen: str | None = None
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """How many documents of an answer were new, and how many changed."""

    new: int = 0
    changed: int = 0


@dataclass(slots=True)
class Tally:
    """What one source gave in one run; a row of ``source_runs``."""

    listed: int = 0
    asked: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    left_out: int = 0
    undated: int = 0
    failed: int = 0
    listings_unchanged: int = 0  # listings that answered 304


def due(lead: Lead, known: Known | None, now: datetime) -> bool:
    """Whether a lead is to be asked now (in UTC): it is new, its stamp has moved, or its last look is too long ago."""
    if known is None or lead.listing:
        return True
    if known.state == "done" and lead.stamp and lead.stamp != known.stamp:
        return True
    if known.state == "pending" and known.tries < MAX_TRIES:
        return True
    if not known.last_seen:
        return True
    return now - moment(known.last_seen) >= interval(lead.published or known.published, known.state, now)


def interval(published: str | None, state: str, now: datetime) -> timedelta:
    """How long to leave a page alone that was published on an ISO date."""
    if state == "done" and published:
        age = (now - moment(published)).days
        for limit, days in REVISITS:
            if age < limit:
                return timedelta(days=days)
    return SELDOM


def settled(leads: list[Lead], known: list[Known | None]) -> bool:
    """Whether a whole page of a listing is known and unchanged, so that the pages behind it need no look."""
    return bool(leads) and all(
        row is not None and row.state != "pending" and (not lead.stamp or lead.stamp == row.stamp)
        for lead, row in zip(leads, known, strict=True)
    )


def moment(iso: str) -> datetime:
    """An ISO date or time as a UTC datetime; a time without a zone counts as UTC."""
    parsed = datetime.fromisoformat(iso.replace("Z", "+00:00"))
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def utc_now() -> str:
    """The present as ISO 8601 text in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
