"""The crawler's memory in the database: implements :class:`crawler.run.Store`, one transaction an answer."""

from __future__ import annotations

import json

from sqlite_utils import Database

from crawler.document import Document
from crawler.duplicates import Signed, copies, signature
from crawler.frontier import Found, Kept, Known, Lead, Page, Tally
from crawler.identity import canonical
from crawler.source import Source
from db.runs import Run
from db.store import Saved, Store, now

KNOWN = ("state", "stamp", "published", "etag", "last_modified", "last_seen", "tries")
TALLY = ("listed", "asked", "new", "changed", "unchanged", "left_out", "undated", "failed")
RUNS_COMPARED = 10


class CrawlStore:
    """Documents and frontier of an open database, within a run."""

    def __init__(self, db: Database, run: Run, complete: bool = True) -> None:
        self.db, self.run, self.complete = db, run, complete
        self.documents = Store(db)

    def register(self, source: Source) -> None:
        """Keep the source's row up to date."""
        row = source.row() | {"rhythm_days": source.rhythm_days}
        if next(self.db["sources"].rows_where("id = ?", [source.id]), None) != row:
            self.db.table("sources").upsert(row, pk="id")

    def known(self, source: str, url: str) -> Known | None:
        """The row of the frontier for an address."""
        query = f"select {', '.join(KNOWN)} from frontier where source = ? and url = ?"  # noqa: S608
        row = self.db.execute(query, [source, canonical(url)]).fetchone()
        return Known(**dict(zip(KNOWN, row, strict=True))) if row else None

    def pending(self, source: str) -> list[Lead]:
        """Open leads in the order of finding, then those that are a day old."""
        query = (
            "select * from frontier where source = ? and (state = 'pending' or"
            " (not listing and julianday('now') - julianday(last_seen) >= 1)) order by state <> 'pending', rowid"
        )
        return [
            Lead(
                row["address"],
                row["parser"],
                row["stamp"],
                row["published"],
                json.loads(row["hints"]),
                bool(row["listing"]),
            )
            for row in self.db.query(query, [source])
        ]

    def keep(self, source: str, page: Page, found: Found) -> Kept:
        """Write documents, versions, aliases, new leads and the answer's own row in one transaction."""
        with self.db.atomic():
            saved = [self._save(source, document) for document in found.documents]
            if found.alias_of:
                page.lead.hints["target"] = canonical(found.alias_of)
            for lead in [*found.leads, *([found.following] if found.following else [])]:
                self._open(source, lead)
            self._close(source, page, saved[0].id if saved else None)
            self._join(source, page.lead.url)
            if problems := [problem for document in found.documents for problem in document.problems]:
                self.run.fail("read", "; ".join(problems), url=page.lead.url)
        changes = [each.change for each in saved]
        self.run.documents += changes.count("new") + changes.count("changed")
        return Kept(changes.count("new"), changes.count("changed"))

    def _save(self, source: str, document: Document) -> Saved:
        if document.parent:  # an address until now
            document.parent = self._document_of(source, document.parent)
        saved = self.documents.save(document)
        for url in document.aliases:
            self.db.execute("insert or ignore into document_aliases(url, document) values (?, ?)", [url, saved.id])
        return saved

    def _document_of(self, source: str, url: str) -> str | None:
        row = self.db.execute(
            "select document from frontier where source = ? and url = ?", [source, canonical(url)]
        ).fetchone()
        return row[0] if row else None

    def _join(self, source: str, url: str) -> None:
        """Make addresses that lead to another one's document its aliases, whichever of the two was read first."""
        self.db.execute(
            "insert or ignore into document_aliases(url, document)"
            " select other.address, here.document from frontier here"
            " join frontier other on other.source = here.source and json_extract(other.hints, '$.target') = here.url"
            " where here.source = :s and :u in (here.url, other.url) and here.document is not null",
            {"s": source, "u": canonical(url)},
        )

    def _open(self, source: str, lead: Lead) -> None:
        """A lead into the frontier. One that is there and whose stamp has moved is opened again."""
        row = [source, canonical(lead.url), lead.url, lead.parser, int(lead.listing), lead.stamp, lead.published]
        self.db.execute(
            "insert into frontier(source, url, address, parser, listing, state, stamp, published, hints, first_seen)"
            " values (?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?)"
            " on conflict do update set state = 'pending', stamp = excluded.stamp, hints = excluded.hints, tries = 0"
            " where state in ('done', 'gone') and not listing and excluded.stamp is not null"
            " and excluded.stamp is not stamp",
            [*row, _json(lead.hints), now()],
        )

    def _close(self, source: str, page: Page, document: str | None) -> None:
        """Bring the answer's own row to its end."""
        self._open(source, page.lead)
        row = {"source": source, "url": canonical(page.lead.url), "now": now(), "document": document}
        row |= {"etag": page.headers.get("etag"), "last_modified": page.headers.get("last-modified")}
        row |= {"stamp": page.lead.stamp, "published": page.lead.published, "hints": _json(page.lead.hints)}
        self.db.execute(
            "update frontier set state = 'done', tries = 0, etag = :etag, last_modified = :last_modified,"
            " last_seen = :now, hints = :hints, stamp = coalesce(:stamp, stamp),"
            " published = coalesce(:published, published), document = coalesce(:document, document)"
            " where source = :source and url = :url",
            row,
        )
        self.db.execute("delete from failures where url = ?", [page.lead.url])

    def unchanged(self, source: str, lead: Lead) -> None:
        """Move ``last_seen`` of an address and of its document."""
        with self.db.atomic():
            key = [source, canonical(lead.url)]
            self.db.execute(
                "update frontier set state = 'done', tries = 0, last_seen = ? where source = ? and url = ?",
                [now(), *key],
            )
            self.db.execute(
                "update documents set last_seen = ? where id ="
                " (select document from frontier where source = ? and url = ?)",
                [now(), *key],
            )

    def gone(self, source: str, lead: Lead) -> None:
        """Note that an address answers no more; its documents stay as they were last seen."""
        with self.db.atomic():
            self._open(source, lead)
            self._set(source, lead, "gone")

    def fail(self, source: str, lead: Lead, stage: str, error: str) -> None:
        """Record a failure, once for each address and stage. What robots.txt forbids is closed, all else stays open."""
        with self.db.atomic():
            self._open(source, lead)
            self._set(source, lead, "forbidden" if stage == "forbidden" else "pending")
            tries = self.db.execute(
                "select tries from frontier where source = ? and url = ?", [source, canonical(lead.url)]
            ).fetchone()[0]
            self.run.fail(stage, error, url=lead.url, tries=tries)

    def _set(self, source: str, lead: Lead, state: str) -> None:
        self.db.execute(
            "update frontier set state = ?, tries = tries + 1, last_seen = ? where source = ? and url = ?",
            [state, now(), source, canonical(lead.url)],
        )

    def listed(self, source: str) -> list[int]:
        """Entries listed in the latest whole runs that read a listing."""
        query = "select listed from source_runs where source = ? and complete and listed > 0 order by at desc limit ?"
        return [row[0] for row in self.db.execute(query, [source, RUNS_COMPARED])]

    def finish(self, source: Source, tally: Tally, complaints: list[str]) -> None:
        """The source's row of the run, and its complaints as failures."""
        with self.db.atomic():
            counts = {name: getattr(tally, name) for name in TALLY}
            row = {"run": self.run.id, "source": source.id, "at": now(), "complete": int(self.complete)}
            self.db.table("source_runs").insert(row | counts | {"complaint": "; ".join(complaints) or None})
            self.run.mend("silence", source.url)
            for complaint in complaints:
                self.run.fail("silence", complaint, url=source.url)


def _json(hints: dict[str, str]) -> str:
    return json.dumps(hints, sort_keys=True)


def mark_copies(db: Database) -> int:
    """Join documents that are one thing, and return how many are copies: of one reference at one publisher the longest
    text is the original, of nearly the same text the first published."""
    with db.atomic():
        _sign(db)
        query = (
            "select s.document, coalesce(d.published, ''), s.hashes from signatures s"
            " join documents d on d.id = s.document"
            " where d.source is not null and d.parent is null"
        )
        found = copies(Signed(*row) for row in db.execute(query)) | _same_reference(db)
        before = dict(db.execute("select id, copy_of from documents where copy_of is not null").fetchall())
        for key in before.keys() | found.keys():
            if before.get(key) != found.get(key):
                db.table("documents").update(key, {"copy_of": found.get(key)})
    return len(found)


def _sign(db: Database) -> None:
    query = (
        "select d.id, d.version, d.text from documents d"
        " left join signatures s on s.document = d.id and s.version = d.version"
        " where d.source is not null and d.parent is null and s.document is null"
    )
    for key, version, text in db.execute(query).fetchall():
        db.table("signatures").upsert({"document": key, "version": version, "hashes": signature(text)}, pk="document")


def _same_reference(db: Database) -> dict[str, str]:
    query = (
        "select id, first_value(id) over"
        " (partition by source, reference, substr(published, 1, 4) order by words desc, id) from documents"
        " where source is not null and reference is not null and parent is null"
    )
    return {key: original for key, original in db.execute(query) if key != original}
