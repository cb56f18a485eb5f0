"""A crawl: the chosen sources, one process of Scrapy, and a store that keeps what is found."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from scrapy.crawler import AsyncCrawlerProcess

from breakeven_errors import UsageError
from crawler.frontier import Found, Kept, Known, Lead, Page, Tally
from crawler.health import complaints
from crawler.settings import Pace, scrapy_settings
from crawler.source import Source, choose, load_sources, named_source
from crawler.spiders.collector import Collector, Options


class Store(Protocol):
    """What a crawl needs of whatever keeps its documents and its frontier. Each method is one transaction."""

    def register(self, source: Source) -> None:
        """Keep the source's own row."""

    def known(self, source: str, url: str) -> Known | None:
        """What the frontier says of an address."""

    def pending(self, source: str) -> list[Lead]:
        """Leads that no run has brought to an end, and pages that may be due for another look."""

    def keep(self, source: str, page: Page, found: Found) -> Kept:
        """Write documents, versions, leads and the answer's row of the frontier."""

    def unchanged(self, source: str, lead: Lead) -> None:
        """The publisher says that a page is as it was."""

    def gone(self, source: str, lead: Lead) -> None:
        """The publisher says that a page is no more. Its documents stay."""

    def fail(self, source: str, lead: Lead, stage: str, error: str) -> None:
        """Record a failure; the lead stays open, but for what robots.txt forbids."""

    def listed(self, source: str) -> list[int]:
        """How many entries the listings of a source showed in its earlier runs."""

    def finish(self, source: Source, tally: Tally, complaints: list[str]) -> None:
        """Write what the source gave in this run, and a failure for each complaint."""


@dataclass(slots=True)
class Summary:
    """What a crawl did, by source."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    forbidden: int = 0  # addresses that robots.txt kept us from
    stats: dict[str, object] = field(default_factory=dict)  # Scrapy's own
    skipped: dict[str, str] = field(default_factory=dict)  # source: the environment variable that its key is wanted in


def crawl(sources: list[Source], store: Store, options: Options | None = None, pace: Pace | None = None) -> Summary:
    """Collect from the sources into the store. Runs once a process, as Twisted's reactor does."""
    options = options or Options()
    check(options)
    skipped = {source.id: source.key for source in sources if source.key and not os.environ.get(source.key)}
    sources = [source for source in sources if source.id not in skipped]
    for source in sources:
        store.register(source)
    process = AsyncCrawlerProcess(scrapy_settings(sources, pace or Pace()))
    crawler = process.create_crawler(Collector)
    process.crawl(crawler, sources=sources, store=store, options=options)
    process.start()
    stats = crawler.stats.get_stats() if crawler.stats else {}
    summary = Summary(forbidden=int(stats.get("robotstxt/forbidden", 0)), stats=dict(stats), skipped=skipped)
    for source in sources:
        tally = crawler.spider.states[source.id].tally  # type: ignore[union-attr]
        summary.tallies[source.id] = tally
        store.finish(source, tally, complaints(source, tally, store.listed(source.id)) if options.whole else [])
    return summary


def check(options: Options) -> None:
    """Raise :class:`UsageError` for a date or month that is none."""
    try:
        date.fromisoformat(options.since or "2000-01-01")
        date.fromisoformat(f"{options.backfill or '2000-01'}-01")
    except ValueError as error:
        raise UsageError(
            f"--since {options.since} --backfill {options.backfill}: {error}; write 2025-04-01, 2025-04"
        ) from error


def sources_for(names: Sequence[str]) -> list[Source]:
    """The sources of the named spiders, all without a name; or of ``feed``, ``sitemap`` or ``url`` and addresses."""
    parser = {"feed": "feed", "sitemap": "sitemap", "url": "page"}.get(names[0]) if names else None
    if parser is None:
        return choose(load_sources(), names)
    if len(names) == 1:
        raise UsageError(f"crawl {names[0]}: no address; give one that starts with https://")
    return [named_source(url, parser) for url in names[1:]]


def report(summary: Summary) -> str:
    """One line a source, for people."""
    skipped = [f"{name:24s} skipped: it needs a key in ${key}" for name, key in summary.skipped.items()]
    counted = [
        f"{name:24s} {tally.listed:,} listed, {tally.left_out:,} left out, {tally.asked:,} asked, {tally.new:,} new, "
        f"{tally.changed:,} changed, {tally.unchanged:,} unchanged, {tally.failed:,} failed"
        for name, tally in summary.tallies.items()
    ]
    return "\n".join(counted + skipped)
