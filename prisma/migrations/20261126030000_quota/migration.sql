-- What each principal has used today: new channels, and bytes of data. Ingests count in memory and add to it now and then, so no
-- append waits for it.
create table "quota" (
    -- In UTC.
    "day"     date   not null,
    "name"    text   not null check ("name" in ('channels', 'bytes')),
    -- `user:alice`; an address, if nobody signs in.
    "subject" text   not null,
    "used"    bigint not null,
    primary key ("day", "name", "subject")
);

-- Adds to what a subject has used today. Returns the sum, and the milliseconds until tomorrow. It also deletes some rows of the days
-- before.
--
-- It runs with its owner's rights: an ingest needs none on the table.
create function "quota_add"(_name text, _subject text, _points bigint)
returns table ("used" bigint, "reset_ms" integer)
language plpgsql security definer set search_path from current as $$
declare
    _now constant timestamp := clock_timestamp() at time zone 'UTC';
    _day constant date := _now::date;
begin
    delete from "quota" q where q."ctid" = any(array(
        select p."ctid" from "quota" p where p."day" < _day limit 100 for update skip locked
    ));
    return query
    insert into "quota" as q values (_day, _name, _subject, _points)
    on conflict ("day", "name", "subject") do update set "used" = q."used" + excluded."used"
    returning q."used", ceil(extract(epoch from _day + 1 - _now) * 1000)::integer;
end
$$;
