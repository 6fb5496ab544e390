-- From here on everybody waits until this is committed: a tenth of a second, for it only changes the catalogue.
do $$
begin
    perform set_config('lock_timeout', '300ms', true);
    loop
        begin
            lock table "log", "message" in access exclusive mode;
            exit;
        exception when lock_not_available then
            perform pg_sleep(0.5);
        end;
    end loop;
end
$$;

-- The keys that came since the step before. By the primary key, whatever the planner has counted: everybody waits.
set local enable_seqscan = off;
insert into "idempotency"
select m.* from "copied_keys" c cross join lateral (
    select "log_id", "channel", "sender_id", "idempotency_key", "position", "sent_at" from "message"
    where "log_id" = c."log_id" and "position" > c."head" and "idempotency_key" is not null offset 0
) m;
drop table "copied_keys";

alter table "log"
    -- The id of the message at the head: each message is linked to the one before it, which may have been removed by then.
    add column "last_id" uuid,
    -- Every message at or below it has been removed.
    add column "low" bigint not null default 0;
update "log" l set "last_id" = (
    select m."id" from "message" m where m."log_id" = l."id" and m."position" = l."head"
);

-- Positions in one partition.
create function "partition_size"() returns bigint language sql stable
    as $$ select 10000000::bigint $$;

-- The last position of the partition that a position belongs to.
create function "partition_end"(in_position bigint) returns bigint language sql stable
    as $$ select ((in_position - 1) / partition_size() + 1) * partition_size() $$;

-- A partition is named after its log and its last position.
create function "partition_name"(in_log smallint, in_end bigint) returns text language sql stable
    as $$ select format('message_%s_%s', in_log, in_end) $$;

-- The old table becomes the first partition, as it stands. Its end is not below the one that the first step's check has.
do $$
declare
    the_end bigint;
    the_name text;
    the_index text;
begin
    select partition_end(l."head" + 5000000) into the_end from "log" l where l."id" = 0;
    the_name := partition_name(0::smallint, the_end);
    drop index "message_log_id_channel_sender_id_idempotency_key_key";
    alter table "message" drop column "idempotency_key";
    execute format('alter table "message" rename constraint "message_pkey" to %I', the_name || '_pkey');
    for the_index in select unnest(array['log_id_channel_position_idx', 'log_id_sent_at_position_idx',
        'log_id_channel_about_position_idx'])
    loop
        execute format('alter index %I rename to %I', 'message_' || the_index, the_name || '_' || the_index);
    end loop;
    execute format('alter table "message" rename to %I', the_name);
end
$$;

-- By log first: one log's messages are then removed without a look at another's.
create table "message" (
    "log_id" smallint not null,
    "position" bigint not null,
    "previous" bigint not null,
    "id" uuid not null,
    "channel" text not null,
    "type" text not null,
    "sender_id" text not null,
    "sender_name" text not null,
    "data" json not null,
    "data_bytes" integer not null generated always as (octet_length("data"::text)) stored,
    "sent_at" timestamptz(3) not null,
    "about" bigint,
    constraint "message_pkey" primary key ("log_id", "position")
) partition by range ("log_id", "position");
create index "message_log_id_channel_position_idx" on "message" ("log_id", "channel", "position");
create index "message_log_id_sent_at_position_idx" on "message" ("log_id", "sent_at", "position");
create index "message_log_id_channel_about_position_idx"
    on "message" ("log_id", "channel", "about", "position") where "about" is not null;

-- Makes the partitions for the positions from one to another, and the one after these in good time: a tenth before it is needed.
--
-- Attaching takes a lock that neither reads nor posts mind. It does conflict with an ANALYZE of the whole table, or a CREATE INDEX: the
-- partition that is not needed yet then does not wait, and the next append tries again.
--
-- It runs with its owner's rights: an ingest need not own the tables.
create function "add_partitions"(in_log smallint, in_from bigint, in_to bigint) returns void
language plpgsql security definer set search_path from current as $$
declare
    the_end bigint;
    the_name text;
begin
    for the_end in select * from generate_series(
        partition_end(in_from), partition_end(in_to + partition_size() / 10), partition_size()
    ) loop
        the_name := partition_name(in_log, the_end);
        continue when to_regclass(the_name) is not null;
        begin
            if the_end > partition_end(in_to) then
                lock table only "message" in share update exclusive mode nowait;
            end if;
            execute format('create table %I (like "message" including all)', the_name);
            execute format('alter table "message" attach partition %I for values from (%s, %s) to (%s, %s)',
                the_name, in_log, the_end - partition_size() + 1, in_log, the_end + 1);
        exception when lock_not_available then
            if the_end <= partition_end(in_to) then
                raise;
            end if;
        end;
    end loop;
end
$$;

do $$
declare
    the_end bigint;
    the_name text;
    the_log "log";
    the_grant record;
    columns constant text := '"log_id", "position", "previous", "id", "channel", "type", "sender_id", '
        '"sender_name", "data", "sent_at", "about"';
begin
    select partition_end(l."head" + 5000000) into the_end from "log" l where l."id" = 0;
    the_name := partition_name(0::smallint, the_end);
    -- Another log's messages must move: they are in the way of this one's bounds.
    for the_log in select * from "log" l where l."id" <> 0 loop
        perform add_partitions(the_log."id", 1, the_log."head");
        execute format('insert into "message" (%s) select %1$s from %I where "log_id" = %s',
            columns, the_name, the_log."id");
        execute format('delete from %I where "log_id" = %s', the_name, the_log."id");
    end loop;
    execute format('alter table "message" attach partition %I for values from (0, 1) to (0, %s)',
        the_name, the_end + 1);
    execute format('alter table %I drop constraint if exists "message_bounds"', the_name);

    -- Whoever may use the old table may use the new ones: the services' role need not be the one that migrates.
    for the_grant in select a."grantee"::regrole as "role", a."privilege_type" as "privilege"
        from pg_class c, aclexplode(c."relacl") a
        where c."oid" = the_name::regclass and a."grantee" not in (0, c."relowner")
    loop
        execute format('grant %s on "message" to %s', the_grant."privilege", the_grant."role");
        if the_grant."privilege" = 'INSERT' then
            execute format('grant select, insert, update, delete on "idempotency" to %s', the_grant."role");
        end if;
    end loop;
end
$$;

-- Appends a batch in one round trip and answers one row for each draft, in the order given.
--
-- The lock comes first and in a statement of its own: under READ COMMITTED each later statement then takes its snapshot
-- while it holds the lock, so the heads and keys that it reads are those of the last commit. One statement that did both
-- would read them from before its wait. Since the lock is held to the commit, commits happen in position order.
--
-- An empty key means none. A repeat of a key, in the table or within the batch, takes no position: its row carries the
-- first message, and `same` tells whether the content is the same too. A key that is older than `in_keep` seconds, or whose message
-- has been removed, is new.
--
-- `in_now` is the caller's clock. `clock` is this server's, so that the caller can tell how far the two differ.
create function "append_messages"(
    in_log smallint, in_ids uuid[], in_channels text[], in_types text[], in_sender_ids text[],
    in_sender_names text[], in_data text[], in_principals text[], in_keys text[], in_keep integer,
    in_now timestamptz
) returns table (
    "ordinal" bigint, "epoch" text, "link" text, "repeated" boolean, "same" boolean,
    "position" bigint, "previous" bigint, "id" uuid, "channel" text, "type" text,
    "sender_id" text, "sender_name" text, "data" text, "sent_at" timestamptz, "clock" timestamptz
) language plpgsql as $$
#variable_conflict use_column
declare
    the_log "log";
    the_clock timestamptz;
    the_time timestamptz;
    the_oldest timestamptz;
    the_last bigint;
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

    return query
    with draft as (
        select *, case when d."key" = '' then d."ordinal"
            else min(d."ordinal") over (partition by d."channel", d."principal", d."key") end as "first"
        from unnest(in_ids, in_channels, in_types, in_sender_ids, in_sender_names, in_data, in_principals,
            in_keys) with ordinality
            as d("id", "channel", "type", "sender_id", "sender_name", "data", "principal", "key", "ordinal")
    ), stored as (
        -- Each limit keeps the planner from any other way than by the primary key, also while the tables are small.
        select d."ordinal", m.* from draft d cross join lateral (
            select i."position" from "idempotency" i
            where i."log_id" = in_log and i."channel" = d."channel" and i."principal" = d."principal"
                and i."key" = d."key" and i."at" > the_oldest
            limit 1
        ) i cross join lateral (
            select * from "message" m
            where m."log_id" = in_log and m."position" = i."position" limit 1
        ) m
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
            "sender_name", "data", "sent_at")
        select in_log, f."position", f."previous", f."id", f."channel", f."type", f."sender_id",
            f."sender_name", f."data"::json, the_time
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
        case when s."position" is not null then s."type" = d."type" and s."data"::text = d."data"
            else f."type" = d."type" and f."data" = d."data" end,
        coalesce(s."position", f."position"), coalesce(s."previous", f."previous"),
        coalesce(s."id", f."id"), d."channel", coalesce(s."type", f."type"),
        coalesce(s."sender_id", f."sender_id"), coalesce(s."sender_name", f."sender_name"),
        coalesce(s."data"::text, f."data"), coalesce(s."sent_at", the_time), the_clock
    from draft d
        left join stored s on s."ordinal" = d."ordinal"
        left join fresh f on f."ordinal" = d."first" and s."ordinal" is null
    order by d."ordinal";
end
$$;

-- For ingests of the version before, which call `append_messages` without a principal and go on until they are replaced. The next
-- migration drops both functions.
create or replace function "append_messages_before"(
    in_log smallint, in_ids uuid[], in_channels text[], in_types text[],
    in_sender_ids text[], in_sender_names text[], in_data text[], in_keys text[]
) returns table (
    "ordinal" bigint, "epoch" text, "repeated" boolean, "same" boolean,
    "position" bigint, "previous" bigint, "id" uuid, "channel" text, "type" text,
    "sender_id" text, "sender_name" text, "data" text, "sent_at" timestamptz
) language plpgsql as $$
begin
    return query select a."ordinal", a."epoch", a."repeated", a."same", a."position", a."previous", a."id",
        a."channel", a."type", a."sender_id", a."sender_name", a."data", a."sent_at"
    from append_messages(in_log, in_ids, in_channels, in_types, in_sender_ids, in_sender_names, in_data,
        in_sender_ids, in_keys, 86400, clock_timestamp()) a;
end
$$;

-- Gives the log a new epoch if it still has this one and contradicts the place: its head is below it, or has another message there.
-- An empty id is not known and proves nothing. As in an append, the lock comes first, and the look at the message after it.
--
-- It runs with its owner's rights: gateways and bridges, which find such a place, need only be allowed to read.
create function "end_epoch"(in_log smallint, in_epoch text, in_position bigint, in_id text)
returns boolean language plpgsql security definer set search_path from current as $$
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
