"""Measures linking: agreement with links made by reading, apart from extraction and with it, and speed at size.

    python bench/announcements.py GOLD_FOLDER [--db DATABASE] [--facts N]

``GOLD_FOLDER`` is the one that ``tests/links/dev.csv`` speaks of. With ``--db``, a database that holds its documents as
extraction read them is measured too. ``--facts`` makes N figures of our own and times a whole and a small rebuild.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from sqlite_utils import Database

import db
from db import evaluate
from db.announcements import rebuild
from extract.scoring import read_gold

sys.path.append(str(Path(__file__).parents[1] / "tests"))  # the links made by reading live with the tests

from gold_database import agreement, build, fact_id, read_links

LINKED = """select af.fact, af.announcement from announcement_facts af join facts f on f.id = af.fact
            where f.kind in ('job_cut', 'saving')"""


def of_gold_facts(folder: Path) -> dict[str, float]:
    """Agreement when the facts are the gold ones."""
    with tempfile.TemporaryDirectory() as scratch:
        database = build(Path(scratch) / "gold.db", folder)
        rebuild(database)
        found = dict(database.execute(LINKED).fetchall())
    return agreement(found, _wanted(set(found)))


def _wanted(facts: set[str]) -> dict[str, str]:
    links = read_links()
    return {fact: links[fact][0] if fact in links else fact for fact in facts}


def of_database(path: Path, folder: Path) -> dict[str, float]:
    """Agreement when extraction found the facts; a gold fact that it did not find stands alone."""
    database = db.connect(path, create=False)
    linked = dict(database.execute(LINKED).fetchall())
    found: dict[str, str] = {}
    for gold, outcome in zip(read_gold(folder), evaluate.outcomes(database, folder), strict=True):
        for n, fact in enumerate(gold.facts):
            if fact["kind"] in ("job_cut", "saving"):
                ours = next((ours for ours, theirs in outcome.pairs if theirs == fact), None)
                key = fact_id(gold.name, n)
                found[key] = linked.get(ours["id"], key) if ours else key
    return agreement(found, _wanted(set(found)))


def at_size(facts: int) -> None:
    """Time a rebuild of many figures, and of one document more."""
    with tempfile.TemporaryDirectory() as scratch:
        database = db.connect(Path(scratch) / "many.db")
        fill(database, facts)
        print(f"{facts:,} figures linked in {_seconds(database):.1f} s")
        fill(database, 10, first=facts)
        print(f"10 more in {_seconds(database):.2f} s")
        print(f"{database['announcements'].count:,} announcements")


def _seconds(database: Database) -> float:
    began = time.perf_counter()
    rebuild(database)
    return time.perf_counter() - began


def fill(database: Database, facts: int, first: int = 0) -> None:
    """Figures of many bodies and years, five a document, many of them told again in later documents."""
    chance = random.Random(first)
    bodies = [
        key for (key,) in database.execute("select id from organisations where kind like 'trust%' or kind = 'icb'")
    ]
    now = "2026-01-01T00:00:00Z"
    with database.atomic():
        for n in range(first, first + facts, 5):
            day = f"{2015 + n % 11}-{1 + n % 12:02d}-15"
            document = {"id": f"d{n}", "kind": "news", "published": day, "text": "", "words": 0}
            database.table("documents").insert(document | {"first_seen": now, "last_seen": now})
            rows = [_fact(chance, f"d{n}", n + i, bodies) for i in range(5)]
            database.table("facts").insert_all(rows)


def _fact(chance: random.Random, document: str, n: int, bodies: list[str]) -> dict[str, object]:
    value = chance.randrange(10, 990)
    quote, kind = f"{value} posts", chance.choice(["job_cut", "saving", "deficit", "funding"])
    unit = "posts" if kind == "job_cut" else "GBP"
    year = chance.randrange(2015, 2026)
    return {
        **{"id": f"f{n}", "document": document, "quote": quote, "sentence": f"The trust told staff of {quote} in all."},
        **{"start": n % 5 * 50, "end": n % 5 * 50 + len(quote), "unit": unit, "low": value, "high": value},
        **{"qualifier": "exact", "kind": kind, "organisation": chance.choice([*bodies, None]), "confidence": 1.0},
        **{"period": f"{year}/{(year + 1) % 100:02d}", "status": "planned", "rule": "bench", "pipeline": "bench"},
    }


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--db", type=Path)
    parser.add_argument("--facts", type=int, default=0)
    asked = parser.parse_args()
    print("gold facts:     ", {name: round(value, 3) for name, value in of_gold_facts(asked.gold).items()})
    if asked.db:
        measured = of_database(asked.db, asked.gold)
        print("with extraction:", {name: round(value, 3) for name, value in measured.items()})
    if asked.facts:
        at_size(asked.facts)


if __name__ == "__main__":
    main()
