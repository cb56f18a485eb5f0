"""Documents and results made by hand, for tests of the database."""

import re

from crawler.document import Block, Cell, Document, Table
from extract.facts import Fact, Mention, Result, TableValue

SENTENCE = "The trust will cut 200 jobs by 2027, and save £1.5m."
TEXT = f"Jobs to go\n\n{SENTENCE}\n\nWard\tCost\nA1\t£2m"


def document(text=TEXT, **known):
    """A heading, a paragraph and a table; ``known`` are further fields."""
    blocks, start = [], 0
    for number, part in enumerate(text.split("\n\n")):
        kind = "heading" if number == 0 else "paragraph"
        blocks.append(Block(kind, start, start + len(part), None if number == 0 else "Jobs to go", level=number == 0))
        start += len(part) + 2
    place = text.find("A1\t£2m")
    cells = [Cell(1, 0, "A1", place, place + 2), Cell(1, 1, "£2m", place + 3, place + 6, row_span=2)]
    tables = [Table(1, text.find("Ward"), place + 6, cells)] if place >= 0 else []
    return Document(text, blocks, tables, raw=text.encode(), **({"published": "2026-02-03"} | known))


def fact(text=TEXT, quote="200 jobs", unit="posts", value=200.0, **changed):
    """A fact whose quote stands in ``text``."""
    start = text.index(quote)
    usual = {
        "sentence": next(line for line in text.split("\n\n") if quote in line),
        "qualifier": "exact",
        "kind": "job_cut",
        "organisation": "RX1",
        "period": "2027",
        "period_start": "2027-01-01",
        "period_end": "2027-12-31",
        "status": "planned",
        "basis": "jobs",
        "polarity": "stated",
        "speaker": None,
        "measure": "jobs",
        "confidence": 0.9,
        "rule": "count/cue",
    }
    low_high = {"low": value, "high": value}
    return Fact(start=start, end=start + len(quote), quote=quote, unit=unit, **(usual | low_high | changed))


def result(text=TEXT):
    """Two facts, two mentions of one body (a name and its hospital), one table value that is a fact."""
    jobs = re.search(r"(\d+) jobs", text)
    facts = [
        fact(text, jobs[0], value=float(jobs[1])),
        fact(text, "£2m", "GBP", 2e6, kind="cost", basis=None),
    ]
    at = text.index("The trust")
    mentions = [Mention(at, at + 9, "The trust", "RX1"), Mention(0, 4, "Jobs", "RX1", kind="site")]
    values = [TableValue(1, None, 1, 1, "A1", "Cost", "£2m", 2e6, "GBP", "RX1", fact=1)]
    return Result(facts, mentions, values)
