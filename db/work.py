"""The work behind the commands: files in, facts out, and a summary of both.

Each document is saved, and later extracted, in a transaction of its own. So a command that is killed leaves whole
documents, and the next run does what is missing.
"""

from __future__ import annotations

import json
import os
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from spacy.language import Language
from sqlite_utils import Database

import extract
from breakeven_errors import BreakevenError, DatabaseError, UsageError
from crawler.document import Document
from crawler.readers import files, worker
from db import announcements, corrections, register, results
from db.progress import follow, warn
from db.runs import Run
from db.store import Saved, Store, load
from extract.facts import Result

if TYPE_CHECKING:
    from distributed import Client

# the documents of a JSON list of ids, with all that came inside them
AMONG = (
    "with recursive among(document) as (select value from json_each(:keys)"
    " union select d.id from documents d join among on d.parent = among.document)"
)
JOINED = "join among using (document)"
DASK_SECONDS = 10  # to wait for a scheduler
FEW = 40  # documents that one process has read before others have started


def add(run: Run, paths: Iterable[Path]) -> list[Saved]:
    """Read files and folders, and save what they hold. An unreadable one is a failure of the run, and no more."""
    store = Store(run.db)
    wanted = list(files.walk(paths))
    saved = []
    for path in follow(wanted, len(wanted), "reading"):
        try:
            document = worker.read_safely(files.load(path), name=str(path))
            saved.append(store.save(document))
        except BreakevenError as error:
            _refuse(run, str(path), str(error))
        else:
            run.mend("read", str(path))
            for problem in document.problems:
                _refuse(run, problem.partition(": ")[0], problem)
    run.documents += sum(one.change != "same" for one in saved)
    return saved


def _refuse(run: Run, place: str, error: str) -> None:
    run.fail("read", error, path=place)
    warn(error)


def extract_pending(run: Run, everything: bool = False, workers: int | None = None, dask: str | None = None) -> int:
    """Extract the documents that this version of the pipeline has not read, or all; return how many.

    ``workers`` is a number of processes, by default one a processor when there are many documents; ``dask`` the address
    of a scheduler to send the work to instead.
    """
    pipeline = extract.PIPELINE
    keys = _pending(run.db, None if everything else pipeline)
    if keys:
        register.fill(run.db)
        workers = workers or (1 if len(keys) < FEW else os.cpu_count() or 1)
        with _executor(workers, dask) as pool:
            for key, outcome in follow(_outcomes(run.db, pool, keys, 4 * workers), len(keys), "extracting"):
                _keep(run, key, outcome, pipeline)
    announcements.rebuild(run.db)
    return len(keys)


def _pending(db: Database, pipeline: str | None) -> list[str]:
    query = "select id from documents where withdrawn is null and pipeline is not :p order by rowid"
    return [key for (key,) in db.execute(query, {"p": pipeline or ""}).fetchall()]


@cache
def _pipeline() -> Language:
    return extract.load()


def _read(document: Document) -> Result:
    return extract.read(_pipeline(), document)


@contextmanager
def _executor(workers: int, dask: str | None) -> Iterator[Executor]:
    if dask:
        with _dask_client(dask) as client, client.get_executor(pure=False) as pool:
            yield pool
    elif workers == 1:
        with ThreadPoolExecutor(1) as pool:
            yield pool
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            yield pool


def _dask_client(address: str) -> Client:
    try:
        from distributed import Client  # noqa: PLC0415 - an optional dependency
    except ImportError as error:
        raise UsageError("--dask needs Dask; install it with: pip install 'breakeven[dask]'") from error
    try:
        return Client(address, timeout=DASK_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"{address}: no Dask scheduler answers there ({error}); check the address") from error


def _outcomes(db: Database, pool: Executor, keys: list[str], ahead: int) -> Iterator[tuple[str, Future[Result]]]:
    """Futures in the order of the keys, with no more than ``ahead`` documents in memory."""
    waiting: deque[tuple[str, Future[Result]]] = deque()
    for key in keys:
        waiting.append((key, pool.submit(_read, load(db, key))))
        if len(waiting) >= ahead:
            yield waiting.popleft()
    yield from waiting


def _keep(run: Run, key: str, outcome: Future[Result], pipeline: str) -> None:
    error = outcome.exception()
    if isinstance(error, BrokenExecutor):
        raise DatabaseError("a worker process died, perhaps for want of memory; run `breakeven extract --workers 1`")
    place = _place(run.db, key)
    try:
        if error is not None:
            cause = error.__cause__ or error  # spaCy wraps what a component raises
            raise DatabaseError(f"{place}: extraction failed ({type(cause).__name__}: {cause}); please report it")
        with run.db.atomic():
            results.write(run.db, key, outcome.result(), pipeline)
            corrections.apply(run.db, key)
            run.mend("extract", place)
    except BreakevenError as refusal:
        run.fail("extract", str(refusal), path=place)
        warn(str(refusal))
    else:
        run.facts += len(outcome.result().facts)


def _place(db: Database, key: str) -> str:
    return db.execute("select coalesce(path, url, id) from documents where id = ?", [key]).fetchone()[0]


def summary(db: Database, saved: list[Saved], failures: int) -> str:
    """What a person wants to know after an addition: documents, facts by kind, organisations, failures."""
    changes = Counter(one.change for one in saved)
    keys = {"keys": json.dumps([one.id for one in saved])}
    kinds = db.execute(f"{AMONG} select kind, count(*) from facts {JOINED} group by 1 order by 2 desc, 1", keys)  # noqa: S608
    named = db.execute(
        f"{AMONG} select coalesce(o.short_name, o.name), sum(mentions) from document_organisations m"  # noqa: S608
        f" join organisations o on o.id = m.organisation {JOINED} group by o.id order by 2 desc, 1",
        keys,
    ).fetchall()
    counts = kinds.fetchall()
    lines = [
        f"documents      {len(saved):,} ({changes['new']:,} new, {changes['changed']:,} changed,"
        f" {changes['same']:,} as before)",
        f"facts          {sum(count for _, count in counts):,}",
        *(f"  {kind:12s} {count:,}" for kind, count in counts),
        f"organisations  {len(named):,}{_most(named)}",
        f"failures       {failures:,}",
    ]
    return "\n".join(lines)


def _most(named: list[tuple[str, int]]) -> str:
    return f", most often {', '.join(f'{name} ({count})' for name, count in named[:3])}" if named else ""
