"""What people corrected, and how it outlives every re-extraction.

A correction is a row: a fact, one field, its right value, a reason, who and when. It finds its figure again by id,
else by quote and place. A figure that extraction no longer finds is put back from what it was; one whose text is gone
is reported.

Fields are those of a fact, and: ``verdict`` (``wrong``: no such figure, ``right``: it stands, ``missing``: extraction
has not found it), ``same`` and ``apart`` (the other figure or announcement that this is, or is not, the same thing as).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from breakeven_errors import UsageError
from db import announcements, ids, periods
from db.progress import warn
from db.store import now

Row = dict[str, Any]

CHOICES = {
    "verdict": ("wrong", "right", "missing"),
    "unit": ("GBP", "percent", "posts"),
    "kind": ("saving", "job_cut", "deficit", "surplus", "funding", "cost", "survey", "performance", "other"),
    "status": ("actual", "planned", "forecast", "possible"),
    "qualifier": ("exact", "about", "over", "under", "at_least", "at_most"),
    "polarity": ("stated", "denied"),
}
NUMBERS = ("low", "high")
TEXTS = ("period", "basis", "measure", "organisation", "speaker")
RULINGS = ("same", "apart")
REQUIRED = ("unit", "low", "kind")


def correct(db: Database, row: Row) -> list[Row]:
    """Check and keep corrections of one figure, apply them, and link anew.

    ``row`` has ``fact``, or ``document`` and ``quote`` (and ``start``, where the quote stands more than once), the
    ``fields`` {name: value}, ``reason``, ``by`` and perhaps ``at``. Returns the rows kept. Raises
    :class:`breakeven_errors.UsageError` for what cannot be meant.
    """
    with db.atomic():
        kept = _keep(db, row)
        for document in {one["document"] for one in kept}:
            apply(db, document)
        for one in kept:
            if one["field"] in RULINGS:
                announcements.queue(db, [one["fact"], one["value"]])
        announcements.rebuild(db)
    return kept


def _keep(db: Database, row: Row) -> list[Row]:
    fact = _fact_of(db, row)
    place = _place(db, row, fact)
    values = {name: _checked(db, name, value) for name, value in row["fields"].items()}
    if fact is None and values.get("verdict") == "missing":
        _check_missing(values, place)
    base = {**place, "reason": _needed(row, "reason"), "by": _needed(row, "by"), "at": row.get("at") or now()}
    snapshot = json.dumps(fact or _new_fact(db, base, values), ensure_ascii=False, sort_keys=True)
    kept = []
    for name, value in values.items():
        one = base | {
            "field": name,
            "value": value,
            "snapshot": snapshot,
            "was": _text(fact.get(name)) if fact else None,
        }
        one["id"] = ids.digest("correction", *(one[key] for key in ("fact", "field", "value", "reason", "by", "at")))
        db.table("corrections").insert(one, ignore=True)
        kept.append(one)
    return kept


def _needed(row: Row, name: str) -> str:
    text = str(row.get(name) or "").strip()
    if not text:
        raise UsageError(
            f"correction of {row.get('fact') or row.get('quote')!r}: give `{name}`, for others will read it"
        )
    return text


def _text(value: object) -> str | None:
    return None if value is None else f"{value:.15g}" if isinstance(value, float) else str(value)


def _fact_of(db: Database, row: Row) -> Row | None:
    """The fact that is meant, if extraction has found it; of several with one quote, the one nearest to ``start``."""
    if row.get("fact"):
        found = list(db.query("select * from facts where id = ?", [row["fact"]]))
        return found[0] if found else None
    return _nearest(db, row.get("document") or "", row.get("quote") or "", row.get("start"))


def _nearest(db: Database, document: str, quote: str, start: int | None) -> Row | None:
    query = "select * from facts where document = ? and quote = ? order by abs(start - ?), start limit 1"
    return next(iter(db.query(query, [document, quote, start or 0])), None)


def _place(db: Database, row: Row, fact: Row | None) -> Row:
    """Fact, document, quote and start of what is corrected; a fact that is gone is known from earlier corrections."""
    if fact:
        return {"fact": fact["id"], **{name: fact[name] for name in ("document", "quote", "start")}}
    if row.get("fact"):
        query = "select fact, document, quote, start from corrections where fact = ? order by at desc limit 1"
        known = list(db.query(query, [row["fact"]]))
        if not known and row.get("document") and row.get("quote"):
            return _place_in_text(db, row)
        if not known:
            raise UsageError(
                f"{row['fact']}: there is no such fact; ids are in the table `facts` and on each figure's page"
            )
        return known[0]
    return _place_in_text(db, row)


def _place_in_text(db: Database, row: Row) -> Row:
    document, quote = row.get("document") or "", row.get("quote") or ""
    text = _text_of(db, document)
    if text is None:
        raise UsageError(f"{document!r}: there is no such document; give its id, from the table `documents`")
    start = nearest_place(text, quote, row.get("start"))
    if not quote or start is None:
        raise UsageError(f"{document}: the words {quote!r} do not stand in it; copy them letter for letter")
    if row.get("start") is None and text.count(quote) > 1:
        raise UsageError(f"{document}: {quote!r} stands there {text.count(quote)} times; say which with --start")
    return {"fact": ids.digest("missing", document, quote, start), "document": document, "quote": quote, "start": start}


def _text_of(db: Database, document: str) -> str | None:
    row = db.execute("select text from documents where id = ?", [document]).fetchone()
    return row[0] if row else None


def nearest_place(text: str, quote: str, start: int | None) -> int | None:
    """Where a quote stands in a text: of several places the one nearest to ``start``; None when it does not."""
    places, at = [], text.find(quote) if quote else -1
    while at >= 0:
        places.append(at)
        at = text.find(quote, at + 1)
    return min(places, key=lambda place: abs(place - (start or 0))) if places else None


# -- what may be said


def _checked(db: Database, name: str, value: object) -> str | None:
    text = str(value).strip() if value is not None else ""
    if name in CHOICES:
        if text not in CHOICES[name]:
            raise UsageError(f"{name}={text}: {name} is one of {', '.join(CHOICES[name])}")
        return text
    if name in NUMBERS:
        return _number(name, text)
    if name in RULINGS:
        return _other(db, name, text)
    if name not in TEXTS:
        known = (*CHOICES, *NUMBERS, *TEXTS, *RULINGS)
        raise UsageError(f"{name}: there is no such field; the fields are {', '.join(known)}")
    return _checked_text(db, name, text)


def _number(name: str, text: str) -> str:
    try:
        return f"{float(text):.15g}"
    except ValueError as error:
        raise UsageError(f"{name}={text}: give a plain number in full units, such as 97000000") from error


def _checked_text(db: Database, name: str, text: str) -> str | None:
    if not text:
        return None
    if name in ("organisation", "speaker") and not db.table("organisations").count_where("id = ?", [text]):
        raise UsageError(f"{name}={text}: there is no such id in the register; see the table `organisations`")
    if name == "period" and not periods.is_label(text):
        raise UsageError(f"period={text}: write it as 2025/26, 2025, 2023/24-2025/26 or 2018/19-")
    return text


def _other(db: Database, name: str, text: str) -> str:
    """The other figure of a ruling: a fact, or the headline of an announcement under any id that it has had."""
    if db.table("facts").count_where("id = ?", [text]):
        return text
    query = """select headline from announcements where id = :id or id = (select announcement from announcement_aliases
               where alias = :id)"""
    found = db.execute(query, {"id": text}).fetchone()
    if not found or not found[0]:
        raise UsageError(f"{name}={text}: there is neither a fact nor an announcement with this id")
    return found[0]


def _check_missing(values: Row, place: Row) -> None:
    lacking = [name for name in REQUIRED if not values.get(name)]
    if lacking:
        raise UsageError(f"{place['quote']!r}: a missing figure needs {', '.join(f'{name}=' for name in lacking)} too")


def _new_fact(db: Database, place: Row, values: Row) -> Row:
    """A figure that extraction has not found, as a fact with what was said of it and the words around it."""
    text = _text_of(db, place["document"]) or ""
    end = place["start"] + len(place["quote"])
    return {
        "id": place["fact"],
        "document": place["document"],
        "quote": place["quote"],
        "start": place["start"],
        "end": end,
        "sentence": _sentence(text, place["start"], end),
        "high": float(values.get("high") or values.get("low") or 0),
        **{"qualifier": "exact", "status": "planned", "polarity": "stated", "organisation": None, "period": None},
        **{"basis": None, "speaker": None, "measure": None, "period_start": None, "period_end": None, "passage": None},
        **{"confidence": 1.0, "rule": "correction", "pipeline": "correction"},
    }


def _sentence(text: str, start: int, end: int) -> str:
    """The words of one line around a place, from the end of the sentence before to the end of its own."""
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end)
    line_end = len(text) if line_end < 0 else line_end
    left = max(
        (text.rfind(mark, line_start, start) + 2 for mark in (". ", "! ", "? ") if mark in text[line_start:start]),
        default=line_start,
    )
    stops = [at + 1 for mark in (". ", "! ", "? ") if (at := text.find(mark, end, line_end)) >= 0]
    return text[left : min(stops, default=line_end)]


# -- applying


def apply(db: Database, document: str) -> None:
    """Put every correction of a document onto its facts; called whenever its facts were extracted."""
    rows = list(db.query("select * from corrections where document = ? order by at, rowid", [document]))
    if not rows:
        return
    by_fact: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_fact[row["fact"]].append(row)
    text = _text_of(db, document) or ""
    for group in by_fact.values():
        _set_state(db, group, _apply_to_one(db, text, group))


def _apply_to_one(db: Database, text: str, group: list[Row]) -> str:
    """Apply the corrections of one figure; returns the state that they are in."""
    last = group[-1]
    verdict = next((row["value"] for row in reversed(group) if row["field"] == "verdict"), None)
    found = _found(db, last)
    if verdict == "wrong":
        if found:
            db.execute("delete from facts where id = ?", [found["id"]])
        return "applied"
    start = nearest_place(text, last["quote"], last["start"])
    if not found and start is None:
        return "text is gone"
    fact = found or _restored(db, last, text, start or 0)
    fact |= {row["field"]: row["value"] for row in group if row["field"] not in ("verdict", *RULINGS)}
    _write(db, fact)
    if fact["id"] != last["fact"]:
        _move(db, last["fact"], fact["id"])
    return "applied"


def _found(db: Database, row: Row) -> Row | None:
    found = list(db.query("select * from facts where id = ?", [row["fact"]]))
    return found[0] if found else _nearest(db, row["document"], row["quote"], row["start"])


def _restored(db: Database, row: Row, text: str, start: int) -> Row:
    """The figure as it was when it was corrected, at the place where its words stand now."""
    fact: Row = json.loads(row["snapshot"])
    end = start + len(row["quote"])
    if fact["sentence"] not in text:
        fact["sentence"] = _sentence(text, start, end)
    passage = db.execute(
        'select id from passages where document = ? and start <= ? and "end" >= ? order by start desc limit 1',
        [row["document"], start, end],
    ).fetchone()
    return fact | {"id": row["fact"], "start": start, "end": end, "passage": passage[0] if passage else None}


def _write(db: Database, fact: Row) -> None:
    low, high = float(fact["low"]), float(fact["high"])
    first, last = periods.dates(fact["period"])
    fact |= {"low": min(low, high), "high": max(low, high), "period_start": first, "period_end": last}
    before = list(db.query("select * from facts where id = ?", [fact["id"]]))
    if not before or before[0] != fact:
        db.table("facts").upsert(fact, pk="id")


def _move(db: Database, old: str, new: str) -> None:
    """Follow a figure that has another id since its document changed."""
    db.execute("update corrections set fact = ? where fact = ?", [new, old])
    db.execute("update corrections set value = ? where value = ? and field in ('same', 'apart')", [new, old])


def _set_state(db: Database, group: list[Row], state: str) -> None:
    for row in group:
        if row["state"] != state:
            db.execute("update corrections set state = ? where id = ?", [state, row["id"]])
    if state != "applied" and any(row["state"] == "applied" for row in group):
        warn(f"document {group[0]['document']}: {group[0]['quote']!r} was corrected, and its words are gone")


def pending(db: Database) -> Iterable[Row]:
    """Corrections whose text is gone, for people to look at."""
    return db.query("select * from corrections_log where state <> 'applied' order by at, document, quote")
