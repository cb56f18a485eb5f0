"""Reads an input in a child process, so that a hostile file can use up neither memory nor time, and crash nobody else.

The child is this module run as a program: a line of JSON and the bytes on its standard input, JSON on its output.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import subprocess
import sys
from typing import Any

from breakeven_errors import UnreadableInput
from crawler.document import Block, Cell, Document, Table
from crawler.readers import read, too_large
from crawler.readers.base import Input, limit
from crawler.readers.formats import recognise

# Reading these takes time and memory in proportion to their size, so a process of their own is waste.
_PLAIN = frozenset({"html", "text", "markdown", "csv"})
_PLAIN_BELOW = 5_000_000


def read_safely(data: bytes, name: str = "input", media_type: str | None = None, url: str | None = None) -> Document:
    """:func:`crawler.readers.read` within the limits ``seconds`` and ``memory_bytes`` of ``readers.yml``.

    Raises :class:`breakeven_errors.UnreadableInput` for an input that cannot be read within them, or not at all.
    """
    if len(data) > limit("max_bytes"):
        raise too_large(name, len(data))
    source = Input(data, name, media_type, url)
    if len(data) < _PLAIN_BELOW and recognise(source) in _PLAIN:
        return read(data, name, media_type, url)
    answer = _ask(source)
    if "error" in answer:
        raise UnreadableInput(answer["error"])
    document = _document(answer["document"])
    document.raw = data
    return document


def _command() -> list[str]:
    return [sys.executable, "-m", "crawler.readers.worker"]


def _ask(source: Input) -> dict[str, Any]:
    known = {"name": source.name, "media_type": source.media_type, "url": source.url}
    sent = json.dumps(known).encode() + b"\n" + source.data
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            _command(),
            input=sent,
            capture_output=True,
            timeout=limit("seconds"),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise source.error(f"it takes more than {limit('seconds')} seconds to read", "split it") from error
    if done.returncode != 0 or not done.stdout:
        raise source.error(_ending(done.returncode, done.stderr), "split it, or give another format of it")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _ending(status: int, complaint: bytes) -> str:
    allowed = limit("memory_bytes") // 1_000_000
    if status < 0 or b"MemoryError" in complaint or b"bad_alloc" in complaint:
        return f"it needs more than {allowed} MB of memory or {limit('seconds')} seconds, or it crashed its reader"
    last = complaint.decode("utf-8", "replace").strip().rsplit("\n", 1)[-1]
    return f"its reader failed ({last[:200]})"


def _document(found: dict[str, Any]) -> Document:
    """A document and its children from their JSON."""
    tables = [Table(**{**table, "cells": [Cell(*cell) for cell in table["cells"]]}) for table in found["tables"]]
    blocks = [Block(*block) for block in found["blocks"]]
    children = [_document(child) for child in found["children"]]
    raw = base64.b64decode(found["raw"])
    return Document(**{**found, "blocks": blocks, "tables": tables, "children": children, "raw": raw})


def _plain(document: Document, keep_raw: bool = False) -> dict[str, Any]:
    """A document as JSON values; its own bytes stay with the parent process, those of its children go along."""
    found: dict[str, Any] = {f.name: getattr(document, f.name) for f in dataclasses.fields(document)}
    found["raw"] = base64.b64encode(document.raw).decode() if keep_raw else ""
    found["blocks"] = [dataclasses.astuple(block) for block in document.blocks]
    found["children"] = [_plain(child, keep_raw=True) for child in document.children]
    found["tables"] = [
        {f.name: getattr(table, f.name) for f in dataclasses.fields(table)}
        | {"cells": [dataclasses.astuple(cell) for cell in table.cells]}
        for table in document.tables
    ]
    return found


def _limit_resources() -> None:
    try:
        import resource  # noqa: PLC0415 - not on Windows, where only the time is limited
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (limit("memory_bytes"), limit("memory_bytes")))
    resource.setrlimit(resource.RLIMIT_CPU, (limit("seconds"), limit("seconds") + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit("max_bytes"), limit("max_bytes")))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Read the input that stands on standard input, and answer with its document or with what is wrong."""
    _limit_resources()
    header, _, data = sys.stdin.buffer.read().partition(b"\n")
    try:
        answer: dict[str, Any] = {"document": _plain(read(data, **json.loads(header)))}
    except UnreadableInput as error:
        answer = {"error": str(error)}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
