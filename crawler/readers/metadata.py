"""What a page says of itself: JSON-LD first, then meta tags, then elements that name a date or an author."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from crawler.readers.base import Untyped, fold, settings
from crawler.readers.dates import iso_date
from crawler.readers.inline import Element, inline_text

_CONTROL = re.compile(r"[\x00-\x1f]+")
_SITE_SUFFIX = re.compile(r"\s+[|»·–—-]\s+[^|»·–—]{2,60}$")
_SITE_PREFIX = re.compile(r"^[^|»·]{2,60}\s+»\s+")


def from_page(tree: Element) -> dict[str, Any]:
    """Fields of :class:`crawler.document.Document` that the page states, before any furniture is cut out of it."""
    linked = _linked_data(tree)
    metas = _metas(tree)
    found: dict[str, Any] = {
        "title": _headline(tree) or metas.get("og:title") or _text(linked.get("headline")) or _window_title(tree),
        "publisher": _name(linked.get("publisher")) or _first(metas, "publisher"),
        "author": _name(linked.get("author")) or _first(metas, "author") or _byline(tree),
        "published": iso_date(linked.get("datePublished")) or _date(metas, "published") or _page_date(tree),
        "updated": iso_date(linked.get("dateModified")) or _date(metas, "updated"),
        "language": (tree.get("lang") or "").split("-")[0].lower() or None,
        "kind": _kind(linked, metas),
    }
    return {name: value for name, value in found.items() if value}


def _linked_data(tree: Element) -> dict[str, Any]:
    """The first JSON-LD object that is an article, report or the like; an empty mapping when there is none."""
    for script in tree.xpath("//script[@type='application/ld+json']/text()"):
        try:
            loaded = json.loads(_CONTROL.sub(" ", str(script)))
        except (ValueError, RecursionError):
            continue
        for item in _objects(loaded):
            types = item.get("@type")
            if set(types if isinstance(types, list) else [types]) & set(settings()["metadata"]["types"]):
                return item
    return {}


def _objects(loaded: Untyped) -> Iterator[dict[str, Any]]:
    items = loaded if isinstance(loaded, list) else [loaded]
    for item in items:
        if isinstance(item, dict):
            yield item
            if isinstance(item.get("@graph"), list):
                yield from (inner for inner in item["@graph"] if isinstance(inner, dict))


def _metas(tree: Element) -> dict[str, str]:
    """Content of the meta tags by their lower-case name; the first of a name wins."""
    found: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("name") or meta.get("property") or meta.get("itemprop")
        content = fold(meta.get("content") or "").strip()
        if name and content:
            found.setdefault(name.lower(), content)
    return found


def _first(metas: dict[str, str], field: str) -> str | None:
    values = (metas[name] for name in settings()["metadata"][field] if name in metas)
    # An address in place of a name (a link to a profile) is of no use to a reader.
    return next((value for value in values if not value.startswith("http")), None)


def _date(metas: dict[str, str], field: str) -> str | None:
    return next((day for name in settings()["metadata"][field] if (day := iso_date(metas.get(name)))), None)


def _text(value: Untyped) -> str | None:
    return fold(value).strip() or None if isinstance(value, str) else None


def _name(value: Untyped) -> str | None:
    """The name in a JSON-LD person, organisation, list of these, or plain string."""
    if isinstance(value, list):
        return ", ".join(name for item in value if (name := _name(item))) or None
    return _text(value.get("name") if isinstance(value, dict) else value)


def _headline(tree: Element) -> str | None:
    """The headline in the main content, else the page's only one."""
    inside = tree.xpath("//main//h1 | //*[@role='main']//h1 | //article//h1")
    every = inside or tree.xpath("//h1")
    return inline_text(every[0], breaks=" ") or None if every and (inside or len(every) == 1) else None


def _window_title(tree: Element) -> str | None:
    title = fold(next((t.text_content() for t in tree.iter("title")), "")).strip()
    return _SITE_SUFFIX.sub("", _SITE_PREFIX.sub("", title)) or None


def _byline(tree: Element) -> str | None:
    found = tree.xpath("//*[@rel='author' or @itemprop='author']")
    return inline_text(found[0], breaks=" ") or None if found else None


def _page_date(tree: Element) -> str | None:
    """The date that an element marks as that of publication, else the first ``time`` of the article."""
    marked = tree.xpath("//*[@itemprop='datePublished' or @pubdate]")
    times = tree.xpath("(//main//time | //*[@role='main']//time | //article//time)[1]")
    for element in [*marked, *times]:
        day = iso_date(element.get("datetime") or element.get("content")) or iso_date(element.text_content())
        if day:
            return day
    return None


def _kind(linked: dict[str, Any], metas: dict[str, str]) -> str | None:
    """What the page calls itself, in our words; *article* says too little."""
    stated = [str(linked.get("@type")), *(metas.get(name, "") for name in settings()["metadata"]["kind"])]
    known: dict[str, str] = settings()["metadata"]["kinds"]
    return next((known[value.lower()] for value in stated if value.lower() in known), None)
