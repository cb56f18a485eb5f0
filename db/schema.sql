-- The tables of the data contract. Keys are text and stable; dates are ISO 8601; times are UTC with Z.
-- Money is in pounds, shares in percent, posts in posts. metadata.yml describes every column.

create table sources (
    id text primary key,
    name text not null,
    url text,
    kind text,
    licence text,
    may_republish integer not null default 0 check (may_republish in (0, 1))
);

create table documents (
    id text primary key,
    source text references sources(id),
    url text,
    path text,
    title text,
    kind text,
    publisher text,
    author text,
    reference text,
    published text,
    updated text,
    first_seen text not null,
    last_seen text not null,
    version text references document_versions(id) deferrable initially deferred,
    text text not null,
    words integer not null,
    language text,
    parent text references documents(id) on delete cascade,
    part text,
    ocr integer not null default 0 check (ocr in (0, 1)),
    withdrawn text,
    pipeline text
);
create index idx_documents_source on documents(source);
create index idx_documents_kind on documents(kind);
create index idx_documents_publisher on documents(publisher);
create index idx_documents_published on documents(published, first_seen);
create index idx_documents_language on documents(language);
create index idx_documents_parent on documents(parent);
create index idx_documents_pipeline on documents(pipeline);
create index idx_documents_url on documents(url);
create index idx_documents_path on documents(path);
create index idx_documents_version on documents(version);

create table document_versions (
    id text primary key,
    document text not null references documents(id) on delete cascade,
    sha256 text not null,
    fetched text not null,
    media_type text,
    bytes integer not null,
    text text not null,
    archive text,
    fingerprint text not null
);
create index idx_document_versions_document on document_versions(document);

-- other addresses that lead to the same document
create table document_aliases (
    url text primary key,
    document text not null references documents(id) on delete cascade
);
create index idx_document_aliases_document on document_aliases(document);

-- tables as read, cells and spans, so that a document can be extracted again without reading its bytes again
create table layouts (
    document text primary key references documents(id) on delete cascade,
    tables text not null
);

create table passages (
    id text primary key,
    document text not null references documents(id) on delete cascade,
    position integer not null,
    kind text not null check (kind in ('heading', 'paragraph', 'list_item', 'caption', 'table_row')),
    heading text,
    page integer,
    level integer not null default 0,
    start integer not null,
    "end" integer not null,
    text text not null,
    check (start >= 0 and start < "end")
);
create index idx_passages_document_position on passages(document, position);
create index idx_passages_kind on passages(kind);

create table organisations (
    id text primary key,
    name text not null,
    short_name text,
    kind text,
    region text,
    parent text references organisations(id) deferrable initially deferred,
    status text,
    opened text,
    closed text,
    successor text references organisations(id) deferrable initially deferred,
    latitude real,
    longitude real
);
create index idx_organisations_kind on organisations(kind);
create index idx_organisations_region on organisations(region);
create index idx_organisations_parent on organisations(parent);
create index idx_organisations_successor on organisations(successor);
create index idx_organisations_status on organisations(status);

create table organisation_names (
    organisation text not null references organisations(id) on delete cascade deferrable initially deferred,
    name text not null,
    kind text not null,
    start text,
    "end" text
);
create unique index idx_organisation_names_unique on organisation_names(organisation, name, kind, coalesce(start, ''));
create index idx_organisation_names_organisation on organisation_names(organisation);
create index idx_organisation_names_name on organisation_names(name);
create index idx_organisation_names_kind on organisation_names(kind);

create table organisation_relations (
    organisation text not null references organisations(id) on delete cascade deferrable initially deferred,
    relation text not null check (relation in ('parent', 'successor', 'part_of', 'cluster', 'hosts')),
    other text not null references organisations(id) on delete cascade deferrable initially deferred,
    start text,
    "end" text
);
create unique index idx_organisation_relations_unique
    on organisation_relations(organisation, relation, other, coalesce(start, ''));
create index idx_organisation_relations_organisation on organisation_relations(organisation);
create index idx_organisation_relations_other on organisation_relations(other);
create index idx_organisation_relations_relation on organisation_relations(relation);

create table document_organisations (
    document text not null references documents(id) on delete cascade,
    organisation text not null references organisations(id),
    mentions integer not null,
    first_start integer not null,
    primary key (document, organisation)
);
create index idx_document_organisations_organisation on document_organisations(organisation);

create table mentions (
    document text not null references documents(id) on delete cascade,
    passage text references passages(id) on delete set null,
    organisation text references organisations(id),
    start integer not null,
    "end" integer not null,
    text text not null,
    primary key (document, start, "end")
);
create index idx_mentions_passage on mentions(passage);
create index idx_mentions_organisation on mentions(organisation);

create table facts (
    id text primary key,
    document text not null references documents(id) on delete cascade,
    passage text references passages(id) on delete set null,
    quote text not null,
    sentence text not null,
    start integer not null,
    "end" integer not null,
    unit text not null check (unit in ('GBP', 'percent', 'posts')),
    low real not null,
    high real not null,
    qualifier text not null check (qualifier in ('exact', 'about', 'over', 'under', 'at_least', 'at_most')),
    kind text not null check (kind in
        ('saving', 'job_cut', 'deficit', 'surplus', 'funding', 'cost', 'survey', 'performance', 'other')),
    organisation text references organisations(id),
    period text,
    period_start text,
    period_end text,
    status text not null check (status in ('actual', 'planned', 'forecast', 'possible')),
    basis text,
    polarity text not null default 'stated' check (polarity in ('stated', 'denied')),
    speaker text references organisations(id),
    measure text,
    confidence real not null check (confidence between 0 and 1),
    rule text not null,
    pipeline text not null,
    check (start >= 0 and start < "end"),
    check (low <= high)
);
create index idx_facts_document_start on facts(document, start);
create index idx_facts_passage on facts(passage);
create index idx_facts_kind on facts(kind);
create index idx_facts_status on facts(status);
create index idx_facts_unit on facts(unit);
create index idx_facts_basis on facts(basis);
create index idx_facts_polarity on facts(polarity);
create index idx_facts_period on facts(period);
create index idx_facts_pipeline on facts(pipeline);
create index idx_facts_organisation_kind on facts(organisation, kind);
create index idx_facts_speaker on facts(speaker);

-- facts of versions that are no longer the newest; their quotes stand in document_versions.text
create table facts_history (
    id text not null,
    version text not null references document_versions(id) on delete cascade,
    retired text not null,
    document text not null references documents(id) on delete cascade,
    quote text not null,
    sentence text not null,
    start integer not null,
    "end" integer not null,
    unit text not null,
    low real not null,
    high real not null,
    qualifier text not null,
    kind text not null,
    organisation text references organisations(id),
    period text,
    period_start text,
    period_end text,
    status text not null,
    basis text,
    polarity text not null,
    speaker text references organisations(id),
    measure text,
    confidence real not null,
    rule text not null,
    pipeline text not null,
    primary key (id, version)
);
create index idx_facts_history_document on facts_history(document);
create index idx_facts_history_version on facts_history(version);
create index idx_facts_history_organisation on facts_history(organisation);
create index idx_facts_history_speaker on facts_history(speaker);
create index idx_facts_history_kind on facts_history(kind);

create table table_values (
    document text not null references documents(id) on delete cascade,
    table_no integer not null,
    caption text,
    row integer not null,
    column integer not null,
    row_label text,
    column_label text,
    text text,
    value real,
    unit text,
    organisation text references organisations(id),
    fact text references facts(id) on delete set null,
    primary key (document, table_no, row, column)
);
create index idx_table_values_organisation on table_values(organisation);
create index idx_table_values_fact on table_values(fact);
create index idx_table_values_unit on table_values(unit);

create table announcements (
    id text primary key,
    kind text not null check (kind in ('job_cut', 'saving', 'deficit', 'funding')),
    organisation text references organisations(id),
    period text,
    title text,
    unit text,
    low real,
    high real,
    status text,
    first_reported text,
    last_reported text,
    documents integer not null default 0,
    revisions integer not null default 0
);
create index idx_announcements_kind on announcements(kind);
create index idx_announcements_organisation_kind on announcements(organisation, kind);
create index idx_announcements_period on announcements(period);
create index idx_announcements_status on announcements(status);
create index idx_announcements_last_reported on announcements(last_reported);

create table announcement_facts (
    announcement text not null references announcements(id) on delete cascade,
    fact text not null references facts(id) on delete cascade,
    role text not null check (role in ('first', 'repeat', 'revision', 'outcome', 'conflict')),
    because text check (because in ('source', 'pipeline', 'correction')),
    primary key (announcement, fact)
);
create index idx_announcement_facts_fact on announcement_facts(fact);
create index idx_announcement_facts_role on announcement_facts(role);

-- ids that announcements had before they were merged
create table announcement_aliases (
    alias text primary key,
    announcement text not null references announcements(id) on delete cascade
);
create index idx_announcement_aliases_announcement on announcement_aliases(announcement);

-- no foreign keys: a correction outlives its fact, and finds it again by document and quote
create table corrections (
    fact text,
    document text,
    quote text,
    field text not null,
    value text,
    reason text not null,
    by text not null,
    at text not null
);
create index idx_corrections_fact on corrections(fact);
create index idx_corrections_document on corrections(document);
create index idx_corrections_field on corrections(field);

create table accuracy (
    measured text not null,
    pipeline text not null,
    gold text not null,
    measure text not null,
    kind text,
    value real,
    n integer not null
);
create index idx_accuracy_measured on accuracy(measured);
create index idx_accuracy_measure on accuracy(measure);
create index idx_accuracy_pipeline on accuracy(pipeline);
create index idx_accuracy_kind on accuracy(kind);

create table runs (
    id text primary key,
    command text not null,
    started text not null,
    ended text,
    status text not null check (status in ('running', 'done', 'failed')),
    documents integer not null default 0,
    facts integer not null default 0,
    failures integer not null default 0
);
create index idx_runs_started on runs(started);
create index idx_runs_command on runs(command);
create index idx_runs_status on runs(status);

create table failures (
    run text not null references runs(id) on delete cascade,
    url text,
    path text,
    stage text not null,
    error text not null,
    at text not null,
    tries integer not null default 1,
    check (url is not null or path is not null)
);
create unique index idx_failures_place on failures(coalesce(path, url), stage);
create index idx_failures_run on failures(run);
create index idx_failures_stage on failures(stage);
