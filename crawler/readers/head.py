"""What the first lines of a document say of it: headline, date, reference, kind."""

from __future__ import annotations

import re
from functools import cache

from crawler.document import Document
from crawler.readers.base import settings
from crawler.readers.dates import DATE, from_match

_MARKUP = re.compile(r"^[#>*_\s]+|[*_\s]+$")


def kinds() -> set[str]:
    """The kinds of document that there are."""
    return set(settings()["kinds"])


@cache
def _pattern(*path: str) -> re.Pattern[str]:
    found = settings()
    for name in path:
        found = found[name]
    return re.compile(str(found), re.IGNORECASE)


def complete(document: Document, body: str | None = None) -> None:
    """Fill in what is still unknown of ``document`` from its text, or from ``body`` when that is not all of it."""
    lines = _lines(document.text if body is None else body)
    document.title = document.title or _headline(lines)
    document.published = document.published or _published(lines)
    document.updated = document.updated or _labelled(lines, "updated")
    document.reference = document.reference or _reference(lines)
    document.kind = document.kind or _kind(document, lines)


def _lines(text: str) -> list[str]:
    """The first lines with words in them, without markdown's marks."""
    head = text[: settings()["head"]["characters"]]
    cleaned = (_MARKUP.sub("", line).replace("**", "") for line in head.split("\n"))
    return [line for line in cleaned if any(c.isalnum() for c in line)][: settings()["head"]["lines"]]


def _headline(lines: list[str]) -> str | None:
    """The first line that can be a headline; not a label, banner or date, and before any long paragraph."""
    banners = []
    for line in lines[:12]:
        if len(line) > 200 or (len(line) > 80 and line.endswith(".")):
            break  # a sentence: the body has begun
        if _pattern("head", "not_headline").search(line) or DATE.fullmatch(line):
            continue
        if line.isupper():
            banners.append(line)
        elif len(banners) < 2 and len(line.split()) >= 3:
            return line
    # Of several banners the first names the publisher or the series, the last the document.
    return banners[-1] if banners else None


def _published(lines: list[str]) -> str | None:
    return _labelled(lines, "published") or _bare_date(lines)


def _labelled(lines: list[str], label: str) -> str | None:
    pattern = _pattern("head", label)
    for line in lines:
        found = pattern.search(line)
        date = DATE.search(line, found.end()) if found else None
        # Only a few words (a weekday, a time) may stand between the label and its date.
        if found and date and date.start() - found.end() <= 25:
            return from_match(date)
    return None


def _bare_date(lines: list[str]) -> str | None:
    """A date that is a line of its own or closes a short one, unless the words before make it another kind of date."""
    for line in lines[: settings()["head"]["date_lines"]]:
        if len(line) > 160:
            continue
        found = list(DATE.finditer(line))
        if len(found) != 1 or _pattern("head", "other_date").search(line[: found[0].start()]):
            continue
        before, after = line[: found[0].start()].split(), line[found[0].end() :].strip(" .,*_|·")
        if len(before) <= 14 and len(after) <= 40:
            return from_match(found[0])
    return None


def _reference(lines: list[str]) -> str | None:
    for line in lines:
        found = _pattern("head", "reference").search(line)
        if found:
            return found.group(found.lastindex or 0)
    return None


def _kind(document: Document, lines: list[str]) -> str | None:
    """The first kind whose pattern is in the place that it looks at: the title, the first lines or the address."""
    places = {"title": document.title or "", "head": "\n".join(lines), "url": document.url or ""}
    for rule in settings()["kind_rules"]:
        if re.search(rule["pattern"], places[rule["in"]], re.IGNORECASE | re.MULTILINE):
            return str(rule["kind"])
    return None
