-- Views for people: each figure with whose it is, where it stands and the sentence around it.

create view job_cuts as
select f.id, f.organisation, o.name as organisation_name, f.quote, f.low, f.high, f.unit, f.qualifier, f.basis, f.measure,
    f.period, f.status, f.polarity, f.speaker, f.sentence, f.document, d.title, d.published, d.url, f.confidence
from facts f
left join organisations o on o.id = f.organisation
left join documents d on d.id = f.document
where f.kind = 'job_cut';

create view savings as
select f.id, f.organisation, o.name as organisation_name, f.quote, f.low, f.high, f.unit, f.qualifier, f.basis, f.measure,
    f.period, f.status, f.polarity, f.speaker, f.sentence, f.document, d.title, d.published, d.url, f.confidence
from facts f
left join organisations o on o.id = f.organisation
left join documents d on d.id = f.document
where f.kind = 'saving';

create view money as
select f.id, f.kind, f.organisation, o.name as organisation_name, f.quote, f.low, f.high, f.qualifier, f.basis, f.measure,
    f.period, f.status, f.polarity, f.speaker, f.sentence, f.document, d.title, d.published, d.url, f.confidence
from facts f
left join organisations o on o.id = f.organisation
left join documents d on d.id = f.document
where f.unit = 'GBP';

create view survey_findings as
select f.id, f.organisation, o.name as organisation_name, f.quote, f.low, f.high, f.unit, f.qualifier, f.basis, f.measure,
    f.period, f.status, f.polarity, f.speaker, f.sentence, f.document, d.title, d.published, d.url, f.confidence
from facts f
left join organisations o on o.id = f.organisation
left join documents d on d.id = f.document
where f.kind = 'survey';

-- bounded inside, so that its first page costs the same however many facts there are
create view latest as
with newest as (
    select id from documents where exists (select 1 from facts where document = documents.id)
    order by published desc, first_seen desc limit 200
)
select f.id, f.kind, f.organisation, o.name as organisation_name, f.quote, f.low, f.high, f.unit, f.qualifier, f.basis, f.measure,
    f.period, f.status, f.polarity, f.speaker, f.sentence, f.document, d.title, d.published, d.url, f.confidence
from newest n
join facts f on f.document = n.id
left join organisations o on o.id = f.organisation
left join documents d on d.id = f.document
order by d.published desc, d.first_seen desc, f.start
limit 500;
