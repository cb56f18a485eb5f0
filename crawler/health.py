"""Silence is a fault: what a source gave in a run is held against what it should give."""

from __future__ import annotations

from statistics import median

from crawler.frontier import Tally
from crawler.source import Source

UNDATED = 0.2  # share of entries without a date that a listing may have
FALL = 0.5  # of the median of earlier runs
RUNS = 5  # earlier runs that a median needs


def complaints(source: Source, tally: Tally, earlier: list[int]) -> list[str]:
    """Why the run of a source cannot be trusted to be whole; empty when it can.

    A listing that answers 304 has said that it holds what it held, so that a run with one is not held against counts.
    """
    found = []
    if tally.listings_unchanged == 0 and tally.asked:
        if tally.listed < source.least:
            found.append(
                f"its listings show {tally.listed} entries, of {source.least} at the least; "
                "look whether a selector or address changed"
            )
        if len(earlier) >= RUNS and tally.listed < FALL * median(earlier):
            found.append(
                f"its listings show {tally.listed} entries, of {median(earlier):g} in the median of earlier runs"
            )
    if tally.listed > source.most:
        found.append(
            f"its listings show {tally.listed} entries, of {source.most} at the most; look whether a filter is ignored"
        )
    if source.dated and tally.listed and tally.undated > UNDATED * tally.listed and source.select("entry_date"):
        found.append(f"{tally.undated} of {tally.listed} entries have no date; look for where the listing keeps it")
    return [f"{source.id}: {text}" for text in found]
