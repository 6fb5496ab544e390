-- Removes messages by their positions, and returns how many those were. Of each channel they must be its first ones. An empty file: there
-- is no archive. By channels and ends, as the function of the same name that the version before calls, a step would read as many pages
-- as it removes messages.
--
-- No step of the search may be under way: it could put in what is removed here.
--
-- The log's lock comes after the deletion, which takes longest. It is needed for the rows of the channels: an append locks several of
-- them, in an order of its own.
create function "remove_messages"(in_log smallint, in_positions bigint[], in_file text, in_bytes bigint)
returns bigint language plpgsql as $$
declare
    the_channels text[];
    the_ends bigint[];
    the_counts bigint[];
begin
    perform pg_advisory_xact_lock(hashtext('causeway search'), in_log);
    with gone as (
        delete from "message" m using unnest(in_positions) as w("position")
        where m."log_id" = in_log and m."position" = w."position"
        returning m."channel", m."position"
    ), folds as (
        delete from "fold" f using gone g where f."log_id" = in_log and f."position" = g."position"
    ), reactions as (
        delete from "reaction" r using gone g where r."log_id" = in_log and r."about" = g."position"
    ), words as (
        delete from "search" s using gone g where s."log_id" = in_log and s."position" = g."position"
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

-- With its owner's rights: a service's own role may not delete. A generic plan goes by the keys, however large the tables are.
do $$
declare
    the_function constant regprocedure := 'remove_messages(smallint, bigint[], text, bigint)';
begin
    execute format('alter function %s security definer set search_path = %I, pg_temp', the_function, current_schema());
    execute format('alter function %s set plan_cache_mode = force_generic_plan', the_function);
end
$$;
