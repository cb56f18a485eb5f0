"""The register of organisations: who they are, what they have been called, and how they hang together.

Source: the Organisation Data Service (ODS) and public lists; ``data/organisations/README.md`` names them and their
licence. Ids are ODS codes, else slugs. Dates are ISO 8601 text; an open end is None.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from breakeven_errors import SourceError

FOLDER = Path(__file__).parent / "data" / "organisations"
BOARDS_BEGAN = "2022-07-01"  # a trust has had a board above it since the Health and Care Act 2022
RELATIONS = {"succeeded_by": "successor", "icb_parent": "parent", "in_area_of": "part_of"}


@dataclass(frozen=True, slots=True)
class Organisation:
    """One body. ``successor`` is the main one; splits are in the relations. Coordinates are WGS84 degrees."""

    id: str
    name: str
    short_name: str
    kind: str
    region: str | None = None
    parent: str | None = None
    status: str = "active"
    opened: str | None = None
    closed: str | None = None
    successor: str | None = None
    latitude: float | None = None
    longitude: float | None = None

    def lived(self, day: str | None) -> bool:
        """Whether the body existed on an ISO date; on an unknown day every body may have."""
        return not day or ((self.opened or "") <= day and (not self.closed or day <= self.closed))


@dataclass(frozen=True, slots=True)
class Name:
    """A spelling of an organisation's name. ``kind``: official, former, short, acronym, site, ambiguous, town."""

    organisation: str
    name: str
    kind: str
    start: str | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """``relation`` is parent, successor, part_of, cluster or hosts; ``start`` and ``end`` bound it where known."""

    organisation: str
    relation: str
    other: str
    start: str | None = None
    end: str | None = None


@dataclass(slots=True)
class Register:
    """All bodies by id, with their names and relations."""

    organisations: dict[str, Organisation]
    names: list[Name]
    relations: list[Relation]
    by_relation: dict[tuple[str, str], list[Relation]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for relation in self.relations:
            self.by_relation.setdefault((relation.organisation, relation.relation), []).append(relation)

    def successors(self, organisation: str) -> list[str]:
        """Ids of the bodies that took over directly; several where it split."""
        return [relation.other for relation in self.by_relation.get((organisation, "successor"), [])]

    def today(self, organisation: str, day: str | None = None) -> list[str]:
        """Ids of the living bodies that now stand for this one, itself if it lives on ``day`` (today by default)."""
        day = day or date.today().isoformat()
        found: list[str] = []
        queue, seen = [organisation], {organisation}
        while queue:
            current = queue.pop(0)
            heirs = [heir for heir in self.successors(current) if (self.organisations[heir].opened or "") <= day]
            if self.organisations[current].lived(day) or not heirs:
                found.append(current)
                continue
            queue += [heir for heir in heirs if heir not in seen]
            seen.update(heirs)
        return found


def load(folder: Path = FOLDER) -> Register:
    """Read the register from a folder that holds organisations.csv, aliases.csv and relations.csv."""
    organisations = {row["id"]: _organisation(row) for row in _rows(folder / "organisations.csv")}
    names = [
        Name(row["organisation"], row["alias"], row["alias_kind"], row.get("start") or None, row.get("end") or None)
        for row in _rows(folder / "aliases.csv")
    ]
    relations = _relations(organisations, _rows(folder / "relations.csv"))
    strangers = {name.organisation for name in names} | {relation.other for relation in relations}
    if unknown := sorted(strangers - organisations.keys()):
        raise SourceError(f"{folder}: no organisation {unknown[0]!r}, which a name or a relation mentions; add its row")
    return Register(organisations, names, relations)


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8") as handle:
            return list(csv.DictReader(handle))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"{path}: cannot be read as a register ({error}); restore the file") from error


def _organisation(row: dict[str, str]) -> Organisation:
    return Organisation(
        id=row["id"],
        name=row["name"],
        short_name=row["short_name"],
        kind=row["kind"],
        region=row["region"] or None,
        parent=row["parent"] or None,
        status=row["status"],
        opened=row["opened"] or None,
        closed=row["closed"] or None,
        successor=row["successor"].split(";")[0] or None,
        latitude=float(row["latitude"]) if row["latitude"] else None,
        longitude=float(row["longitude"]) if row["longitude"] else None,
    )


def _relations(organisations: dict[str, Organisation], rows: Iterable[dict[str, str]]) -> list[Relation]:
    """Relations of relations.csv, and the parents that stand in a column of organisations.csv."""
    listed = [_relation(row, organisations) for row in rows]
    moved = {relation.organisation: relation.start for relation in listed if relation.relation == "parent"}
    found: list[Relation] = []
    for one in organisations.values():
        if one.kind == "csu":
            found.append(Relation(one.parent or "X24", "hosts", one.id))
        elif one.parent:
            began = max(one.opened or "", BOARDS_BEGAN) if one.parent != "X24" else None
            found.append(Relation(one.id, "parent", one.parent, began, _day_before(moved.get(one.id)) or one.closed))
    return found + listed


def _relation(row: dict[str, str], organisations: dict[str, Organisation]) -> Relation:
    relation = Relation(row["organisation"], RELATIONS.get(row["relation"], ""), row["other"], row["date"] or None)
    if relation.relation:
        return relation
    clustered = organisations[row["other"]].kind == "icb_cluster"
    return replace(relation, relation="cluster" if clustered else "part_of")


def _day_before(day: str | None) -> str | None:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat() if day else None
