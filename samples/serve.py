"""A server on loopback that stands in for the publishers' hosts: ``sites/<host>/`` holds what each of them answers.

``_site.yml`` of a host lists routes for what files cannot say: queries, headers, statuses, redirects, pauses, answers
that differ the first times. Any other path is a file of that name, with ``.html`` or ``/index.html`` added. Each answer
has validators, and 304 answers them, unless a route says otherwise.
"""

from __future__ import annotations

import hashlib
import mimetypes
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import yaml

from crawler.source import Source

SITES = Path(__file__).parent / "sites"
CHANGED = "Mon, 03 Mar 2025 09:00:00 GMT"
SUFFIXES = ("", ".html", "/index.html", ".json", ".xml")


@dataclass(slots=True)
class Answer:
    """What a path answers. ``first`` are statuses that are given before the answer itself, one a request."""

    status: int = 200
    body: bytes = b""
    type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    validators: bool = True
    cut: bool = False  # break the connection in the middle of the body
    first: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as the server saw it."""

    host: str
    path: str  # with its query
    status: int
    conditional: bool
    agent: str
    at: float


def sampled(sources: Iterable[Source], folder: Path = SITES) -> list[Source]:
    """The sources that have a sample site, with those of their starts that have one."""
    found = []
    for source in sources:
        starts = [start for start in source.start if (folder / (urlsplit(start.url).hostname or "-")).is_dir()]
        if starts and not source.key:
            found.append(replace(source, start=starts))
    return found


class Server(ThreadingHTTPServer):
    """Serves a folder of sites and remembers what was asked."""

    daemon_threads = True

    def __init__(self, folder: Path = SITES) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        self.asked: list[Asked] = []
        self.times: Counter[tuple[str, str]] = Counter()
        self.routes = {
            path.parent.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in folder.glob("*/_site.yml")
        }

    @property
    def address(self) -> str:
        """``host:port``."""
        return f"127.0.0.1:{self.server_port}"

    def answer(self, host: str, target: str) -> Answer:
        """The answer of a host for a path with its query."""
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        host = host if (self.folder / host).is_dir() else host.removeprefix("www.")
        for route in self.routes.get(host) or []:
            if route["path"] == parts.path and (route.get("query") or {}).items() <= query.items():
                return self._routed(host, route)
        return self._file(host, unquote(parts.path).strip("/")) or Answer(404, b"<h1>Page not found</h1>")

    def _routed(self, host: str, route: dict[str, Any]) -> Answer:
        answer = (self._file(host, route["file"]) if "file" in route else None) or Answer()
        for name, value in route.items():
            if name not in ("path", "query", "file", "body"):
                setattr(answer, name, value)
        answer.body = route["body"].encode() if "body" in route else answer.body
        return answer

    def _file(self, host: str, path: str) -> Answer | None:
        root = (self.folder / host).resolve()
        for suffix in SUFFIXES:
            file = (root / f"{path}{suffix}".lstrip("/")).resolve()
            if file.is_relative_to(root) and file.is_file() and file.name != "_site.yml":
                kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
                return Answer(
                    body=file.read_bytes(), type=f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
                )
        return None


class Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD."""

    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # head and body in one packet: apart they meet the delay of acknowledgements
    server: Server

    def do_GET(self) -> None:
        """Answer, and note what was asked."""
        host = (self.headers.get("Host") or "").partition(":")[0]
        answer = self.server.answer(host, self.path)
        self.server.times[host, self.path] += 1
        time.sleep(answer.delay)
        number = self.server.times[host, self.path]
        status = answer.first[number - 1] if number <= len(answer.first) else answer.status
        tag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
        fresh = tag == self.headers.get("If-None-Match") or (
            not self.headers.get("If-None-Match") and self.headers.get("If-Modified-Since") == CHANGED
        )
        if status == 200 and answer.validators and fresh:
            status = 304
        conditional = "If-None-Match" in self.headers or "If-Modified-Since" in self.headers
        agent = self.headers.get("User-Agent") or ""
        self.server.asked.append(Asked(host, self.path, status, conditional, agent, time.monotonic()))
        self._send(status, answer, tag)

    def _send(self, status: int, answer: Answer, tag: str) -> None:
        body = b"" if status == 304 else answer.body
        self.send_response(status)
        self.send_header("Content-Type", answer.type)
        self.send_header("Content-Length", str(len(body)))
        if answer.validators and status in (200, 304):
            self.send_header("ETag", tag)
            self.send_header("Last-Modified", CHANGED)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if answer.cut else body)
        if answer.cut:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the crawl reports."""


@contextmanager
def running(folder: Path = SITES) -> Iterator[Server]:
    """A server in a thread, for the length of a block."""
    server = Server(folder)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
