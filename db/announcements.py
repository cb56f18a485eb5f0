"""From figures to announcements: links what speaks of the same thing and keeps ids, roles, steps and a log of changes.

:func:`rebuild` ends every run that changes facts, in the run's own transaction. It links anew only the kinds and
organisations whose figures changed, which triggers note in ``announcement_queue``, and does the same on every machine.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from db import totals, wording
from db.claims import KINDS, Claim, load
from db.identity import batches, find_heirs, give_ids, lead_on, place_of, select
from db.linking import link
from db.roles import Cluster, Member, cluster, scope
from db.store import now

Group = list[tuple[Claim, str]]
Block = tuple[str, str]  # a kind and an organisation, or none
BATCH = 50_000  # figures that are held in memory at once


@dataclass(slots=True)
class Seen:
    """What is known of the figures from the last time: their links, their documents, and what people corrected."""

    members: dict[str, dict[str, Any]]
    documents: dict[str, str]
    corrected: set[str]

    def because(self, claim: Claim, versions: dict[str, str]) -> str:
        """Why a figure is new or different: a person said so, our reading changed, or the world said something new."""
        if claim.fact in self.corrected:
            return "correction"
        known = self.documents.get(claim.document)
        return "pipeline" if known is not None and known == versions.get(claim.document) else "source"


def rebuild(db: Database, at: str | None = None) -> None:
    """Bring announcements up to date with the facts; ``at`` is the time that the log of changes gives."""
    at = at or now()
    with db.atomic():
        taken: set[str] = set()
        for blocks in _batches(db, _blocks(db)):
            _rebuild_blocks(db, blocks, at, taken)
        if taken or db.table("announcement_queue").count:
            totals.mark(db)
        db.execute("delete from announcement_queue")
        _note_documents(db)


def queue(db: Database, facts: list[str]) -> None:
    """Have the kinds and organisations of some facts linked anew by the next :func:`rebuild`."""
    for fact in facts:
        db.execute(
            "insert or ignore into announcement_queue select kind, coalesce(organisation, '') from facts where id = ?",
            [fact],
        )


def _blocks(db: Database) -> list[Block]:
    """Kinds and organisations to link anew; those that a person's ruling ties to one of them come along."""
    blocks = {tuple(row) for row in db.execute("select kind, organisation from announcement_queue").fetchall()}
    query = """select a.kind, coalesce(a.organisation, ''), b.kind, coalesce(b.organisation, '') from corrections c
               join facts a on a.id = c.fact join facts b on b.id = c.value where c.field = 'same'"""
    ties = [((a, b), (c, d)) for a, b, c, d in db.execute(query).fetchall() if a in KINDS and c in KINDS]
    for _ in ties:
        for one, other in ties:
            if one in blocks or other in blocks:
                blocks |= {one, other}
    tied = {block for tie in ties for block in tie}
    return sorted(blocks, key=lambda block: (block not in tied, block))


def _batches(db: Database, blocks: list[Block]) -> Iterator[list[Block]]:
    """The blocks in lists that hold no more figures than memory should."""
    rows = db.execute("select kind, coalesce(organisation, ''), count(*) from facts group by 1, 2").fetchall()
    sizes = {(kind, organisation): count for kind, organisation, count in rows}
    batch: list[Block] = []
    held = 0
    for block in blocks:
        if batch and held + sizes.get(block, 0) > BATCH:
            yield batch
            batch, held = [], 0
        batch.append(block)
        held += sizes.get(block, 0)
    if batch:
        yield batch


def _rebuild_blocks(db: Database, blocks: list[Block], at: str, taken: set[str]) -> None:
    """Link the figures of some blocks anew; ``taken`` are the ids that this run has given."""
    groups = [group for kind, organisation in blocks for group in link(load(db, kind, organisation))]
    clusters = [cluster(group) for group in _ruled(db, groups)]
    clusters.sort(key=lambda c: c.members[0].claim.order)
    before = set(taken)
    free = _of_blocks(db, blocks)
    give_ids(db, clusters, set(free), taken)
    _find_parts(clusters)
    seen = _seen(db, clusters)
    old = {key: row for key, row in _old(db, free, clusters).items() if key not in before}
    versions = _versions(db, {m.claim.document for c in clusters for m in c.members})
    names = dict(db.execute("select id, coalesce(nullif(short_name, ''), name) from organisations").fetchall())
    rows = [_row(c, names, old.get(c.id, {}), at) for c in clusters]
    heirs = find_heirs(clusters, set(old))
    changes = _log(clusters, rows, old, heirs, seen, versions)
    _write(db, clusters, rows, seen, versions)
    lead_on(db, clusters, heirs, at)
    _delete(db, "announcements", "id", set(heirs))
    _write_changes(db, changes, at)


# -- a person's rulings


def _ruled(db: Database, groups: list[Group]) -> list[Group]:
    """Apply what people said: figures that are the same thing join, figures that are not part."""
    rulings = db.execute(
        "select field, fact, value from corrections where field in ('same', 'apart') order by at, rowid"
    )
    at = {claim.fact: n for n, group in enumerate(groups) for claim, _ in group}
    for ruling, fact, other in rulings.fetchall():
        if fact not in at or other not in at:
            continue
        if ruling == "same" and at[fact] != at[other]:
            source, target = at[other], at[fact]
            groups[target] += [(claim, why or "a correction") for claim, why in groups[source]]
            groups[source] = []
            at |= {claim.fact: target for claim, _ in groups[target]}
        if ruling == "apart" and at[fact] == at[other]:
            _part(groups, at, other)
    return [group for group in groups if group]


def _part(groups: list[Group], at: dict[str, int], fact: str) -> None:
    """Take a figure out of its group, and the equal ones with it; of a group of equal ones, those of its document."""
    group = groups[at[fact]]
    chosen = next(claim for claim, _ in group if claim.fact == fact)
    equal = {c.fact for c, _ in group if (c.unit, c.low, c.high) == (chosen.unit, chosen.low, chosen.high)}
    if len(equal) == len(group):
        equal = {c.fact for c, _ in group if c.document == chosen.document}
    leaving = equal if len(equal) < len(group) else {fact}
    out = [(c, "a correction") for c, _ in group if c.fact in leaving]
    groups[at[fact]] = [(c, why) for c, why in group if c.fact not in leaving]
    groups.append(out)
    at |= {claim.fact: len(groups) - 1 for claim, _ in out}


# -- parts of a whole


def _find_parts(clusters: list[Cluster]) -> None:
    """Say of each announcement that is only a part which one it is a part of, where a document tells both."""
    wholes: dict[tuple[str, str, str], list[Cluster]] = defaultdict(list)
    for item in clusters:
        if not _is_part(item):
            for member in item.members:
                wholes[_place(member)].append(item)
    for item in clusters:
        if _is_part(item):
            found = [w for m in item.members for w in wholes[_place(m)] if w.headline.high > item.headline.high]
            item.part_of = (
                min(found, key=lambda w: (abs(w.headline.start - item.headline.start), w.id)).id if found else ""
            )


def _place(member: Member) -> tuple[str, str, str]:
    claim = member.claim
    return claim.document, f"{claim.kind} {claim.unit}", claim.scope


def _is_part(item: Cluster) -> bool:
    return bool({"part", "line"} & set().union(*(m.claim.cues for m in item.members)))


# -- what was known before


def _seen(db: Database, clusters: list[Cluster]) -> Seen:
    claims = [m.claim for c in clusters for m in c.members]
    members = select(db, "select * from announcement_members where fact in", [c.fact for c in claims])
    documents = select(
        db, "select document, version from announcement_documents where document in", [c.document for c in claims]
    )
    corrected = {row["fact"] for row in db.query("select fact from corrections where fact is not null")}
    return Seen({r["fact"]: r for r in members}, {r["document"]: r["version"] for r in documents}, corrected)


def _versions(db: Database, documents: set[str]) -> dict[str, str]:
    rows = select(db, "select id, coalesce(version, '') as version from documents where id in", documents)
    return {row["id"]: row["version"] for row in rows}


def _of_blocks(db: Database, blocks: list[Block]) -> dict[str, dict[str, Any]]:
    query = "select * from announcements where kind = ? and organisation is ?"
    return {row["id"]: row for kind, body in blocks for row in db.query(query, [kind, body or None])}


def _old(db: Database, free: dict[str, dict[str, Any]], clusters: list[Cluster]) -> dict[str, dict[str, Any]]:
    """Announcements as they were: those of the blocks, and those that figures of the blocks were in."""
    voted = {past for item in clusters for past in item.votes} | {item.id for item in clusters}
    return free | {row["id"]: row for row in select(db, "select * from announcements where id in", voted)}


# -- writing


def _row(item: Cluster, names: dict[str, str], old: dict[str, Any], at: str) -> dict[str, Any]:
    head = item.headline
    days = sorted(m.claim.published for m in item.members if m.claim.published)
    period, whose = _period(item), scope(item.members, head)
    words = wording.figure(head.low, head.high, head.unit, head.qualifier, head.basis)
    return {
        "id": item.id,
        "kind": head.kind,
        "organisation": head.organisation,
        "scope": whose,
        "period": period,
        "title": wording.title(head.kind, wording.name_of(whose, names), words, period),
        "unit": head.unit,
        "basis": head.basis or None,
        "qualifier": head.qualifier,
        "low": head.low,
        "high": head.high,
        "status": item.status,
        "headline": head.fact,
        "first_reported": days[0] if days else None,
        "last_reported": days[-1] if days else None,
        "documents": item.documents,
        "revisions": item.revisions,
        "part_of": item.part_of or None,
        "updated": old.get("updated") or at,
    }


def _period(item: Cluster) -> str | None:
    """The period that the headline states, else the one that most of its figures state."""
    if item.headline.period:
        return item.headline.period
    stated = [m.claim.period for m in item.members if m.claim.period and m.role != "conflict"]
    return max(sorted(set(stated)), key=stated.count) if stated else None


def _write(
    db: Database, clusters: list[Cluster], rows: list[dict[str, Any]], seen: Seen, versions: dict[str, str]
) -> None:
    ids = {row["id"] for row in rows}
    parts = {row["id"]: row.pop("part_of") for row in rows}
    db.table("announcements").upsert_all(rows, pk="id")
    db.conn.executemany(
        "update announcements set part_of = ? where id = ?", [(part, key) for key, part in parts.items()]
    )
    links = [_link_row(item, member, seen, versions) for item in clusters for member in item.members]
    steps = [(item.id, *step) for item in clusters for step in item.steps]
    for table in ("announcement_facts", "announcement_steps"):
        _delete(db, table, "announcement", ids)
    _delete(db, "announcement_facts", "fact", {row["fact"] for row in links})
    memory = ("fact", "announcement", "role", "because", "low", "high", "place")
    db.table("announcement_members").upsert_all([{name: row[name] for name in memory} for row in links], pk="fact")
    kept = ("announcement", "fact", "role", "because", "evidence")
    db.table("announcement_facts").insert_all([{name: row[name] for name in kept} for row in links])
    db.conn.executemany(
        "insert into announcement_steps (announcement, step, date, document, fact) values (?, ?, ?, ?, ?)", steps
    )


def _link_row(item: Cluster, member: Member, seen: Seen, versions: dict[str, str]) -> dict[str, Any]:
    claim, known = member.claim, seen.members.get(member.claim.fact)
    same = known and (known["low"], known["high"], known["role"]) == (claim.low, claim.high, member.role)
    because = known["because"] if known and same else seen.because(claim, versions)
    if known and not same and (known["low"], known["high"]) == (claim.low, claim.high) and because == "pipeline":
        because = known["because"]  # it was read as before; only the company it keeps has changed
    return {
        "announcement": item.id,
        "fact": claim.fact,
        "role": member.role,
        "because": because,
        "evidence": member.evidence,
        "low": claim.low,
        "high": claim.high,
        "place": place_of(claim),
    }


def _delete(db: Database, table: str, column: str, keys: set[str]) -> None:
    for batch in batches(keys):
        db.execute(f"delete from {table} where {column} in ({','.join('?' * len(batch))})", batch)  # noqa: S608


def _note_documents(db: Database) -> None:
    """Remember which documents, in which version, were there when announcements were last made."""
    db.execute("""insert or replace into announcement_documents
        select d.id, coalesce(d.version, '') from documents d left join announcement_documents a on a.document = d.id
        where a.document is null or a.version <> coalesce(d.version, '')""")


# -- the log of changes


def _log(
    clusters: list[Cluster],
    rows: list[dict[str, Any]],
    old: dict[str, dict[str, Any]],
    heirs: dict[str, str],
    seen: Seen,
    versions: dict[str, str],
) -> list[dict[str, Any]]:
    changes = []
    for item, row in zip(clusters, rows, strict=True):
        for what, before, after in _differences(item, row, old.get(item.id)):
            because = seen.because(item.headline if what == "revised" else item.members[-1].claim, versions)
            changes.append(_change(item, what, before, after, because))
    for past, heir in heirs.items():
        because = "correction" if seen.corrected else "source"
        changes.append(
            {
                "announcement": past,
                "what": "merged" if heir else "withdrawn",
                "old": old[past]["title"],
                "new": heir or None,
                "because": because,
                "fact": None,
                "document": None,
            }
        )
    return changes


def _differences(item: Cluster, row: dict[str, Any], old: dict[str, Any] | None) -> list[tuple[str, str | None, str]]:
    if old is None:
        past = [vote for vote in item.votes if vote != item.id]
        return [("split", past[0], row["title"])] if past else [("added", None, row["title"])]
    found: list[tuple[str, str | None, str]] = []
    if (old["low"], old["high"], old["unit"]) != (row["low"], row["high"], row["unit"]):
        words = wording.figure(old["low"], old["high"], old["unit"], old["qualifier"], old["basis"])
        found.append(
            ("revised", words, wording.figure(row["low"], row["high"], row["unit"], row["qualifier"], row["basis"]))
        )
    if old["status"] != row["status"]:
        found.append(("status", old["status"], row["status"]))
    if not found and old["documents"] != row["documents"]:
        found.append(("evidence", f"{old['documents']} documents", f"{row['documents']} documents"))
    return found


def _change(item: Cluster, what: str, before: str | None, after: str, because: str) -> dict[str, Any]:
    head = item.headline
    return {
        "announcement": item.id,
        "what": what,
        "old": before,
        "new": after,
        "because": because,
        "fact": head.fact,
        "document": head.document,
    }


def _write_changes(db: Database, changes: list[dict[str, Any]], at: str) -> None:
    # the plus keeps SQLite from the index on `what`, which most of the log shares
    alike = "select count(*) from announcement_changes where announcement = ? and +what = ? and old is ? and new is ?"
    for change in changes:
        parts = [change[name] for name in ("announcement", "what", "old", "new")]
        before = db.execute(alike, parts).fetchone()[0]  # a figure can go back and forth
        words = "|".join(str(part) for part in [*parts, before])
        change |= {"id": hashlib.sha256(words.encode()).hexdigest()[:16], "at": at}
    db.table("announcement_changes").insert_all(changes, pk="id", ignore=True)
    db.execute(
        """update announcements set updated = ? where updated <> ? and id in
        (select announcement from announcement_changes where at = ?)""",
        [at, at, at],
    )
