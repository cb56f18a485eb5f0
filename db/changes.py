"""What was added, revised or withdrawn between two moments, from the log that :mod:`db.announcements` writes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from breakeven_errors import UsageError

_SQL = """
select c.id, c.at, c.what, c.announcement, coalesce(a.title, c.new, c.old) as title, c.old, c.new, c.because,
       coalesce(a.kind, '') as kind, a.organisation, coalesce(a.region, o.region) as region,
       a.period, a.status, a.updated,
       d.id as document, d.title as document_title, d.url, d.published, f.quote, f.sentence
from announcement_changes c
left join announcements a on a.id = c.announcement
left join organisations o on o.id = a.organisation
left join documents d on d.id = c.document
left join facts f on f.id = c.fact
where c.at > :since and c.at <= :until
  and (:kind is null or a.kind = :kind)
  and (:organisation is null or a.organisation = :organisation
    or instr('+' || a.scope || '+', '+' || :organisation || '+'))
  and (:region is null or coalesce(a.region, o.region) = :region)
  and (:words is null or instr(lower(coalesce(a.title, '') || ' ' || coalesce(f.sentence, '')), lower(:words)))
order by c.at desc, c.what, title, c.id
"""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the log, with what the announcement and the document that it rests on are now."""

    id: str
    at: str
    what: str  # added, revised, status, evidence, withdrawn, merged, split
    announcement: str
    title: str
    old: str | None
    new: str | None
    because: str  # source, pipeline, correction
    kind: str
    organisation: str | None
    region: str | None
    period: str | None
    status: str | None
    updated: str | None
    document: str | None
    document_title: str | None
    url: str | None
    published: str | None
    quote: str | None
    sentence: str | None


@dataclass(frozen=True, slots=True)
class Following:
    """What a reader follows: a body, a kind, a region or words. None lets everything through."""

    kind: str | None = None
    organisation: str | None = None
    region: str | None = None
    words: str | None = None


def changes(db: Database, since: str, until: str | None = None, following: Following | None = None) -> list[Change]:
    """Changes after ``since`` and not after ``until`` (UTC times; now when None), newest first."""
    values = asdict(following or Following()) | {"since": since, "until": until or "9999"}
    return [Change(**row) for row in db.query(_SQL, values)]


def entries(found: Iterable[Change], base: str) -> list[dict[str, str]]:
    """What a feed shows: one entry an announcement, whose name never changes and whose ``updated`` moves with it.

    ``base`` is the address of the site. The keys are those of ``web.feeds.Entry``.
    """
    newest: dict[str, Change] = {}
    for change in found:
        newest.setdefault(change.announcement, change)
    return [
        {
            "name": f"announcement/{change.announcement}",
            "title": change.title,
            "updated": change.updated or change.at,
            "href": f"{base}/announcement/{change.announcement}",
            "text": " ".join(line.strip() for line in _lines(change)[1:]) or change.title,
        }
        for change in newest.values()
    ]


def moment(text: str, now: datetime | None = None) -> str:
    """A time in UTC from ``2026-01-08``, ``2026-01-08T09:30:00Z``, ``36h`` or ``7d`` (that long ago)."""
    ago = re.fullmatch(r"(\d{1,4})\s*([hd])", text.strip())
    try:
        if ago:
            length = timedelta(hours=int(ago[1]) * (24 if ago[2] == "d" else 1))
            when = (now or datetime.now(UTC)) - length
        else:
            when = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"{text!r} is no time; write 2026-01-08, 2026-01-08T09:30:00Z, 36h or 7d") from error
    when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def as_json(found: list[Change]) -> str:
    """A JSON list of objects, one a change."""
    return json.dumps([asdict(change) for change in found], ensure_ascii=False, indent=1)


def as_text(found: list[Change]) -> str:
    """Plain lines for a terminal: when, what, which, and the words that it rests on."""
    return "\n".join(line for change in found for line in _lines(change)) if found else "nothing has changed"


def _lines(change: Change) -> list[str]:
    lines = [f"{change.at}  {change.what:9s}  {change.title}"]
    if change.old and change.what in ("revised", "status", "evidence"):
        lines.append(f"{'':33s}{change.old} → {change.new}, {reason(change.because)}")
    if change.document:
        words = f"“{change.quote}” in " if change.quote else ""
        lines.append(
            f"{'':33s}{words}{change.document_title or change.document}{' ' + change.url if change.url else ''}"
        )
    return lines


def reason(because: str) -> str:
    """Why a figure changed, in words."""
    return {
        "source": "a source says so",
        "pipeline": "we read it anew",
        "correction": "a person corrected it",
    }[because]
