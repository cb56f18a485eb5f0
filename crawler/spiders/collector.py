"""The one spider of a crawl: asks what is due of each source, and hands answers to parsers and finds to the store.

One spider for all sources keeps one queue a host, whoever asks. One transaction an answer keeps a kill from costing
more than that answer.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import scrapy
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from breakeven_errors import BreakevenError
from crawler.frontier import Found, Known, Lead, Page, Tally, due, settled
from crawler.identity import canonical, host
from crawler.middlewares import Refused
from crawler.source import Source, Start, month_starts
from crawler.spiders import PARSERS

if TYPE_CHECKING:
    from crawler.run import Store

SHAPE = (LookupError, TypeError, AttributeError, ValueError)  # what reading an API's changed answer raises
THREADED = ("file", "page", "govuk_content")  # heavy enough to keep out of the event loop
ANSWERS = [304, 401, 402, 403, 404, 410, 451]


@dataclass(slots=True)
class Options:
    """What the user asks: ``since`` an ISO date, ``limit`` documents a source, ``backfill`` a month YYYY-MM."""

    since: str | None = None
    limit: int | None = None
    backfill: str | None = None

    @property
    def whole(self) -> bool:
        """Whether the listings are walked as usual, so that what they show can be counted."""
        return not (self.since or self.backfill)


@dataclass(slots=True)
class State:
    """What the run knows of one source."""

    tally: Tally = field(default_factory=Tally)
    asked: set[str] = field(default_factory=set)
    documents: int = 0  # leads to documents that were asked, for the limit
    hosts: Counter[str] = field(default_factory=Counter)


class Collector(scrapy.Spider):
    """Collects from all given sources."""

    name = "breakeven"

    def __init__(self, sources: list[Source], store: Store, options: Options) -> None:
        super().__init__()
        self.sources, self.store, self.options = sources, store, options
        self.states: defaultdict[str, State] = defaultdict(State)
        self.now = datetime.now(UTC)

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """First the seeds of each source, then what earlier runs have left open."""
        for source in self.sources:
            for lead in [*self._seeds(source), *self.store.pending(source.id)]:
                if request := self._request(source, lead):
                    yield request

    def _seeds(self, source: Source) -> Iterator[Lead]:
        starts: list[Start] = month_starts(source, self.options.backfill) if self.options.backfill else source.start
        for start in starts:
            yield Lead(
                start.url, start.parser, hints=dict(start.hints), listing=PARSERS[start.parser] is not PARSERS["page"]
            )

    def _request(self, source: Source, lead: Lead) -> scrapy.Request | None:
        """The request for a lead, with the validators of its last answer; None when it is not its time."""
        state = self.states[source.id]
        key = canonical(lead.url)
        known = self.store.known(source.id, lead.url)
        if key in state.asked or not due(lead, known, self.now) or not self._within(source, lead, state):
            return None
        state.asked.add(key)
        state.tally.asked += 1
        state.hosts[host(lead.url)] += 1
        state.documents += not lead.listing
        return scrapy.Request(
            lead.url.replace("{key}", os.environ.get(source.key, "")),
            callback=self.parse, errback=self.failed, headers=_validators(lead, known), dont_filter=True,
            meta={
                "lead": lead, "source": source, "hosts": source.hosts, "handle_httpstatus_list": ANSWERS,
                "autothrottle_dont_adjust_delay": source.api,
            },
        )  # fmt: skip

    def _within(self, source: Source, lead: Lead, state: State) -> bool:
        """Whether a lead is inside what the user and the source ask of one run."""
        if source.pages_per_host and state.hosts[host(lead.url)] >= source.pages_per_host:
            return False
        if lead.listing:
            return True
        if self.options.since and (lead.published or self.options.since) < self.options.since:
            return False
        return self.options.limit is None or state.documents < self.options.limit

    async def parse(self, response: Response) -> AsyncIterator[scrapy.Request]:
        """An answer of any kind: unchanged, gone, refused, or something to read."""
        source, lead = response.meta["source"], response.meta["lead"]
        tally = self.states[source.id].tally
        if response.status == 304:
            tally.unchanged += 1
            tally.listings_unchanged += lead.listing
            self.store.unchanged(source.id, lead)
        elif response.status in (404, 410) and not lead.listing:
            self.store.gone(source.id, lead)
        elif response.status >= 400:
            self._fail(
                source, lead, "blocked" if response.status not in (404, 410) else "fetch", f"status {response.status}"
            )
        else:
            for request in await self._read(source, lead, response):
                yield request

    async def _read(self, source: Source, lead: Lead, response: Response) -> list[scrapy.Request]:
        page = _page(lead, response, os.environ.get(source.key, ""))
        parser = PARSERS[lead.parser]
        try:
            found = await asyncio.to_thread(parser, page, source) if lead.parser in THREADED else parser(page, source)
        except BreakevenError as error:
            self._fail(source, lead, getattr(error, "stage", "read"), str(error))
            return []
        except SHAPE as error:
            reason = f"the answer is not of the shape that {lead.parser} reads ({type(error).__name__}: {error})"
            self._fail(source, lead, "read", reason)
            return []
        return self._keep(source, page, found)

    def _keep(self, source: Source, page: Page, found: Found) -> list[scrapy.Request]:
        """Write what was found, and choose what to ask next."""
        tally = self.states[source.id].tally
        for name in ("listed", "undated", "left_out"):
            setattr(tally, name, getattr(tally, name) + getattr(found, name))
        for hit in found.hits:
            self.crawler.stats.inc_value(f"selector/{source.id}/{hit}")
        known = [self.store.known(source.id, lead.url) for lead in found.leads]
        if found.following and settled(found.leads, known):
            found.following = None
        kept = self.store.keep(source.id, page, found)
        tally.new += kept.new
        tally.changed += kept.changed
        leads = [*found.leads, *([found.following] if found.following and not self._past(found) else [])]
        return [request for lead in leads if (request := self._request(source, lead))]

    def _past(self, found: Found) -> bool:
        """Whether a listing has come to entries that are all older than the user asks for."""
        dates = [lead.published for lead in found.leads if lead.published]
        return bool(self.options.since and dates and max(dates) < self.options.since)

    async def failed(self, failure: Failure) -> None:
        """A request without a usable answer."""
        error = failure.value
        meta = failure.request.meta  # type: ignore[attr-defined]
        source, lead = meta["source"], meta["lead"]
        if isinstance(error, Refused):
            self._fail(source, lead, error.stage, str(error))
        elif isinstance(error, HttpError):
            self._fail(source, lead, "fetch", f"status {error.response.status}")
        else:
            self._fail(source, lead, "fetch", f"{type(error).__name__}: {error}")

    def _fail(self, source: Source, lead: Lead, stage: str, reason: str) -> None:
        self.states[source.id].tally.failed += 1
        message = reason if lead.url in reason else f"{lead.url}: {reason}"
        self.store.fail(source.id, lead, stage, message)


def _validators(lead: Lead, known: Known | None) -> dict[str, str]:
    # a page whose last answer could not be read is asked for whole
    if known is None or known.state == "pending":
        return {}
    pairs = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in pairs.items() if value}


def _page(lead: Lead, response: Response, key: str) -> Page:
    headers = {name.decode().lower(): values[0].decode("latin-1") for name, values in response.headers.items()}
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower() or "application/octet-stream"
    url = response.url.replace(key, "{key}") if key else response.url
    return Page(lead, url, response.status, headers, response.body, media_type)
