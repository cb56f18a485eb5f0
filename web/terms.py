"""What a reader types, as a safe FTS5 expression: words, ``"a phrase"``, ``prefix*`` and ``-without``."""

from __future__ import annotations

import re

TERM = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))')
MOST_TERMS = 20
APOSTROPHES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})


def match_expression(typed: str) -> str | None:
    """The MATCH expression for what was typed; None when it holds nothing that could be found."""
    wanted: list[str] = []
    unwanted: list[str] = []
    for minus, phrase, word in TERM.findall(typed.translate(APOSTROPHES))[:MOST_TERMS]:
        term = _quoted(phrase or word, starts=not phrase and word.endswith("*"))
        if term:
            (unwanted if minus else wanted).append(term)
    if not wanted:
        return None
    return " ".join(wanted) + "".join(f" NOT {term}" for term in unwanted)


def _quoted(text: str, starts: bool) -> str:
    """A string of FTS5; empty when the tokeniser would find no letter or digit in it."""
    words = re.findall(r"[^\W_]+", text)
    return f'"{" ".join(words)}"' + (" *" if starts else "") if words else ""
