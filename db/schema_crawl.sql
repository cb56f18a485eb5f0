-- What the crawler remembers between runs. Times are UTC with Z.

-- one row an address and source: what to ask, and what its last answer was
create table frontier (
    source text not null references sources(id),
    url text not null, -- canonical
    address text not null, -- as asked
    parser text not null,
    listing integer not null default 0 check (listing in (0, 1)),
    state text not null check (state in ('pending', 'done', 'gone', 'forbidden')),
    stamp text,
    published text,
    hints text not null default '{}',
    etag text,
    last_modified text,
    document text references documents(id) on delete set null,
    tries integer not null default 0,
    first_seen text not null,
    last_seen text,
    primary key (source, url)
);
create index idx_frontier_state on frontier(source, state);
create index idx_frontier_document on frontier(document);
create index idx_frontier_target on frontier(source, json_extract(hints, '$.target'));

-- one row a run and source: what it gave
create table source_runs (
    run text not null references runs(id) on delete cascade,
    source text not null references sources(id),
    at text not null,
    listed integer not null,
    asked integer not null,
    new integer not null,
    changed integer not null,
    unchanged integer not null,
    left_out integer not null,
    undated integer not null,
    failed integer not null,
    complete integer not null default 1 check (complete in (0, 1)),
    complaint text,
    primary key (run, source)
);
create index idx_source_runs_source_at on source_runs(source, at);

alter table sources add column rhythm_days real;

-- the document that this one repeats: by its reference at the same publisher, or by nearly the same text
alter table documents add column copy_of text references documents(id) on delete set null;
create index idx_documents_copy_of on documents(copy_of);

-- MinHash of a version's sentences, by which repeats are found
create table signatures (
    document text primary key references documents(id) on delete cascade,
    version text not null,
    hashes blob not null
);

create view source_health as
with last_run as (
    select source, max(at) as at from source_runs group by source
), gaps as (
    select source, max(first_seen) as last_new,
        (julianday(max(published)) - julianday(min(published))) / nullif(count(distinct published) - 1, 0) as gap
    from documents where source is not null and parent is null group by source
)
select s.id as source, s.name, l.at as last_looked, g.last_new,
    round(coalesce(g.gap, s.rhythm_days), 1) as normal_gap,
    r.listed, r.new, r.failed, r.left_out, r.complaint,
    case
        when l.at is null then 'never looked'
        when r.complaint is not null then 'silent'
        when r.failed > 0 and r.new + r.changed + r.unchanged = 0 then 'failing'
        when julianday('now') - julianday(g.last_new) > 3 * max(coalesce(g.gap, 0), coalesce(s.rhythm_days, 0), 1) then 'late'
        else 'ok'
    end as state
from sources s
left join last_run l on l.source = s.id
left join source_runs r on r.source = s.id and r.at = l.at
left join gaps g on g.source = s.id
where s.rhythm_days is not null;
