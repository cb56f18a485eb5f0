"""Page weight and answer times by page kind: ``python -m bench.site [--facts N] [--db FILE] [--rounds N]``.

Builds a database of made-up facts (one million unless told otherwise), serves it on loopback, asks page by page.
Times are milliseconds as the client sees them; weights are kilobytes of HTML, without style sheet.
"""

from __future__ import annotations

import argparse
import logging
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

import db as store
from web.browser import serving

PER_DOCUMENT = 10  # facts
PER_ANNOUNCEMENT = 40  # facts
KINDS = ("job_cut", "saving", "deficit", "funding", "cost", "survey", "other")
UNITS = {"job_cut": "posts", "survey": "percent", "other": "percent"}
WORDS = (
    "trust",
    "board",
    "plan",
    "budget",
    "staff",
    "ward",
    "review",
    "cost",
    "income",
    "month",
    "forecast",
    "risk",
    "target",
    "service",
    "winter",
    "agency",
    "bank",
    "estate",
)
YEARS = [f"{year}/{(year + 1) % 100:02}" for year in range(2016, 2027)]
PAGES = {
    "home": "/",
    "search, rare word": "/search?q=porcupine",
    "search, common word": "/search?q=trust",
    "search, filters only": "/search?kind=job_cut&region=Y60&period=2025/26",
    "job cuts": "/job-cuts",
    "job cuts, filtered": "/job-cuts?region=Y60&bodies=trusts&period=2025/26",
    "savings": "/savings",
    "surveys": "/surveys",
    "map": "/map?layer=saving&period=2025/26",
    "organisation": "/organisation/{body}",
    "announcement": "/announcement/a7",
    "document": "/document/d77",
    "fact": "/fact/f777",
    "api": "/api",
    "table": "/nhs/facts",
    "row": "/nhs/facts/f777",
    "json, 100 rows": "/nhs/facts.json?_shape=objects&_size=100",
    "named query": "/nhs/announcements_list.json?kind=job_cut&_shape=objects",
    "feed": "/feed.atom?kind=job_cut",
}


def build(path: Path, facts: int) -> None:
    """Fill a new database with made-up rows; the search indexes are built at the end."""
    database = store.connect(path)
    conn = database.conn
    triggers = conn.execute("select name, sql from sqlite_master where type = 'trigger'").fetchall()
    for name, _ in triggers:
        conn.execute(f"drop trigger {name}")
    conn.execute("pragma foreign_keys = off")
    bodies = [row[0] for row in conn.execute("select id from organisations where kind like 'trust%' or kind = 'icb'")]
    with conn:
        conn.execute("insert into sources(id, name, may_republish) values ('made-up', 'Made up', 1)")
        fill(conn, facts, bodies)
        for _, sql in triggers:
            conn.execute(sql)
        for table in ("facts", "passages", "documents"):
            conn.execute(f"insert into {table}_fts({table}_fts) values ('rebuild')")
        conn.execute("analyze")
    database.close()


def fill(conn: sqlite3.Connection, facts: int, bodies: list[str]) -> None:
    """Documents, passages, facts and announcements, in the order of time."""
    draw = random.Random(7)
    documents = facts // PER_DOCUMENT
    conn.executemany(
        "insert into documents(id, source, title, kind, publisher, published, first_seen, last_seen, text, words) "
        "values (?, 'made-up', ?, 'news', 'Made up', ?, '2026-01-01', '2026-01-01', '', 100)",
        ((f"d{n}", f"Made-up report {n}", day(n, documents)) for n in range(documents)),
    )
    conn.executemany(
        "insert into passages(id, document, position, kind, start, end, text) values (?, ?, ?, 'paragraph', 0, 1, ?)",
        ((f"p{n}", f"d{n // 5}", n % 5, words(draw, n)) for n in range(documents * 5)),
    )
    conn.executemany(
        "insert into facts(id, document, passage, quote, sentence, start, end, unit, low, high, qualifier, kind, "
        "organisation, period, status, basis, polarity, confidence, rule, pipeline) "
        "values (?, ?, ?, '5%', ?, 0, 2, ?, ?, ?, 'exact', ?, ?, ?, 'planned', null, 'stated', 0.9, 'r', 'p')",
        fact_rows(draw, facts, bodies),
    )
    conn.executemany(
        "insert into announcements(id, kind, organisation, period, title, unit, low, high, qualifier, basis, status, "
        "first_reported, last_reported, documents, counted, updated) "
        "values (?, ?, ?, ?, 'Made up: x', ?, ?, ?, 'exact', 'posts', 'agreed', ?, ?, 3, ?, ?)",
        announcement_rows(draw, facts, bodies),
    )
    conn.execute(
        "insert into announcement_facts(announcement, fact, role) select 'a' || (rowid % ?), id, 'repeat' from facts "
        "where kind in ('job_cut', 'saving', 'deficit', 'funding')",
        (facts // PER_ANNOUNCEMENT,),
    )
    conn.execute(
        "insert into document_organisations(document, organisation, mentions, first_start) "
        "select document, organisation, 1, 0 from facts where organisation is not null group by 1, 2"
    )


def day(n: int, of: int) -> str:
    """A date of publication, later for later rows."""
    month = 120 * n // of
    return f"{2016 + month // 12}-{month % 12 + 1:02}-{n % 28 + 1:02}"


def words(draw: random.Random, n: int) -> str:
    """A made-up sentence; one in a thousand holds a rare word."""
    return " ".join(draw.choices(WORDS, k=14)) + (" porcupine." if n % 1000 == 0 else ".")


def fact_rows(draw: random.Random, count: int, bodies: list[str]) -> Iterator[tuple]:
    """Rows of ``facts``."""
    for n in range(count):
        kind = KINDS[n % len(KINDS)]
        value = float(draw.randint(1, 99_000_000 if kind not in UNITS else 900))
        document = n // PER_DOCUMENT
        unit = UNITS.get(kind, "GBP")
        place = f"f{n}", f"d{document}", f"p{document * 5 + n % 5}"
        yield *place, words(draw, n), unit, value, value, kind, draw.choice(bodies), draw.choice(YEARS)


def announcement_rows(draw: random.Random, facts: int, bodies: list[str]) -> Iterator[tuple]:
    """Rows of ``announcements``."""
    count = facts // PER_ANNOUNCEMENT
    for n in range(count):
        kind = KINDS[n % 4]
        value = float(draw.randint(1, 900))
        when = day(n, count)
        yield (
            f"a{n}",
            kind,
            draw.choice(bodies),
            draw.choice(YEARS),
            UNITS.get(kind, "GBP"),
            value,
            value,
            when,
            when,
            n % 2,
            when,
        )


def measure(base: str, rounds: int, body: str) -> Iterator[tuple[str, float, float, float]]:
    """Page kind, kilobytes, median and 95th percentile of milliseconds."""
    with httpx.Client(base_url=base, timeout=60) as client:
        for name, path in PAGES.items():
            times = []
            for _ in range(rounds):
                start = time.perf_counter()
                answer = client.get(path.format(body=body))
                times.append((time.perf_counter() - start) * 1000)
            answer.raise_for_status()
            yield name, len(answer.content) / 1000, statistics.median(times), sorted(times)[int(0.95 * (rounds - 1))]


def main() -> None:
    """Build when needed, serve, ask, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facts", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--db", type=Path, help="kept and used again; default: a temporary file")
    given = parser.parse_args()
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory() as folder:
        path = given.db or Path(folder) / "bench.db"
        if not path.exists():
            start = time.perf_counter()
            build(path, given.facts)
            seconds = time.perf_counter() - start
            print(f"built {given.facts:,} facts in {seconds:.0f} s, {path.stat().st_size / 1e6:,.0f} MB")
        conn = sqlite3.connect(path)
        body = conn.execute("select organisation from announcements limit 1").fetchone()[0]
        conn.close()
        print(f"{'page':24s} {'kB':>7s} {'median ms':>10s} {'p95 ms':>8s}")
        with serving(path) as base:
            for name, weight, median, worst in measure(base, given.rounds, body):
                print(f"{name:24s} {weight:7.1f} {median:10.1f} {worst:8.1f}")


if __name__ == "__main__":
    main()
