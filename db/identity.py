"""Ids of announcements that hold still: never made of figures, kept through merges and splits, and given back."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from db.claims import Claim
from db.roles import Cluster


def give_ids(db: Database, clusters: list[Cluster], free: set[str], taken: set[str]) -> None:
    """Give each cluster the id that most of its figures had; new ones get one from where they are first told.

    ``free`` are the ids of the announcements that are being made anew; ``taken`` those given so far, and grows.
    """
    _vote(db, clusters)
    ballots = [(votes, old, i) for i, cluster in enumerate(clusters) for old, votes in cluster.votes.items()]
    for _, old, i in sorted(ballots, key=lambda b: (-b[0], b[1], b[2])):
        if not clusters[i].id and old not in taken:
            clusters[i].id = old
            taken.add(old)
    for cluster in clusters:
        if not cluster.id:
            cluster.id = _new_id(db, cluster, taken, free)
            taken.add(cluster.id)


def _vote(db: Database, clusters: list[Cluster]) -> None:
    """Count how many figures of each cluster each known id had; the one told first counts double.

    A figure that is read in another way than last time, and so is another fact, votes by its place.
    """
    facts = [member.claim.fact for cluster in clusters for member in cluster.members]
    known = {row["fact"]: row for row in select(db, "select * from announcement_members where fact in", facts)}
    places = {place_of(m.claim) for cluster in clusters for m in cluster.members if m.claim.fact not in known}
    gone = (
        "select m.* from announcement_members m where not exists (select 1 from facts where id = m.fact) and m.place in"
    )
    lost = {row["place"]: row for row in select(db, gone, places)}
    for cluster in clusters:
        cluster.votes = Counter()
        for member in cluster.members:
            row = known.get(member.claim.fact) or lost.get(place_of(member.claim))
            if row:
                cluster.votes[row["announcement"]] += 2 if row["role"] == "first" else 1


def place_of(claim: Claim) -> str:
    """Where a figure stands, whatever it is read as: its document and sentence, with every number taken out."""
    words = " ".join(re.findall(r"[a-z]+", claim.sentence.lower()))
    return hashlib.sha256(f"{claim.kind}|{claim.document}|{words}".encode()).hexdigest()[:16]


def select(db: Database, query: str, keys: Iterable[str]) -> list[dict[str, Any]]:
    """Rows of a query that ends in ``in``, for any number of keys."""
    return [row for b in batches(keys) for row in db.query(f"{query} ({','.join('?' * len(b))})", b)]


def batches(items: Iterable[str], size: int = 500) -> list[list[str]]:
    """Items in lists short enough for one query."""
    ordered = sorted(set(items))
    return [ordered[i : i + size] for i in range(0, len(ordered), size)]


def _new_id(db: Database, cluster: Cluster, taken: set[str], free: set[str]) -> str:
    """An id from the place that tells of it first."""
    place = place_of(cluster.members[0].claim)
    for count in range(len(taken) + len(free) + 2):
        made = "a" + hashlib.sha256(f"{place}|{count}".encode()).hexdigest()[:11]
        known = "select 1 from announcements where id = ?"
        if made not in taken and (made in free or not db.execute(known, [made]).fetchone()):
            return made
    raise AssertionError("one more key than there are ids is always free")


def find_heirs(clusters: list[Cluster], old: set[str]) -> dict[str, str]:
    """Ids of ``old`` that no cluster kept, each with the id that took over most of its figures, or an empty one."""
    kept = {cluster.id for cluster in clusters}
    claims: dict[str, Counter[str]] = defaultdict(Counter)
    for cluster in clusters:
        for past, votes in cluster.votes.items():
            claims[past][cluster.id] += votes
    heirs = {}
    for past in sorted(old - kept):
        heirs[past] = min(claims[past], key=lambda new: (-claims[past][new], new)) if claims[past] else ""
    return heirs


def lead_on(db: Database, clusters: list[Cluster], heirs: dict[str, str], at: str) -> None:
    """Make ids that were given up lead to their heirs; an id that is in use again leads nowhere else."""
    for batch in batches(cluster.id for cluster in clusters):
        db.execute(f"delete from announcement_aliases where alias in ({','.join('?' * len(batch))})", batch)  # noqa: S608
    for past, heir in heirs.items():
        if not heir:
            continue
        db.table("announcement_aliases").upsert({"alias": past, "announcement": heir, "at": at}, pk="alias")
        db.execute("update announcement_aliases set announcement = ? where announcement = ?", [heir, past])
        db.execute("update announcement_members set announcement = ? where announcement = ?", [heir, past])
