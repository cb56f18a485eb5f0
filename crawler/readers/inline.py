"""Runs of inline HTML as the text that a reader sees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, TypeAlias

from crawler.readers.base import fold, settings

Element: TypeAlias = Any  # lxml.html.HtmlElement: lxml has no usable types of its own

_BREAK = "\x1e"  # a forced line break, until white space has been collapsed
_RAISED = str.maketrans("0123456789abcdefghijklmnoprstuvwxyz+-()", "⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ⁺⁻⁽⁾")
_MARK = re.compile(r"\d{1,3}(?:[,\s]+\d{1,3})*|[a-z](?:,\s*[a-z])*")


@cache
def element_names(group: str) -> frozenset[str]:
    """Names of HTML elements that stand apart (``blocks``) or show no text (``unseen``)."""
    return frozenset(settings()["elements"][group])


def inline_text(content: Element | list[str | Element], breaks: str = "\n") -> str:
    """The text of an element, or of a run of strings and elements; ``breaks`` stands for each forced line break."""
    run = content if isinstance(content, list) else [content.text or "", *_children(content)]
    raw = "".join(piece for part in run for piece in _pieces(part))
    lines = [fold(line).strip() for line in raw.split(_BREAK)]
    return breaks.join(lines).strip() if breaks == "\n" else " ".join(line for line in lines if line)


def _children(element: Element) -> Iterator[str | Element]:
    for child in element:
        yield child
        yield child.tail or ""


def _pieces(part: str | Element) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif not isinstance(part.tag, str) or part.tag in element_names("unseen"):
        return
    elif part.tag == "br":
        yield _BREAK
    elif part.tag in ("sup", "sub"):
        yield _raised(part)
    else:
        # Block elements within a run (paragraphs in a cell) are set apart by a space.
        apart = " " if part.tag in ("p", "div", "li", "ul", "ol", "td", "tr", "dd", "dt") else ""
        yield apart + (part.text or "")
        for child in _children(part):
            yield from _pieces(child)
        yield apart


def _raised(element: Element) -> str:
    """A note's mark as superscript characters: set as plain digits it would lengthen the figure before it."""
    text = fold(element.text_content()).strip()
    if element.tag == "sup" and _MARK.fullmatch(text):
        return text.translate(_RAISED)
    return text
