"""Vocabulary and patterns from the data files of ``extract/data``, read once and when first asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from breakeven_errors import SourceError


@cache
def vocabulary(name: str) -> dict[str, Any]:
    """The data file ``extract/data/NAME.yml`` as a dictionary."""
    path = files("extract") / "data" / f"{name}.yml"
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise SourceError(f"extract/data/{name}.yml cannot be read: {error}. Restore it from the package.") from error
    if not isinstance(found, dict):
        raise SourceError(
            f"extract/data/{name}.yml must be a mapping of names to patterns. Restore it from the package."
        )
    return found


def squeeze(pattern: str) -> str:
    """A pattern from a data file on one line: its line breaks are layout, its escaped spaces are spaces."""
    return re.sub(r"\n\s*", "", pattern.strip("\n")).replace("\\ ", " ")


def compiled(pattern: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    """A pattern of a data file, compiled; upper and lower case are the same unless ``flags`` say otherwise."""
    return re.compile(squeeze(pattern), flags)


def any_of(words: Iterable[str]) -> str:
    """An alternation of literal words, longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


def lower_case(text: str) -> str:
    """The text in lower case with every character where it was."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
