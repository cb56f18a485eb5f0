-- Full-text indexes over the tables themselves (external content), kept in step by triggers.
-- Datasette finds them only when content is in double quotes. An index hangs on the rowid: rebuild it after VACUUM.

create virtual table passages_fts using fts5(text, heading, tokenize='porter unicode61', content="passages");
create trigger passages_ai after insert on passages begin
    insert into passages_fts(rowid, text, heading) values (new.rowid, new.text, new.heading);
end;
create trigger passages_ad after delete on passages begin
    insert into passages_fts(passages_fts, rowid, text, heading) values ('delete', old.rowid, old.text, old.heading);
end;
create trigger passages_au after update of text, heading on passages begin
    insert into passages_fts(passages_fts, rowid, text, heading) values ('delete', old.rowid, old.text, old.heading);
    insert into passages_fts(rowid, text, heading) values (new.rowid, new.text, new.heading);
end;

create virtual table documents_fts using fts5(title, tokenize='porter unicode61', content="documents");
create trigger documents_ai after insert on documents begin
    insert into documents_fts(rowid, title) values (new.rowid, new.title);
end;
create trigger documents_ad after delete on documents begin
    insert into documents_fts(documents_fts, rowid, title) values ('delete', old.rowid, old.title);
end;
create trigger documents_au after update of title on documents begin
    insert into documents_fts(documents_fts, rowid, title) values ('delete', old.rowid, old.title);
    insert into documents_fts(rowid, title) values (new.rowid, new.title);
end;

create virtual table facts_fts using fts5(quote, sentence, measure, tokenize='porter unicode61', content="facts");
create trigger facts_ai after insert on facts begin
    insert into facts_fts(rowid, quote, sentence, measure) values (new.rowid, new.quote, new.sentence, new.measure);
end;
create trigger facts_ad after delete on facts begin
    insert into facts_fts(facts_fts, rowid, quote, sentence, measure)
        values ('delete', old.rowid, old.quote, old.sentence, old.measure);
end;
create trigger facts_au after update of quote, sentence, measure on facts begin
    insert into facts_fts(facts_fts, rowid, quote, sentence, measure)
        values ('delete', old.rowid, old.quote, old.sentence, old.measure);
    insert into facts_fts(rowid, quote, sentence, measure) values (new.rowid, new.quote, new.sentence, new.measure);
end;

create virtual table organisations_fts using fts5(name, tokenize='porter unicode61', content="organisations");
create trigger organisations_ai after insert on organisations begin
    insert into organisations_fts(rowid, name) values (new.rowid, new.name);
end;
create trigger organisations_ad after delete on organisations begin
    insert into organisations_fts(organisations_fts, rowid, name) values ('delete', old.rowid, old.name);
end;
create trigger organisations_au after update of name on organisations begin
    insert into organisations_fts(organisations_fts, rowid, name) values ('delete', old.rowid, old.name);
    insert into organisations_fts(rowid, name) values (new.rowid, new.name);
end;
