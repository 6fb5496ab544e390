-- Most batches have no key and change nothing. They were looked through for repeats all the same, and each row was joined with what it
-- might repeat: a sixth of what Postgres' processor did for them. They have a statement of their own now.
--
-- Otherwise it is the function of before.
create or replace function "append_messages"(
    in_log smallint, in_ids uuid[], in_channels text[], in_types text[], in_sender_ids text[],
    in_sender_names text[], in_data text[], in_principals text[], in_keys text[], in_keep integer,
    in_now timestamptz, in_abouts bigint[], in_about_as text[], in_moderators boolean[], in_change_seconds integer
) returns table (
    "ordinal" bigint, "epoch" text, "link" text, "repeated" boolean, "same" boolean,
    "position" bigint, "previous" bigint, "id" uuid, "channel" text, "type" text,
    "sender_id" text, "sender_name" text, "data" text, "sent_at" timestamptz, "clock" timestamptz,
    "about" bigint, "about_as" text, "deleted" boolean, "refusal" text
) language plpgsql as $$
#variable_conflict use_column
declare
    the_log "log";
    the_clock timestamptz;
    the_time timestamptz;
    the_oldest timestamptz;
    the_last bigint;
    the_refusals text[];
    the_existing bigint[];
    the_twins bigint[];
begin
    select * into the_log from "log" l where l."id" = in_log for update;
    if not found then
        raise exception 'log % does not exist', in_log using errcode = 'no_data_found';
    end if;

    -- Never earlier than the message before, whatever the clock does: time and position order agree. So a time from the future would
    -- stay for as long as it takes to get there. Of two clocks the smaller is taken, because only one that is ahead does such harm:
    -- both must be ahead at once. One that is behind costs nothing that lasts. A minute's difference is let pass, for clocks differ.
    the_clock := clock_timestamp();
    the_time := greatest(
        date_trunc('milliseconds', least(the_clock, in_now + interval '1 minute')), the_log."last_at"
    );
    the_oldest := the_time - make_interval(secs => in_keep);

    the_last := the_log."head" + cardinality(in_ids);
    if to_regclass(partition_name(in_log, partition_end(the_last + partition_size() / 10))) is null then
        perform add_partitions(in_log, the_log."head" + 1, the_last);
    end if;

    -- Nothing can be a repeat, and nothing is refused: each draft gets the next position.
    if in_abouts is null and '' = all(in_keys) then
        return query
        with fresh as (
            select d.*, the_log."head" + d."ordinal" as "position", coalesce(
                the_log."head" + lag(d."ordinal") over (partition by d."channel" order by d."ordinal"), c."head", 0
            ) as "previous", coalesce(in_ids[d."ordinal" - 1], the_log."last_id") as "link"
            from unnest(in_ids, in_channels, in_types, in_sender_ids, in_sender_names, in_data)
                with ordinality as d("id", "channel", "type", "sender_id", "sender_name", "data", "ordinal")
            left join lateral (
                select "head" from "channel" where "log_id" = in_log and "name" = d."channel" limit 1
            ) c on true
        ), inserted as (
            insert into "message" ("log_id", "position", "previous", "id", "channel", "type", "sender_id",
                "sender_name", "data", "sent_at")
            select in_log, f."position", f."previous", f."id", f."channel", f."type", f."sender_id",
                f."sender_name", f."data"::json, the_time
            from fresh f order by f."position"
        ), heads as (
            insert into "channel" as c ("log_id", "name", "head", "count")
            select in_log, f."channel", max(f."position"), count(*) from fresh f group by f."channel"
            on conflict ("log_id", "name") do update
                set "head" = excluded."head", "count" = c."count" + excluded."count"
        ), moved as (
            update "log" l set "head" = the_last, "last_at" = the_time, "last_id" = in_ids[cardinality(in_ids)]
            where l."id" = in_log and cardinality(in_ids) > 0
        )
        select f."ordinal", the_log."epoch", coalesce(f."link"::text, ''), false, true, f."position", f."previous",
            f."id", f."channel", f."type", f."sender_id", f."sender_name", f."data", the_time, the_clock,
            null::bigint, null::text, false, null::text
        from fresh f order by f."ordinal";
        return;
    end if;

    if in_abouts is not null then
        select c."refusals", c."existing", c."twins" into the_refusals, the_existing, the_twins
        from check_changes(in_log, the_time, the_oldest, in_channels, in_sender_ids, in_data,
            in_principals, in_keys, in_abouts, in_about_as, in_moderators, in_change_seconds) c;
    end if;

    return query
    with draft as (
        select d.*, nullif(d."target", 0) as "about", nullif(d."as", '') as "about_as",
            case when d."twin" is not null then d."twin" when d."key" = '' then d."ordinal"
                else min(d."ordinal") filter (where d."refusal" is null)
                    over (partition by d."channel", d."principal", d."key") end as "first"
        from unnest(in_ids, in_channels, in_types, in_sender_ids, in_sender_names, in_data, in_principals,
            in_keys, in_abouts, in_about_as, the_refusals, the_existing, the_twins)
            with ordinality as d("id", "channel", "type", "sender_id", "sender_name", "data", "principal", "key",
                "target", "as", "refusal", "existing", "twin", "ordinal")
    ), stored as (
        -- `existing` is the reaction that its sender has already.
        select d."ordinal", m.* from draft d cross join lateral (
            select coalesce(d."existing", (
                select k."position" from (
                    select i."position", i."at" from "idempotency" i
                    where i."log_id" = in_log and i."channel" = d."channel" and i."principal" = d."principal"
                        and i."key" = d."key"
                    limit 1
                ) k where k."at" > the_oldest
            )) as "position" offset 0
        ) i cross join lateral (
            select * from "message" m
            where m."log_id" = in_log and m."position" between i."position" and i."position"
            order by m."position" limit 1
        ) m
        where d."key" <> '' or d."existing" is not null
    ), placed as (
        select d.*, the_log."head" + row_number() over (order by d."ordinal") as "position"
        from draft d
        where d."first" = d."ordinal" and d."refusal" is null
            and not exists (select from stored s where s."ordinal" = d."ordinal")
    ), fresh as (
        select p.*, coalesce(
            lag(p."position") over (partition by p."channel" order by p."ordinal"), c."head", 0
        ) as "previous", coalesce(lag(p."id") over (order by p."ordinal"), the_log."last_id") as "link"
        from placed p left join lateral (
            select "head" from "channel" where "log_id" = in_log and "name" = p."channel" limit 1
        ) c on true
    ), inserted as (
        insert into "message" ("log_id", "position", "previous", "id", "channel", "type", "sender_id",
            "sender_name", "data", "sent_at", "about", "about_as")
        select in_log, f."position", f."previous", f."id", f."channel", f."type", f."sender_id",
            f."sender_name", f."data"::json, the_time, f."about", f."about_as"
        from fresh f
    ), kept as (
        -- A key that is there already has expired, or its message has been removed.
        insert into "idempotency" ("log_id", "channel", "principal", "key", "position", "at")
        select in_log, f."channel", f."principal", f."key", f."position", the_time
        from fresh f where f."key" <> ''
        on conflict ("log_id", "channel", "principal", "key") do update
            set "position" = excluded."position", "at" = excluded."at"
    ), heads as (
        insert into "channel" as c ("log_id", "name", "head", "count")
        select in_log, f."channel", max(f."position"), count(*) from fresh f group by f."channel"
        on conflict ("log_id", "name") do update
            set "head" = excluded."head", "count" = c."count" + excluded."count"
    ), moved as (
        update "log" l set "head" = the_log."head" + (select count(*) from fresh), "last_at" = the_time,
            "last_id" = (select f."id" from fresh f order by f."position" desc limit 1)
        where l."id" = in_log and exists (select from fresh)
    )
    select d."ordinal", the_log."epoch",
        case when f."ordinal" = d."ordinal" then coalesce(f."link"::text, '') else '' end,
        s."position" is not null or d."first" <> d."ordinal",
        case when s."position" is not null then s."type" = d."type" and (s."deleted" or s."data"::text = d."data")
                and s."about" is not distinct from d."about" and s."about_as" is not distinct from d."about_as"
            else f."type" = d."type" and f."data" = d."data" and f."about" is not distinct from d."about"
                and f."about_as" is not distinct from d."about_as" end,
        coalesce(s."position", f."position"), coalesce(s."previous", f."previous"),
        coalesce(s."id", f."id"), d."channel", coalesce(s."type", f."type"),
        coalesce(s."sender_id", f."sender_id"), coalesce(s."sender_name", f."sender_name"),
        coalesce(s."data"::text, f."data"), coalesce(s."sent_at", the_time), the_clock,
        d."about", d."about_as", coalesce(s."deleted", false), d."refusal"
    from draft d
        left join stored s on s."ordinal" = d."ordinal"
        left join fresh f on f."ordinal" = d."first" and s."ordinal" is null
    order by d."ordinal";

    if in_abouts is not null then
        perform fold_changes(in_log, the_log."head", the_last);
    end if;
end
$$;

-- These went with the old function; see there for their reasons.
do $$
declare
    the_function regprocedure;
begin
    select p."oid" into strict the_function from pg_proc p
    where p."pronamespace" = current_schema()::regnamespace and p."proname" = 'append_messages' and p."pronargs" = 15;
    execute format('alter function %s security definer set search_path = %I, pg_temp', the_function, current_schema());
    execute format('alter function %s set plan_cache_mode = force_generic_plan', the_function);
end
$$;
