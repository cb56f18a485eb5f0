-- Announcements beyond the contract's columns: whose figure it is when no one body is named, what it counts, what its
-- headline rests on, and whether totals count it.
alter table announcements add column scope text;
alter table announcements add column basis text;
alter table announcements add column qualifier text;
alter table announcements add column headline text references facts(id) on delete set null;
alter table announcements add column region text references organisations(id);
alter table announcements add column part_of text references announcements(id) on delete set null;
alter table announcements add column counted integer not null default 0 check (counted in (0, 1));
alter table announcements add column left_out text;
alter table announcements add column left_out_for text references announcements(id) on delete set null;
alter table announcements add column updated text;
create index idx_announcements_scope on announcements(scope, kind);
create index idx_announcements_region on announcements(region);
create index idx_announcements_part_of on announcements(part_of);
create index idx_announcements_headline on announcements(headline);
create index idx_announcements_left_out_for on announcements(left_out_for);
create index idx_announcements_updated on announcements(updated);

alter table announcement_facts add column evidence text;

alter table announcement_aliases add column at text;

-- each rung of the ladder that an announcement has stood on, with the document that says so
create table announcement_steps (
    announcement text not null references announcements(id) on delete cascade,
    step text not null check (step in
        ('reported', 'proposed', 'consulting', 'agreed', 'begun', 'finished', 'withdrawn', 'denied')),
    date text,
    document text not null references documents(id) on delete cascade,
    fact text not null references facts(id) on delete cascade,
    primary key (announcement, step, document)
);
create index idx_announcement_steps_document on announcement_steps(document);
create index idx_announcement_steps_fact on announcement_steps(fact);

-- what linking remembers of each figure between runs; no foreign keys, for it outlives the facts of an extraction
create table announcement_members (
    fact text primary key,
    announcement text not null,
    role text not null,
    because text not null,
    low real not null,
    high real not null,
    place text not null
);
create index idx_announcement_members_place on announcement_members(place);
create index idx_announcement_members_announcement on announcement_members(announcement);

-- the documents, each in the version, that were there when announcements were last made
create table announcement_documents (
    document text primary key,
    version text not null
);

-- the log that `changes`, feeds and notices read; never edited
create table announcement_changes (
    id text primary key,
    at text not null,
    announcement text not null,
    what text not null check (what in ('added', 'revised', 'status', 'evidence', 'withdrawn', 'merged', 'split')),
    old text,
    new text,
    because text not null check (because in ('source', 'pipeline', 'correction')),
    fact text,
    document text
);
create index idx_announcement_changes_at on announcement_changes(at);
create index idx_announcement_changes_announcement on announcement_changes(announcement);
create index idx_announcement_changes_what on announcement_changes(what);

-- where a corrected figure stands and what it was, so that a correction finds it again; `id` is made of all of its words
alter table corrections add column id text;
alter table corrections add column start integer;
alter table corrections add column was text;
alter table corrections add column snapshot text;
alter table corrections add column state text not null default 'applied' check (state in ('applied', 'text is gone'));
create unique index idx_corrections_id on corrections(id);

-- what is to be linked anew: kinds and organisations whose figures changed since the last run
create table announcement_queue (
    kind text not null,
    organisation text not null,
    primary key (kind, organisation)
) without rowid;

insert into announcement_queue
    select distinct kind, coalesce(organisation, '') from facts where kind in ('job_cut', 'saving', 'deficit', 'funding');

-- `where not exists`, since in a trigger the conflict clause of the outer statement overrides `or ignore`
create trigger facts_queue_insert after insert on facts
    when new.kind in ('job_cut', 'saving', 'deficit', 'funding') and not exists (
        select 1 from announcement_queue where kind = new.kind and organisation = coalesce(new.organisation, '')) begin
    insert into announcement_queue values (new.kind, coalesce(new.organisation, ''));
end;
create trigger facts_queue_delete after delete on facts
    when old.kind in ('job_cut', 'saving', 'deficit', 'funding') and not exists (
        select 1 from announcement_queue where kind = old.kind and organisation = coalesce(old.organisation, '')) begin
    insert into announcement_queue values (old.kind, coalesce(old.organisation, ''));
end;
create trigger facts_queue_update_old after update on facts
    when old.kind in ('job_cut', 'saving', 'deficit', 'funding') and not exists (
        select 1 from announcement_queue where kind = old.kind and organisation = coalesce(old.organisation, '')) begin
    insert into announcement_queue values (old.kind, coalesce(old.organisation, ''));
end;
create trigger facts_queue_update_new after update on facts
    when new.kind in ('job_cut', 'saving', 'deficit', 'funding') and not exists (
        select 1 from announcement_queue where kind = new.kind and organisation = coalesce(new.organisation, '')) begin
    insert into announcement_queue values (new.kind, coalesce(new.organisation, ''));
end;
create trigger documents_queue_update after update of published, kind, withdrawn, copy_of on documents
    when old.published is not new.published or old.kind is not new.kind or old.withdrawn is not new.withdrawn
        or old.copy_of is not new.copy_of begin
    insert into announcement_queue select distinct f.kind, coalesce(f.organisation, '') from facts f
        where f.document = new.id and f.kind in ('job_cut', 'saving', 'deficit', 'funding') and not exists (
            select 1 from announcement_queue q where q.kind = f.kind and q.organisation = coalesce(f.organisation, ''));
end;

-- what was corrected, for all to see
create view corrections_log as
select c.at, c.by, c.field, c.was, c.value, c.reason, c.state, c.fact, c.quote, c.document, d.title, d.url
from corrections c left join documents d on d.id = c.document;

-- job cuts that are provably distinct; one row never adds two bases, and lists what was left out
create view job_cut_totals as
select period, region, status, basis, sum(case when counted then low end) as low, sum(case when counted then high end) as high,
    sum(counted) as announcements, sum(counted and qualifier = 'at_most') as caps,
    sum(counted and qualifier in ('at_least', 'over')) as floors, sum(not counted) as left_out,
    group_concat(case when not counted then title || ' (' || left_out || ')' end, '; ') as left_out_why
from announcements
where kind = 'job_cut'
group by period, region, status, basis;

-- how many notices went where, and those that never arrived
create table notices (
    id text primary key,
    channel text not null check (channel in ('mail', 'webhook')),
    target text not null,
    since text not null,
    until text not null,
    body text not null,
    state text not null check (state in ('waiting', 'sent', 'dead')),
    tries integer not null default 0,
    error text,
    at text not null
);
create index idx_notices_state on notices(state);
create index idx_notices_target on notices(channel, target, until);
