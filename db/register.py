"""The shipped register of organisations into its tables."""

from __future__ import annotations

from dataclasses import asdict

from sqlite_utils import Database

from extract import register


def fill(db: Database) -> None:
    """Add the organisations, names and relations of the shipped register that the database does not hold yet.

    What is there stays as it is: ``organisations sync`` may have brought newer facts.
    """
    shipped = register.load()
    with db.atomic():
        db.table("organisations").insert_all((asdict(one) for one in shipped.organisations.values()), ignore=True)
        db.table("organisation_names").insert_all((asdict(name) for name in shipped.names), ignore=True)
        db.table("organisation_relations").insert_all((asdict(relation) for relation in shipped.relations), ignore=True)
