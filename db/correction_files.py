"""Corrections as files: CSV in and out, and corrected documents as gold files for ``evaluate``."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from pathlib import Path, PurePosixPath
from typing import Any, TextIO

from sqlite_utils import Database

from breakeven_errors import BreakevenError, UsageError
from db import corrections

COLUMNS = ("fact", "document", "quote", "start", "field", "value", "reason", "by", "at")
FIELDS = (
    *("quote", "sentence", "start", "end", "unit", "low", "high", "qualifier", "kind", "organisation", "period"),
    *("status", "basis", "polarity"),
)


def read_csv(db: Database, path: Path) -> tuple[int, list[str]]:
    """Keep the corrections of a CSV file with the columns of :data:`COLUMNS`, of which some may be lacking.

    Rows of one figure belong together. Returns how many rows were taken, and a line for each figure that was not.
    """
    figures = _figures(path)
    taken, failed = 0, []
    for line, row in figures:
        try:
            taken += len(corrections.correct(db, row))
        except BreakevenError as error:
            failed.append(f"{path}, line {line}: {error}")
    return taken, failed


def _figures(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """One entry a figure, reason and person: the line that it starts on, and what :func:`corrections.correct` takes."""
    found: dict[tuple[str, ...], tuple[int, dict[str, Any]]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            _check_header(path, reader.fieldnames)
            for line, row in enumerate(reader, 2):
                cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
                key = tuple(cells[name] for name in COLUMNS if name not in ("field", "value"))
                entry = found.setdefault(key, (line, _entry(path, line, cells)))
                entry[1]["fields"][cells["field"]] = cells["value"]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: cannot be read as CSV in UTF-8 ({error})") from error
    return list(found.values())


def _check_header(path: Path, header: Any) -> None:  # noqa: ANN401 - csv gives None for an empty file
    lacking = {"field", "value", "reason", "by"} - set(header or ())
    if lacking or not {"fact", "quote"} & set(header or ()):
        raise UsageError(
            f"{path}: the first line names the columns: fact (or document and quote), field, value, reason, by"
        )


def _entry(path: Path, line: int, cells: dict[str, str]) -> dict[str, Any]:
    if cells["start"] and not cells["start"].isdigit():
        raise UsageError(f"{path}, line {line}: start={cells['start']}: give the place of the quote as a number")
    entry: dict[str, Any] = {name: cells[name] or None for name in ("fact", "document", "quote", "reason", "by", "at")}
    return entry | {"start": int(cells["start"]) if cells["start"] else None, "fields": {}}


def write_csv(db: Database, out: TextIO) -> int:
    """Write every correction, oldest first, so that another database can take them; returns how many."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    rows = db.execute(f"select {', '.join(COLUMNS)} from corrections order by at, rowid").fetchall()  # noqa: S608
    writer.writerows(rows)
    return len(rows)


def write_gold(db: Database, folder: Path) -> int:
    """Write each corrected document as a gold file with its text, all facts as they stand; returns how many.

    The folder is one for ``breakeven evaluate``. The texts are their publishers' own: keep them where you may.
    """
    folder.mkdir(parents=True, exist_ok=True)
    query = """select d.id, d.path, d.url, d.title, d.kind, d.publisher, d.published, d.text from documents d
               where d.id in (select document from corrections where state = 'applied') order by d.id"""
    rows = list(db.query(query))
    stems = _stems(rows)
    for row in rows:
        gold = _gold(db, row, stems[row["id"]])
        (folder / f"{stems[row['id']]}.json").write_text(
            json.dumps(gold, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        (folder / f"{stems[row['id']]}.txt").write_text(row["text"], encoding="utf-8")
    return len(rows)


def _stems(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Names by which ``evaluate`` finds the documents again: the last part of path or address, else the id."""
    by_stem: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        by_stem[PurePosixPath(row["path"] or row["url"] or row["id"]).stem].append(row["id"])
    return {key: stem if len(keys) == 1 and stem else key for stem, keys in by_stem.items() for key in keys}


def _gold(db: Database, row: dict[str, Any], stem: str) -> dict[str, Any]:
    facts = db.query("select * from facts where document = ? order by start", [row["id"]])
    named = db.execute(
        "select organisation from document_organisations where document = ? order by first_start", [row["id"]]
    )
    return {
        "id": stem,
        **{name: row[name] for name in ("title", "kind", "publisher", "published")},
        "facts": [{name: fact[name] for name in FIELDS} for fact in facts],
        "organisations": [organisation for (organisation,) in named.fetchall()],
    }
