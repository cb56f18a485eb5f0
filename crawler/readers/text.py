"""Plain text and markdown. The text is the file's own: only line ends, byte-order mark and NUL are touched."""

from __future__ import annotations

import re
from typing import Any

import yaml

from crawler.document import Document
from crawler.readers import head
from crawler.readers.base import Input, limit
from crawler.readers.dates import iso_date
from crawler.readers.formats import SUFFIXES, suffix_of
from crawler.readers.plain import layout

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def decode(source: Input) -> str:
    """The input's characters: by its byte-order mark, else UTF-8, else Windows-1252.

    Guessing among many encodings loses pound signs on short files; NHS files are one of these.
    """
    encoding = next((name for mark, name in _MARKS if source.data.startswith(mark)), "utf-8")
    try:
        text = source.data.decode(encoding)
    except UnicodeDecodeError:
        text = _windows(source)
    odd = sum(1 for c in text[:20_000] if c < " " and c not in "\t\n\r\f\v" and c != "\x00")
    if odd + text[:20_000].count("\x00") * 2 > 0.1 * min(len(text), 20_000):
        raise source.error("it is not text", "give the document itself, or name it after its format")
    text = text.lstrip("\ufeff").replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > limit("max_line") and max(map(len, text.split("\n"))) > limit("max_line"):
        raise source.error(f"a line of it is longer than {limit('max_line'):,} characters", "break it into lines")
    return text


def _windows(source: Input) -> str:
    """The input as Windows-1252, unless it has too many letters beyond ASCII to be English in it."""
    text = source.data.decode("cp1252", "replace")
    if "\ufffd" in text or sum(c > "\x7f" for c in text) > 0.3 * len(text):
        raise source.error("its encoding is unknown", "save it as UTF-8")
    return text


def read(source: Input) -> Document:
    """Read text or markdown; headline, date and kind come from front matter, then from the first lines."""
    text = decode(source)
    markdown = SUFFIXES.get(suffix_of(source)) == "markdown" or "markdown" in (source.media_type or "")
    front = front_matter(text) if text.startswith("---") else {}
    blocks, tables = layout(text, markdown=markdown or bool(front))
    document = Document(text, blocks, tables)
    _apply(front, document)
    matter = _FRONT_MATTER.match(text) if front else None
    head.complete(document, text[matter.end() :] if matter else text)
    return document


def front_matter(text: str) -> dict[str, Any]:
    """The YAML mapping at the head of a text, or an empty one: bad YAML is body text, not an error."""
    found = _FRONT_MATTER.match(text)
    if found is None:
        return {}
    try:
        loaded = yaml.safe_load(found.group(1))
    except (yaml.YAMLError, ValueError):
        return {}
    return {str(key).lower(): value for key, value in loaded.items()} if isinstance(loaded, dict) else {}


def _apply(front: dict[str, Any], document: Document) -> None:
    for name in ("title", "author", "publisher", "kind", "reference", "language"):
        if isinstance(front.get(name), str):
            setattr(document, name, front[name].strip() or None)
    if document.kind not in head.kinds():
        document.kind = None
    document.published = iso_date(front.get("date") or front.get("published"))
    document.updated = iso_date(front.get("updated") or front.get("last_modified_at"))
