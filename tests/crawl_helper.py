"""Crawls in a process of their own, since Twisted's reactor runs once a process, over sites that a test serves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

import db as database
from crawler.run import crawl
from crawler.settings import Pace
from crawler.source import Source, load_sources
from crawler.spiders.collector import Options
from db import crawling, runs
from samples.serve import Server, sampled


def start(db: Path, server: Server, **asked: Any) -> subprocess.Popen[str]:
    """A crawl that is under way. ``sources`` is a folder of definitions, in place of those that have sample sites."""
    said = {"db": str(db), "replica": server.address, **asked}
    command = [sys.executable, __file__, json.dumps(said, default=str)]
    here = str(Path(__file__).parents[1])
    environment = os.environ | {"PYTHONPATH": here}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=here, env=environment)


def run(db: Path, server: Server, **asked: Any) -> dict[str, Any]:
    """A whole crawl: tallies by source, failures, and Scrapy's statistics."""
    process = start(db, server, **asked)
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0, out
    return json.loads(out.splitlines()[-1])


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
        "id": name, "name": name, "url": f"https://{hosts[0]}/", "kind": "press", "licence": "none", "may_republish": False,
        "rhythm_days": 7, "least": 0, "most": 1000, "hosts": hosts, "relevance": "all", "dated": False,
        "start": [{"url": url, "parser": parser} for url in urls],
    }  # fmt: skip
    (folder / f"{name}.yml").write_text(yaml.safe_dump(row | keys), encoding="utf-8")


def article(title: str, words: str = "") -> str:
    """A page with enough words to count as one."""
    body = words or "The trust has a deficit of £5 million and will close 20 posts in 2025/26. " * 4
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body><main><h1>{title}</h1><p>{body}</p></main></body></html>"


def main(said: dict[str, Any]) -> None:
    """Crawl as asked, and print what came of it as JSON."""
    folder = said.pop("sources", None)
    sources: list[Source] = list(load_sources(Path(folder)).values()) if folder else sampled(load_sources().values())
    sources = [source for source in sources if source.id in said.get("names", [source.id])]
    options = Options(said.get("since"), said.get("limit"), said.get("backfill"))
    pace = Pace(None if "live" in said else said["replica"], tuple(said.get("private", ())), said.get("delay", 0.0))
    pace.settings = said.get("settings", {})
    db = database.connect(said["db"])
    with runs.run(db, "crawl") as run_:
        store = crawling.CrawlStore(db, run_, complete=options.whole)
        summary = crawl(sources, store, options, pace)
        crawling.mark_copies(db)
    stats = {name: value for name, value in summary.stats.items() if isinstance(value, int)}
    tallies = {name: asdict(tally) for name, tally in summary.tallies.items()}
    print(json.dumps({"tallies": tallies, "failures": run_.failures, "stats": stats}))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
