"""For pictures and tests: Chromium from ``$BREAKEVEN_CHROMIUM`` or the path, and the site on a loopback port."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from breakeven_errors import UsageError
from web.serve import datasette_for

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def chromium() -> str | None:
    """The path of a Chromium, None when there is none."""
    return os.environ.get("BREAKEVEN_CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def serving(db_path: Path) -> Iterator[str]:
    """The site over a database on a free port of loopback; gives its address."""
    config = uvicorn.Config(datasette_for(db_path).app(), host="127.0.0.1", port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started:
        if time.monotonic() > until or not thread.is_alive():
            raise UsageError(f"{db_path}: the site did not start within 20 seconds; try `breakeven serve` to see why")
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
