"""Manners and guards of the downloader, where Scrapy 2.19 has none or too weak ones."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.http import Response
from scrapy.resolver import CachingThreadedResolver
from scrapy.robotstxt import RobotParser
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred

from crawler.identity import within

BUSY = (429, 503)


class Refused(IgnoreRequest):
    """A request that is not made, or an answer that is not taken. ``stage`` is that of a row in ``failures``."""

    def __init__(self, stage: str, reason: str) -> None:
        super().__init__(reason)
        self.stage = stage


class RobotsLock(RobotsTxtMiddleware):
    """Judges each request by robots.txt, also those that wait together for one file.

    The stock class (Scrapy 2.14 to 2.19) lets waiting requests after the second pass, reads an error page as rules, and
    takes a server error for leave. After RFC 9309 a 4xx answer means that all is allowed, and a 5xx, a 429 or no answer
    that nothing is.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.waiting: dict[str, str] = {}  # host: why its robots.txt is not known
        self.longest = crawler.settings.getfloat("ROBOTS_CRAWL_DELAY_MAX")

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The rules of the request's host. Raises :class:`Refused` when they cannot be had."""
        netloc = urlsplit(request.url).netloc
        async with self.locks[netloc]:
            rules = await super().robot_parser(request)
        if netloc in self.waiting:
            raise Refused(
                "robots", f"robots.txt of {netloc} {self.waiting[netloc]}: nothing is asked of it in this run"
            )
        self._slow_down(request, rules)
        return rules

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """As the stock method, with a reason that the record of failures can show."""
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as error:
            raise Refused("forbidden", f"{request.url}: robots.txt forbids it") from error

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status == 429 or response.status >= 500:
            self.waiting[netloc] = f"answered with status {response.status}"
        rules = response if response.status < 300 else response.replace(body=b"")
        await super()._parse_robots(rules, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        self.waiting[netloc] = f"could not be fetched ({exc or type(exc).__name__})"
        super()._robots_error(exc, netloc)

    def _slow_down(self, request: Request, rules: RobotParser | None) -> None:
        delay = min(rules.crawl_delay(self._robotstxt_useragent or "*") or 0.0, self.longest) if rules else 0.0
        slot = self.crawler.engine.downloader.slots.get(urlsplit(request.url).hostname or "")
        if slot and delay > slot.delay:
            slot.delay = delay


class RetryAfter:
    """Asks again what a host refused with 429 or 503; :class:`PoliteHandler` waits as long as the host says."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RetryAfter:
        """As Scrapy builds its parts."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Put the request back, as often as RETRY_TIMES says."""
        if response.status not in BUSY:
            return response
        assert self.crawler.spider
        again = get_retry_request(request, spider=self.crawler.spider, reason=f"status {response.status}")
        if again is None:
            raise Refused("busy", f"{request.url}: status {response.status} each time: left for the next run")
        return again


def retry_after(header: bytes | None, default: float) -> float:
    """Seconds of a Retry-After header, a number or a date (RFC 9110, 10.2.3); ``default`` without a usable one."""
    text = (header or b"").decode("latin-1").strip()
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return default


class AddressGuard:
    """Lets through only web addresses on the hosts of the request's source, and no private ones but those allowed."""

    def __init__(self, allowed: list[str]) -> None:
        self.allowed = allowed

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> AddressGuard:
        """As Scrapy builds its parts."""
        return cls(crawler.settings.getlist("ADDRESSES_ALLOWED"))

    def process_request(self, request: Request) -> None:
        """Refuse what may not be asked; redirects and robots.txt come by here too."""
        parts = urlsplit(request.url)
        if parts.scheme not in ("http", "https"):
            raise Refused("blocked", f"{request.url}: only http and https addresses are asked")
        if private(parts.hostname or "") and parts.netloc not in self.allowed:
            raise Refused("blocked", f"{request.url}: a private address is not asked")
        hosts = request.meta.get("hosts", ["*"])
        if not within(request.url, hosts):
            raise Refused("blocked", f"{request.url}: not on the hosts of its source ({', '.join(hosts)})")


def private(host: str) -> bool:
    """Whether a host is an address outside the public internet, or a name for this machine."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))


class GuardedResolver(CachingThreadedResolver):
    """Refuses names that lead to private addresses at the moment of connecting: a second answer cannot differ."""

    allowed: tuple[str, ...] = ()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> GuardedResolver:
        """As Scrapy builds its parts."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.allowed = tuple(each.rsplit(":", 1)[0] for each in crawler.settings.getlist("ADDRESSES_ALLOWED"))
        return resolver

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802
        """As Twisted's, with a look at the answer."""
        return super().getHostByName(name, timeout).addCallback(self._judge, name)

    def _judge(self, address: str, name: str) -> str:
        if private(address) and name not in self.allowed:
            raise CannotResolveHostError(f"{name} leads to the private address {address}, which is not asked")
        return address


class PoliteHandler(HTTP11DownloadHandler):
    """Judges a host at the moment of asking it, since a queue of requests stands between the middlewares and the host.

    One request a host at a time: Scrapy 2.19 starts all that wait when no pause is set. It waits as long as a host
    asks, leaves a host that asks for too long or has sent its share of bytes, and asks the server named by REPLICA in
    place of every host, whose name travels in the header.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings = crawler.settings
        self.replica = settings.get("REPLICA")
        self.default, self.longest = settings.getfloat("RETRY_AFTER_DEFAULT"), settings.getfloat("RETRY_AFTER_MAX")
        self.budget = settings.getint("HOST_BYTE_BUDGET")
        self.locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.taken: Counter[str] = Counter()
        self.free: dict[str, float] = {}  # host: monotonic time before which it is not asked

    async def download_request(self, request: Request) -> Response:
        """As the stock handler. Raises :class:`Refused` for a host that is left alone."""
        host = urlsplit(request.url).hostname or ""
        async with self.locks[host]:
            if self.taken[host] >= self.budget:
                raise Refused("budget", f"{request.url}: the host has sent {self.taken[host]:,} bytes: left for later")
            wait = self.free.get(host, 0.0) - time.monotonic()
            if wait > self.longest:
                raise Refused("busy", f"{request.url}: the host asks to wait {wait:.0f} s: left for the next run")
            await asyncio.sleep(max(wait, 0.0))
            response = await self._ask(request)
            self.taken[host] += len(response.body)
            if response.status in BUSY:
                seconds = retry_after(response.headers.get("Retry-After"), self.default)
                self.free[host] = time.monotonic() + seconds
            return response

    async def _ask(self, request: Request) -> Response:
        if not self.replica:
            return await super().download_request(request)
        parts = urlsplit(request.url)
        local = request.replace(url=parts._replace(scheme="http", netloc=self.replica).geturl())
        local.headers["Host"] = parts.netloc
        response = await super().download_request(local)
        return response.replace(url=request.url)
