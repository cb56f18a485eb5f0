"""Crawls in a process of their own, since Twisted's reactor runs once a process, over sites that a test serves."""

from __future__ import annotations

from dataclasses import asdict
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import yaml

import db as database
from crawler.run import crawl
from crawler.settings import Pace
from crawler.source import load_sources
from crawler.spiders.collector import Options
from db import crawling, runs
from samples.serve import Server, sampled

# imports are made once, in a process that every crawl is forked from
CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(["crawler.run", "db.crawling", "db.runs", "samples.serve"])


def start(db: Path, server: Server, **asked: Any) -> tuple[BaseProcess, Connection]:
    """A crawl that is under way. ``sources`` is a folder of definitions, in place of those that have sample sites."""
    receiving, sending = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=main, args=({"db": db, "replica": server.address, **asked}, sending))
    process.start()
    sending.close()
    return process, receiving


def run(db: Path, server: Server, **asked: Any) -> dict[str, Any]:
    """A whole crawl: tallies by source, failures, and Scrapy's statistics."""
    process, receiving = start(db, server, **asked)
    assert receiving.poll(120), "the crawl takes too long"
    outcome = receiving.recv()
    process.join()
    return outcome


def write_site(folder: Path, host: str, pages: dict[str, str], routes: list[dict[str, Any]] | None = None) -> None:
    """Pages by path, and routes, of one host."""
    for path, text in pages.items():
        file = folder / host / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (folder / host).mkdir(parents=True, exist_ok=True)
    (folder / host / "_site.yml").write_text(yaml.safe_dump(routes or []), encoding="utf-8")


def write_source(folder: Path, name: str, urls: list[str], parser: str = "page", **keys: Any) -> None:
    """The definition of a source that asks some addresses."""
    folder.mkdir(parents=True, exist_ok=True)
    hosts = sorted({url.split("/")[2] for url in urls})
    row = {
        "id": name, "name": name, "url": f"https://{hosts[0]}/", "kind": "press", "licence": "none",
        "may_republish": False,
        "rhythm_days": 7, "least": 0, "most": 1000, "hosts": hosts, "relevance": "all", "dated": False,
        "start": [{"url": url, "parser": parser} for url in urls],
    }  # fmt: skip
    (folder / f"{name}.yml").write_text(yaml.safe_dump(row | keys), encoding="utf-8")


def article(title: str, words: str = "") -> str:
    """A page with enough words to count as one."""
    body = words or "The trust has a deficit of £5 million and will close 20 posts in 2025/26. " * 4
    head = f"<head><title>{title}</title></head>"
    return f"<!DOCTYPE html><html>{head}<body><main><h1>{title}</h1><p>{body}</p></main></body></html>"


def main(said: dict[str, Any], sending: Connection) -> None:
    """Crawl as asked, and send what came of it."""
    folder = said.get("sources")
    sources = list(load_sources(folder).values()) if folder else sampled(load_sources().values())
    sources = [source for source in sources if source.id in said.get("names", [source.id])]
    options = Options(said.get("since"), said.get("limit"), said.get("backfill"))
    pace = Pace(None if "live" in said else said["replica"], tuple(said.get("private", ())), said.get("delay", 0.0))
    pace.settings = said.get("settings", {})
    db = database.connect(said["db"])
    with runs.run(db, "crawl") as run_:
        store = crawling.CrawlStore(db, run_, complete=options.whole)
        summary = crawl(sources, store, options, pace)
        if "copies" in said:
            crawling.mark_copies(db)
    tallies = {name: asdict(tally) for name, tally in summary.tallies.items()}
    sending.send({"tallies": tallies, "failures": run_.failures, "stats": summary.stats})
