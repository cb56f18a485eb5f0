"""Scrapy's settings for a crawl: the file beside this module, the pace of the sources, and what the user says."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from crawler.source import Source

FILE = Path(__file__).parent / "data" / "settings.yml"
CONTACT = "BREAKEVEN_CONTACT"  # environment variable: a mail address or page that publishers can write to


@dataclass(slots=True)
class Pace:
    """How a crawl differs from a live one: ``replica`` (host:port) stands in for all hosts, and needs no pauses."""

    replica: str | None = None
    private: tuple[str, ...] = ()  # host:port that may be private or loopback
    delay: float | None = None  # seconds between requests to a host, in place of the sources' own
    settings: dict[str, Any] = field(default_factory=dict)  # Scrapy's, above those of the file


def user_agent() -> str:
    """Who asks, with the contact that the environment names."""
    contact = os.environ.get(CONTACT, "")
    about = f"; {contact}" if contact else ""
    return f"breakeven/{version('breakeven')} (independent tracker of NHS finance news{about})"


def scrapy_settings(sources: Iterable[Source], pace: Pace) -> dict[str, Any]:
    """The settings as Scrapy takes them."""
    settings: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    settings["USER_AGENT"] = user_agent()
    settings["REPLICA"] = pace.replica
    settings["ADDRESSES_ALLOWED"] = [*pace.private, *filter(None, [pace.replica])]
    if pace.delay is None:
        slots = {host: {"delay": source.delay, "concurrency": 1} for source in sources for host in source.hosts}
        return settings | {"DOWNLOAD_SLOTS": slots} | pace.settings
    return settings | {"DOWNLOAD_DELAY": pace.delay, "AUTOTHROTTLE_ENABLED": False} | pace.settings
