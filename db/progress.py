"""Progress of long work: a bar on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")
QUIET_SECONDS = 10.0  # between two plain lines


def follow(items: Iterable[T], total: int | None, what: str) -> Iterator[T]:
    """Yield the items and show how many of ``total`` are done; ``what`` names the work."""
    if sys.stderr.isatty():
        yield from tqdm(items, total=total, desc=what, unit="")
        return
    spoken = time.monotonic()
    for number, item in enumerate(items, 1):
        yield item
        if time.monotonic() - spoken >= QUIET_SECONDS:
            spoken = time.monotonic()
            print(f"{what}: {number:,}" + (f" of {total:,}" if total else ""), flush=True)


def warn(message: str) -> None:
    """One line on stderr, above a bar if there is one."""
    tqdm.write(" ".join(message.split()), file=sys.stderr)
