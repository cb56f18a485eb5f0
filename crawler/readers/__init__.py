"""Every format through one door: bytes in, a :class:`crawler.document.Document` out."""

from __future__ import annotations

from importlib import import_module

from breakeven_errors import UnreadableInput
from crawler.document import Document
from crawler.readers.base import Input, limit
from crawler.readers.formats import MEDIA_TYPES, READERS, recognise


def read(
    data: bytes, name: str = "input", media_type: str | None = None, url: str | None = None, depth: int = 0
) -> Document:
    """Read one page or file.

    ``data`` is at most as long as ``max_bytes`` in ``readers.yml``; ``media_type`` is a server's Content-Type, ``name``
    a file name or path; ``depth`` counts the archives and mails that it came out of.
    Raises :class:`breakeven_errors.UnreadableInput` for what cannot be read.
    """
    source = Input(data, name, media_type, url, depth)
    if not data.strip(b"\x00 \t\r\n"):
        raise source.error("it is empty", "give a file with content")
    if len(data) > limit("max_bytes"):
        raise too_large(name, len(data))
    kind = recognise(source)
    document: Document = import_module(f"crawler.readers.{READERS[kind]}").read(source)
    if not document.text.strip() and not document.children:
        raise source.error("it holds no text", "check that it is the right file, or give another format of it")
    document.raw, document.url, document.path = data, url, name if url is None else None
    document.media_type = MEDIA_TYPES[kind]
    return document


def too_large(name: str, size: int) -> UnreadableInput:
    """The error for an input of ``size`` bytes that is over the limit."""
    allowed = limit("max_bytes") // 1_000_000
    return UnreadableInput(
        f"{name}: it has {size / 1e6:,.0f} MB and the limit is {allowed} MB; split it or raise max_bytes in readers.yml"
    )
