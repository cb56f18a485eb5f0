"""Tells a page's main content from its furniture: menus, banners, related links, footers, forms."""

from __future__ import annotations

import re
from functools import cache

from crawler.readers.base import fold, settings
from crawler.readers.inline import Element, element_names

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def main_content(tree: Element) -> list[Element]:
    """The elements that hold the main content, in order, with the furniture inside them cut out of ``tree``."""
    _drop_unseen(tree)
    headline = next(tree.iter("h1"), None)
    root = _declared(tree)
    if root is None:
        body = tree.find("body") if tree.tag == "html" else tree
        _prune(tree if body is None else body, headline)
        root = _largest_article(tree if body is None else body)
    else:
        _prune(root, headline)
    if headline is None or root in (headline, *headline.iterancestors()):
        return [root]
    # A headline in a banner above the main content belongs to it all the same, unless it is the site's name.
    return [root] if next(root.iter("h1"), None) is not None else [headline, root]


def _length(element: Element) -> int:
    return len("".join(fold(element.text_content()).split()))


def _declared(tree: Element) -> Element | None:
    """The longest element that says that it is the main content."""
    found = tree.xpath("//main | //*[@role='main'] | //*[@itemprop='articleBody']")
    found = found or tree.xpath("//*[@id='main-content' or @id='maincontent' or @id='main']")
    root = max(found, key=_length, default=None)
    # One that is nearly empty is filled by a script, or wraps the headline only.
    return root if root is not None and _length(root) > 0.2 * _length(tree) else None


def _largest_article(body: Element) -> Element:
    largest = max(body.iter("article"), key=_length, default=None)
    return largest if largest is not None and _length(largest) >= 0.5 * _length(body) else body


def _drop_unseen(tree: Element) -> None:
    unseen = element_names("unseen") - {"head", "title", "meta", "link"}
    for element in list(tree.iter()):
        if element.tag in ("html", "body", "main", "article"):
            continue
        hidden = element.get("hidden") is not None or _HIDDEN.search(element.get("style") or "")
        if element.tag in unseen or hidden:
            _drop(element)


def _prune(root: Element, headline: Element | None) -> None:
    kept = {root, *([headline, *headline.iterancestors()] if headline is not None else [])}
    whole = _length(root)
    for element in list(root.iterdescendants()):
        if element in kept or element.getparent() is None:
            continue
        if _is_furniture(element) and _length(element) <= 0.5 * whole:
            _drop(element)
    for heading in list(root.iter(*_HEADINGS)):
        if _furniture_heading().fullmatch(fold(heading.text_content()).strip()):
            _drop_section(heading)
    for element in list(root.iter("p", "div", "span", "li", "a")):
        text = fold(element.text_content()).strip()
        if len(text) < 120 and _furniture_line().fullmatch(text):
            _drop(element)


def _drop(element: Element) -> None:
    """Cut an element out; the text after it stays."""
    if element.getparent() is not None:
        element.drop_tree()


def _drop_section(heading: Element) -> None:
    """Cut out a heading such as *Related content* and the lists of links that it heads."""
    following = list(heading.itersiblings())
    _drop(heading)
    for element in following:
        if element.tag in _HEADINGS or not (_is_link_list(element) or element.tag in ("ul", "ol", "nav")):
            break
        _drop(element)


def _is_furniture(element: Element) -> bool:
    tag = element.tag
    if not isinstance(tag, str):
        return True
    if tag in ("nav", "footer", "dialog", "menu") or element.get("role") in settings()["furniture"]["roles"]:
        return True
    in_article = next(element.iterancestors("article"), None) is not None
    if tag == "aside":
        return not in_article or _is_link_list(element) or _has_cue(element)
    if tag == "header":
        return not in_article
    if tag == "form":
        return next(element.iterdescendants("h1", "article", "table"), None) is None
    return _has_cue(element) or (tag in ("ul", "ol", "div", "section") and _is_menu(element))


def _has_cue(element: Element) -> bool:
    """Whether its class, id or label holds one of the words that builders of sites give to furniture."""
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    if not names.strip() and not element.get("aria-label"):
        return False
    if any(_cues().search("-" + "-".join(_WORD.findall(name)).lower() + "-") for name in names.split()):
        return True
    return bool(re.search(settings()["furniture"]["labels"], element.get("aria-label") or "", re.IGNORECASE))


def _is_menu(element: Element) -> bool:
    """Whether it is three or more short links and nothing else."""
    links = list(element.iter("a"))
    if len(links) < 3 or next(element.iter("p", "table", "h1", "h2"), None) is not None:
        return False
    linked = sum(_length(link) for link in links)
    return linked >= 0.9 * _length(element) and linked / len(links) <= 40


def _is_link_list(element: Element) -> bool:
    whole = _length(element)
    return whole > 0 and sum(_length(link) for link in element.iter("a")) >= 0.6 * whole


@cache
def _cues() -> re.Pattern[str]:
    return re.compile("-(?:" + "|".join(settings()["furniture"]["cues"]) + ")-")


@cache
def _furniture_heading() -> re.Pattern[str]:
    return re.compile(settings()["furniture"]["headings"], re.IGNORECASE)


@cache
def _furniture_line() -> re.Pattern[str]:
    return re.compile(settings()["furniture"]["lines"], re.IGNORECASE)
