-- Messages that are not kept for ever: ingests remove them in small steps, each channel's oldest first.
alter table "channel"
    -- Every message of the channel at or below it has been removed.
    add column "low" bigint not null default 0,
    -- How many that were. `count` has all that were ever posted.
    add column "removed" bigint not null default 0;

-- The archive of a log, as far as it counts: what its last file has beyond these bytes was not removed from the log.
create table "archive" (
    "log_id" smallint not null,
    "file" text not null,
    "bytes" bigint not null,
    constraint "archive_pkey" primary key ("log_id")
);

-- Removes each channel's messages up to a position, and returns how many those were. An empty file: there is no archive.
--
-- The log's lock comes after the deletion, which takes longest. It is needed for the rows of the channels: an append locks several of
-- them, in an order of its own.
create function "remove_messages"(
    in_log smallint, in_channels text[], in_ends bigint[], in_file text, in_bytes bigint
) returns bigint language plpgsql as $$
declare
    the_channels text[];
    the_ends bigint[];
    the_counts bigint[];
begin
    with gone as (
        delete from "message" m
        using unnest(in_channels, in_ends) as w("name", "end"), "channel" c
        where c."log_id" = in_log and c."name" = w."name" and m."log_id" = in_log and m."channel" = w."name"
            and m."position" > c."low" and m."position" <= w."end"
        returning m."channel", m."position"
    ), folds as (
        delete from "fold" f using gone g where f."log_id" = in_log and f."position" = g."position"
    ), reactions as (
        delete from "reaction" r using gone g where r."log_id" = in_log and r."about" = g."position"
    ), summed as (
        select g."channel", max(g."position") as "end", count(*) as "count" from gone g group by g."channel"
    )
    select array_agg(s."channel"), array_agg(s."end"), array_agg(s."count")
        into the_channels, the_ends, the_counts from summed s;

    if in_file <> '' then
        insert into "archive" as a values (in_log, in_file, in_bytes)
        on conflict ("log_id") do update set "file" = excluded."file", "bytes" = excluded."bytes";
    end if;

    perform from "log" l where l."id" = in_log for update;
    update "channel" c set "low" = r."end", "removed" = c."removed" + r."count"
        from unnest(the_channels, the_ends, the_counts) as r("name", "end", "count")
        where c."log_id" = in_log and c."name" = r."name";
    return coalesce((select sum(n) from unnest(the_counts) n), 0);
end
$$;

-- Drops a partition that nothing is left in, and that no message can come into any more; returns whether it did.
--
-- It locks as an append does, the log first. It waits a tenth of a second at most for those who read: everybody else would wait behind it.
create function "drop_partition"(in_log smallint, in_end bigint) returns boolean language plpgsql as $$
declare
    the_name constant text := partition_name(in_log, in_end);
    is_used boolean;
begin
    if to_regclass(the_name) is null or in_end > (select l."head" from "log" l where l."id" = in_log) then
        return false;
    end if;
    execute format('select exists (select from %I)', the_name) into is_used;
    if is_used then
        return false;
    end if;
    perform set_config('lock_timeout', '100ms', true);
    perform from "log" l where l."id" = in_log for update;
    lock table "message" in access exclusive mode;
    execute format('drop table %I', the_name);
    update "log" l set "low" = in_end where l."id" = in_log and not exists (
        select from pg_inherits i join pg_class c on c."oid" = i."inhrelid"
        where i."inhparent" = 'message'::regclass and split_part(c."relname", '_', 2) = in_log::text
            and split_part(c."relname", '_', 3)::bigint < in_end
    );
    return true;
exception when lock_not_available then
    return false;
end
$$;

-- With their owner's rights: a service's own role may neither delete nor drop.
do $$
declare
    the_function regprocedure;
begin
    for the_function in select p."oid" from pg_proc p
        where p."pronamespace" = current_schema()::regnamespace
            and p."proname" in ('remove_messages', 'drop_partition')
    loop
        execute format('alter function %s security definer set search_path = %I, pg_temp',
            the_function, current_schema());
    end loop;
end
$$;
