"""Source definitions: one yml file a publisher says where its documents are, how to read them, and what to expect."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from breakeven_errors import SourceError, UsageError
from crawler.identity import host

FOLDER = Path(__file__).parent / "sources"
BODIES = ("full", "headline")


@dataclass(slots=True)
class Start:
    """Where a walk begins: an address, the parser of its answer, and what is known of everything behind it."""

    url: str
    parser: str
    hints: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Source:
    """A publisher's definition; the columns of ``sources`` and how to collect. docs/sources.md describes each key."""

    id: str
    name: str
    url: str
    kind: str
    licence: str
    may_republish: bool
    rhythm_days: float  # usual days between new documents
    least: int  # entries that its listings show in a full walk, at the least
    most: int
    hosts: list[str] = field(default_factory=list)
    start: list[Start] = field(default_factory=list)
    backfill: list[Start] = field(default_factory=list)
    relevance: str = "finance"  # a list of crawler/data/relevance.yml, or all
    body: str = "full"  # or headline: title, summary and link only
    pages: int = 5  # of a listing, a run
    pages_per_host: int = 0  # 0 for no bound
    delay: float = 2.0  # seconds between requests to a host
    api: bool = False  # its pace is fixed, not fitted to its latency
    reader: str = "page"  # parser of the entries of its listings
    item: str = ""  # pattern that an entry's address matches
    selectors: dict[str, list[str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)  # the publisher's word for a type of document: our kind
    default_kind: str = ""  # of a document whose kind nothing tells
    dated: bool = True  # every document must have a date
    seeds: str = ""  # csv with one board a row: code, name, home, list
    key: str = ""  # name of the environment variable with the user's key
    note: str = ""

    def row(self) -> dict[str, Any]:
        """The row of the table ``sources``."""
        names = ("id", "name", "url", "kind", "licence", "may_republish")
        return {name: getattr(self, name) for name in names} | {"may_republish": int(self.may_republish)}

    def select(self, name: str) -> list[str]:
        """The selectors of a field in the order to try."""
        return self.selectors.get(name, [])


def load_sources(folder: Path = FOLDER) -> dict[str, Source]:
    """All definitions of a folder by id. Raises :class:`SourceError` naming the file and key that are wrong."""
    sources = [read_source(path) for path in sorted(folder.glob("*.yml"))]
    if not sources:
        raise SourceError(f"{folder}: no source definitions (*.yml); name a folder that holds some")
    return {source.id: source for source in sources}


def read_source(path: Path) -> Source:
    """One definition, checked."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: no readable yml ({error}); mend it") from error
    if not isinstance(data, dict):
        raise SourceError(f"{path}: holds no keys; see docs/sources.md for those of a source")
    known = {each.name for each in fields(Source)}
    if unknown := sorted(set(data) - known):
        raise SourceError(f"{path}: unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}")
    try:
        data["start"], data["backfill"] = (_starts(data.get(key, [])) for key in ("start", "backfill"))
        source = Source(**data)
        if source.seeds:
            _seed(source, path.with_name(source.seeds))
    except TypeError as error:
        raise SourceError(f"{path}: {error}; see docs/sources.md for the keys of a source") from error
    _check(path, source)
    return source


def _seed(source: Source, path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            source.start.append(Start(row["list"], "board_list", {"publisher": row["name"], "kind": "board_paper"}))
            source.hosts.append(host(row["list"]))


def _starts(rows: Iterable[dict[str, Any]]) -> list[Start]:
    return [Start(**row) for row in rows]


def _check(path: Path, source: Source) -> None:
    problems = {
        f"id {source.id!r} is not the file's name": source.id != path.stem,
        f"body {source.body!r} is none of {BODIES}": source.body not in BODIES,
        "least is more than most": source.least > source.most,
        "it has no hosts": not source.hosts,
        "it has no start": not source.start,
        "a selector is not a list": any(not isinstance(value, list) for value in source.selectors.values()),
    }
    try:
        re.compile(source.item)
    except re.error as error:
        problems[f"item is no pattern ({error})"] = True
    for problem, found in problems.items():
        if found:
            raise SourceError(f"{path}: {problem}; mend the definition")


def choose(sources: dict[str, Source], names: Iterable[str]) -> list[Source]:
    """The named sources, all when none is named. Raises :class:`UsageError` for a name that is no source."""
    names = list(names)
    if unknown := [name for name in names if name not in sources]:
        raise UsageError(f"{unknown[0]}: no such spider; there are {', '.join(sources)}")
    return [sources[name] for name in names] or list(sources.values())


def named_source(url: str, parser: str) -> Source:
    """A source for an address that the user names: a feed, a sitemap or one page. Its host alone is asked."""
    name = host(url)
    if not name or not url.lower().startswith(("http://", "https://")):
        raise UsageError(f"{url}: not a web address; give one that starts with https://")
    return Source(
        id=re.sub(r"[^a-z0-9]+", "-", name).strip("-"), name=name, url=url, kind="other", licence="unknown",
        may_republish=False, rhythm_days=7, least=0, most=100_000, hosts=[name], start=[Start(url, parser)],
        relevance="all", dated=False,
    )  # fmt: skip


def month_starts(source: Source, month: str) -> list[Start]:
    """The starts of a source for one month, ``YYYY-MM``. Raises :class:`UsageError` for anything else."""
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise UsageError(f"{month}: not a month; write it as 2025-03")
    year, number = map(int, month.split("-"))
    after = date(year + number // 12, number % 12 + 1, 1)
    names = {"year": f"{year}", "month": f"{number:02}", "first": f"{month}-01", "after": after.isoformat()}
    return [Start(start.url.format(**names), start.parser, start.hints) for start in source.backfill]
