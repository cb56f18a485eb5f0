"""The view that follows every body to the one that stands for it today."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

migrations = Migrations("breakeven_organisations")

LINE = """
create view organisation_line as
with recursive line(organisation, present, steps) as (
    select id, id, 0 from organisations
    union
    select line.organisation, r.other, line.steps + 1
    from line join organisation_relations r on r.organisation = line.present and r.relation = 'successor'
    where (r.start is null or r.start <= date('now')) and line.steps < 12
)
select line.organisation, o.name as organisation_name, o.opened, o.closed,
    line.present, p.name as present_name, line.steps,
    case when line.steps then 'predecessor' else 'itself' end as standing
from line
join organisations o on o.id = line.organisation
join organisations p on p.id = line.present
where line.steps = 0 and (p.closed is null or p.closed >= date('now'))
    or not exists (
        select 1 from organisation_relations r
        where r.organisation = line.present and r.relation = 'successor' and (r.start is null or r.start <= date('now'))
    )
"""


@migrations()
def line(db: Database) -> None:
    """Every body with its present successors: several rows where it split."""
    db.executescript(LINE)
