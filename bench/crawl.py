"""How fast a crawl is: pages a second and peak memory over a replica site, beside Scrapy alone with an empty parser.

Run as ``python -m bench.crawl [PAGES]``. Server, crawl and floor are processes of their own, without pauses.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response

import db as database
from crawler.run import crawl
from crawler.settings import Pace, scrapy_settings
from crawler.source import Source, Start
from db import crawling, runs
from samples.serve import running

HOST = "bench.example"
PARAGRAPH = "<p>Sample paragraph {n}: the trust plans to save £{n} million in 2025/26 and to close {n} posts.</p>"


def build(folder: Path, pages: int) -> Source:
    """A site of articles with a sitemap, and its source."""
    site = folder / HOST
    (site / "news").mkdir(parents=True)
    for number in range(pages):
        body = "".join(PARAGRAPH.format(n=number + part) for part in range(25))
        head = f'<title>Savings {number}</title><meta property="article:published_time" content="2025-05-05">'
        main_part = f"<main><h1>Savings {number}</h1>{body}</main>"
        page = f"<!DOCTYPE html><html><head>{head}</head><body>{main_part}</body></html>"
        (site / "news" / f"{number}.html").write_text(page, encoding="utf-8")
    urls = "".join(f"<url><loc>https://{HOST}/news/{number}</loc></url>" for number in range(pages))
    opening = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    (site / "sitemap.xml").write_text(f"{opening}{urls}</urlset>", encoding="utf-8")
    return Source(
        id="bench", name="Bench", url=f"https://{HOST}/", kind="press", licence="none", may_republish=False,
        rhythm_days=1,
        least=pages, most=pages, hosts=[HOST], start=[Start(f"https://{HOST}/sitemap.xml", "sitemap")], relevance="all",
    )  # fmt: skip


class Floor(scrapy.Spider):
    """Asks every page and reads none."""

    name = "floor"

    def __init__(self, pages: int) -> None:
        super().__init__()
        self.pages = pages

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """One request a page."""
        for number in range(self.pages):
            yield scrapy.Request(f"https://{HOST}/news/{number}", callback=self.ignore)

    def ignore(self, response: Response) -> None:
        """Take nothing."""


def floor(folder: Path, source: Source, replica: str, pages: int) -> None:
    """Scrapy alone, with the same settings."""
    process = AsyncCrawlerProcess(scrapy_settings([source], Pace(replica, delay=0.0)))
    process.crawl(Floor, pages=pages)
    process.start()


def full(folder: Path, source: Source, replica: str, pages: int) -> None:
    """The whole crawl into a database, without extraction."""
    db = database.connect(folder / "bench.db")
    with runs.run(db, "crawl") as run:
        crawl([source], crawling.CrawlStore(db, run), pace=Pace(replica, delay=0.0))
    assert run.documents in (0, pages), run.failures


def measured(work: str, folder: Path, source: Source, replica: str, pages: int, sending: Connection) -> None:
    """Do one work in this process; send its seconds, and its peak memory in MB with what the imports take."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.monotonic()
    {"floor": floor, "crawl": full, "again": full}[work](folder, source, replica, pages)
    sending.send((time.monotonic() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, before))


def serve(folder: Path, sending: Connection) -> None:
    """The replica, until it is ended."""
    with running(folder) as server:
        sending.send(server.address)
        while True:
            time.sleep(60)


def main() -> None:
    """Measure and print."""
    pages = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    context = get_context("spawn")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = build(folder, pages)
        receiving, sending = context.Pipe(duplex=False)
        server = context.Process(target=serve, args=(folder, sending), daemon=True)
        server.start()
        replica = receiving.recv()
        for work in ("floor", "crawl", "again"):
            process = context.Process(target=measured, args=(work, folder, source, replica, pages, sending))
            process.start()
            seconds, peak, imports = receiving.recv()
            process.join()
            rate = "" if work == "again" else f"{pages / seconds:6.0f} pages/s, "
            print(f"{work:6s} {seconds:6.1f} s, {rate}peak {peak:.0f} MB, of which imports {imports:.0f} MB")
        server.terminate()


if __name__ == "__main__":
    main()
