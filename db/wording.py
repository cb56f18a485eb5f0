"""Figures and announcements in words, for titles, digests and feeds."""

from __future__ import annotations

_QUALIFIERS = {"about": "about ", "over": "more than ", "under": "under ", "at_least": "at least ", "at_most": "up to "}
_BASES = {
    "wte": "full-time posts",
    "people": "people",
    "jobs": "jobs",
    "redundancies": "redundancies",
    "vacancies": "vacancies",
}
_CLASSES = {
    "icb": "Integrated care boards",
    "trust": "Trusts",
    "centre": "NHS England and the department",
    "": "The NHS",
}
_WHAT = {
    "job_cut": "{figure} to go",
    "saving": "{figure} to save",
    "deficit": "deficit of {figure}",
    "funding": "{figure} of funding",
}


def number(value: float, unit: str) -> str:
    """A single value: ``£97m``, ``5.8%``, ``1,113``."""
    if unit == "percent":
        return f"{value:g}%"
    if unit != "GBP":
        return _plain(value)
    sign, value = ("-" if value < 0 else ""), abs(value)
    for size, letters in ((1e9, "bn"), (1e6, "m")):
        if value >= size:
            return f"{sign}£{_plain(value / size)}{letters}"
    return f"{sign}£{value:,.2f}".removesuffix(".00")


def _plain(value: float) -> str:
    """With commas and no more decimals than there are, three at most."""
    return f"{value:,.3f}".rstrip("0").rstrip(".")


def figure(low: float, high: float, unit: str, qualifier: str | None = None, basis: str | None = None) -> str:
    """A value or a range with its qualifier and what it counts: ``at least 430 posts``."""
    text = number(low, unit) if low == high else f"{number(low, unit)} to {number(high, unit)}"
    noun = f" {_BASES.get(basis or '', 'posts')}" if unit == "posts" else ""
    if unit == "percent" and basis:
        noun = f" of {basis.replace('_', ' ')}"
    return f"{_QUALIFIERS.get(qualifier or '', '')}{text}{noun}"


def title(kind: str, name: str, words: str, period: str | None) -> str:
    """What was announced, in one line: ``Nottingham University Hospitals: at least 430 posts to go, 2025/26``."""
    return f"{name}: {_WHAT[kind].format(figure=words)}" + (f", {period}" if period else "")


def name_of(scope: str, names: dict[str, str]) -> str:
    """Whose figure it is: a body, a few named together, or a class of bodies."""
    if scope in _CLASSES:
        return _CLASSES[scope]
    return " and ".join(names.get(part, part) for part in scope.split("+"))
