"""Recorded answers with what their parsers must make of them: ``pages/<case>.json`` beside the sample sites.

A case names its parser, source, address, the file of samples/sites that was answered, and what is expected. Run as a
program it writes the expectation of a case that has none, for a person to read before it is kept.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from crawler.frontier import Found, Lead, Page
from crawler.source import load_sources
from crawler.spiders import PARSERS

FOLDER = Path(__file__).parent / "pages"
SITES = Path(__file__).parents[1] / "samples" / "sites"
DOCUMENT = ("title", "kind", "publisher", "reference", "published", "updated", "url", "native_id", "parent")
TYPES = {
    ".html": "text/html",
    ".json": "application/json",
    ".xml": "application/xml",
    ".pdf": "application/pdf",
    ".csv": "text/csv",
}


def answer(case: dict[str, Any]) -> Page:
    """The recorded answer."""
    path = SITES / case["page"]
    lead = Lead(case["url"], case["parser"], hints=case.get("hints", {}), published=case.get("published"))
    return Page(lead, case["url"], 200, case.get("headers", {}), path.read_bytes(), TYPES[path.suffix])


def parsed(case: dict[str, Any]) -> Found:
    """What the case's parser finds."""
    return PARSERS[case["parser"]](answer(case), load_sources()[case["source"]])


def summary(found: Found) -> dict[str, Any]:
    """What is compared: documents with their words, leads, counts."""
    documents = [
        {name: value for name in DOCUMENT if (value := getattr(document, name))}
        | {"words": len(document.text.split()), "tables": len(document.tables)}
        for document in found.documents
    ]
    leads = [
        {"url": lead.url, "parser": lead.parser, "published": lead.published, "stamp": lead.stamp}
        for lead in found.leads
    ]
    following = found.following.url if found.following else None
    counts = {"listed": found.listed, "left_out": found.left_out, "undated": found.undated}
    return {"documents": documents, "leads": leads, "following": following, "alias_of": found.alias_of} | counts


if __name__ == "__main__":
    for name in sys.argv[1:]:
        file = FOLDER / f"{name}.json"
        recorded = json.loads(file.read_text(encoding="utf-8"))
        recorded["expected"] = summary(parsed(recorded))
        file.write_text(json.dumps(recorded, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
