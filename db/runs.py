"""Runs of commands, and the inputs that failed in them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlite_utils import Database

from db.store import now


@dataclass(slots=True)
class Run:
    """One call of a command: what it has done so far. A run whose row stays ``running`` was killed."""

    db: Database
    id: str
    documents: int = 0  # new or changed
    facts: int = 0  # of the documents extracted
    failures: list[str] = field(default_factory=list)  # messages, one an input

    def fail(self, stage: str, error: str, path: str | None = None, url: str | None = None, tries: int = 1) -> None:
        """Record an input that could not be used. The same failure again leaves its first row as it is."""
        row = [self.id, url, path, stage, error, now(), tries]
        self.db.execute(
            "insert into failures(run, url, path, stage, error, at, tries) values (?, ?, ?, ?, ?, ?, ?)"
            " on conflict do update set run = excluded.run, error = excluded.error, at = excluded.at,"
            " tries = excluded.tries where error <> excluded.error",
            row,
        )
        self.failures.append(error)

    def mend(self, stage: str, place: str) -> None:
        """Forget the failures of a path or address that has now worked, and of what lies inside it."""
        self.db.execute(
            "delete from failures where stage = :stage and (coalesce(path, url) = :place"
            " or coalesce(path, url) >= :place || '/' and coalesce(path, url) < :place || '0')",
            {"stage": stage, "place": place},
        )


@contextmanager
def run(db: Database, command: str) -> Iterator[Run]:
    """Keep a row in ``runs`` for the length of a block; it ends ``failed`` when some input failed."""
    started = now()
    this = Run(db, f"{started}-{secrets.token_hex(3)}")
    db.table("runs").insert({"id": this.id, "command": command, "started": started, "status": "running"})
    yield this
    status = "failed" if this.failures else "done"
    counts = {"documents": this.documents, "facts": this.facts, "failures": len(this.failures)}
    db.table("runs").update(this.id, {"ended": now(), "status": status} | counts)
