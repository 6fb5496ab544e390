-- The id of the message at the log's head stands in the log's row: each message is linked to the one before it, and the next append
-- needs no look at a message, which may have been removed by then.
alter table "log" add column "last_id" uuid;
update "log" l set "last_id" = (
    select m."id" from "message" m where m."log_id" = l."id" and m."position" = l."head"
);

-- What it answers has one column more.
drop function "append_messages"(smallint, uuid[], text[], text[], text[], text[], text[], text[]);

-- Appends a batch in one round trip and answers one row for each draft, in the order given.
--
-- The lock comes first and in a statement of its own: under READ COMMITTED each later statement then takes its snapshot
-- while it holds the lock, so the heads and keys that it reads are those of the last commit. One statement that did both
-- would read them from before its wait. Since the lock is held to the commit, commits happen in position order.
--
-- An empty key means none. A repeat of a key, in the table or within the batch, takes no position: its row carries the
-- first message, and `same` tells whether the content is the same too.
create function "append_messages"(
    in_log smallint, in_ids uuid[], in_channels text[], in_types text[],
    in_sender_ids text[], in_sender_names text[], in_data text[], in_keys text[]
) returns table (
    "ordinal" bigint, "epoch" text, "link" text, "repeated" boolean, "same" boolean,
    "position" bigint, "previous" bigint, "id" uuid, "channel" text, "type" text,
    "sender_id" text, "sender_name" text, "data" text, "sent_at" timestamptz
) language plpgsql as $$
#variable_conflict use_column
declare
    the_log "log";
    the_time timestamptz;
begin
    select * into the_log from "log" l where l."id" = in_log for update;
    if not found then
        raise exception 'log % does not exist', in_log using errcode = 'no_data_found';
    end if;
    -- Never earlier than the message before, whatever the clock does: time and position order agree.
    the_time := greatest(date_trunc('milliseconds', clock_timestamp()), the_log."last_at");

    return query
    with draft as (
        select *, case when d."key" = '' then d."ordinal"
            else min(d."ordinal") over (partition by d."channel", d."sender_id", d."key") end as "first"
        from unnest(in_ids, in_channels, in_types, in_sender_ids, in_sender_names, in_data, in_keys)
            with ordinality
            as d("id", "channel", "type", "sender_id", "sender_name", "data", "key", "ordinal")
    ), stored as (
        select d."ordinal", m.* from draft d join "message" m
            on m."log_id" = in_log and m."channel" = d."channel" and m."sender_id" = d."sender_id"
            and m."idempotency_key" = d."key"
        where d."key" <> ''
    ), placed as (
        select d.*, the_log."head" + row_number() over (order by d."ordinal") as "position"
        from draft d
        where d."first" = d."ordinal"
            and not exists (select from stored s where s."ordinal" = d."ordinal")
    ), fresh as (
        select p.*, coalesce(
            lag(p."position") over (partition by p."channel" order by p."ordinal"), c."head", 0
        ) as "previous", coalesce(lag(p."id") over (order by p."ordinal"), the_log."last_id") as "link"
        from placed p left join "channel" c on c."log_id" = in_log and c."name" = p."channel"
    ), inserted as (
        insert into "message" ("log_id", "position", "previous", "id", "channel", "type", "sender_id",
            "sender_name", "data", "sent_at", "idempotency_key")
        select in_log, f."position", f."previous", f."id", f."channel", f."type", f."sender_id",
            f."sender_name", f."data"::json, the_time, nullif(f."key", '')
        from fresh f
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
        case when s."position" is not null then s."type" = d."type" and s."data"::text = d."data"
            else f."type" = d."type" and f."data" = d."data" end,
        coalesce(s."position", f."position"), coalesce(s."previous", f."previous"),
        coalesce(s."id", f."id"), d."channel", coalesce(s."type", f."type"), d."sender_id",
        coalesce(s."sender_name", f."sender_name"), coalesce(s."data"::text, f."data"),
        coalesce(s."sent_at", the_time)
    from draft d
        left join stored s on s."ordinal" = d."ordinal"
        left join fresh f on f."ordinal" = d."first" and s."ordinal" is null
    order by d."ordinal";
end
$$;

-- Gives the log a new epoch if it still has this one and contradicts the place: its head is below it, or has another message there.
-- An empty id is not known and proves nothing. As above, the lock comes first, and the look at the message after it.
create function "end_epoch"(in_log smallint, in_epoch text, in_position bigint, in_id text)
returns boolean language plpgsql as $$
declare
    the_log "log";
    the_id uuid;
begin
    select * into the_log from "log" l where l."id" = in_log and l."epoch" = in_epoch for update;
    if not found then
        return false;
    end if;
    if the_log."head" = in_position then
        the_id := the_log."last_id";
    else
        select m."id" into the_id from "message" m
            where m."log_id" = in_log and m."position" = in_position;
    end if;
    if the_log."head" >= in_position and (in_id = '' or the_id is null or the_id::text = in_id) then
        return false;
    end if;
    update "log" l set "epoch" = substr(md5(gen_random_uuid()::text), 1, 8) where l."id" = in_log;
    return true;
end
$$;
