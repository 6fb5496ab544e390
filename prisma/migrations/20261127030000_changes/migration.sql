-- Messages about messages: replies, edits, deletions and reactions.
--
-- From here on everybody waits until this is committed: it only changes the catalogue.
do $$
begin
    -- A lock that waits behind a long read keeps everybody waiting who comes after it. So it is asked for again and again.
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

alter table "message"
    -- `reply`, `edit`, `delete`, `reaction` or `unreaction`; null if the message is about no other one.
    add column "about_as" text,
    -- Its data was taken away, with the message itself or with the one that it edits.
    add column "deleted" boolean not null default false;

-- What is about a message, summed up at each append: a page of history is folded by one look at this table. A message has no row
-- before something is about it.
create table "fold" (
    "log_id" smallint not null,
    "position" bigint not null,
    -- Positions, in order.
    "edits" bigint[] not null default '{}',
    "replies" bigint not null default 0,
    "last_reply" bigint,
    -- From a reaction's name to the number of people who have it.
    "reactions" jsonb not null default '{}',
    constraint "fold_pkey" primary key ("log_id", "position")
);

-- Who has which reaction now.
create table "reaction" (
    "log_id" smallint not null,
    "about" bigint not null,
    "name" text not null,
    "sender_id" text not null,
    -- Of the message that brought it.
    "position" bigint not null,
    constraint "reaction_pkey" primary key ("log_id", "about", "name", "sender_id")
);
-- The first people with a reaction.
create index "reaction_log_id_about_name_position_idx" on "reaction" ("log_id", "about", "name", "position");

-- For each draft of a batch that is about another message: why it may not be (`refusals`), the position of the same reaction
-- (`existing`), or the ordinal of the same reaction in this batch (`twins`). The caller holds the log's lock. A reaction is noted at
-- once, with its negative ordinal for a position, so that the next draft sees it.
create function "check_changes"(
    in_log smallint, in_time timestamptz, in_oldest timestamptz, in_channels text[], in_sender_ids text[], in_data text[],
    in_principals text[], in_keys text[], in_abouts bigint[], in_about_as text[], in_moderators boolean[],
    in_change_seconds integer, out "refusals" text[], out "existing" bigint[], out "twins" bigint[]
) language plpgsql as $$
#variable_conflict use_column
declare
    the_target "message";
    the_deleted bigint[] := '{}';
    the_name text;
    the_found bigint;
begin
    refusals := array_fill(null::text, array[cardinality(in_abouts)]);
    existing := array_fill(null::bigint, array[cardinality(in_abouts)]);
    twins := existing;
    for i in 1..cardinality(in_abouts) loop
        continue when in_about_as[i] = '';
        -- A repeat of a key is no change.
        continue when in_keys[i] <> '' and (exists (
            select from "idempotency" k join "message" m on m."log_id" = in_log and m."position" = k."position"
            where k."log_id" = in_log and k."channel" = in_channels[i] and k."principal" = in_principals[i]
                and k."key" = in_keys[i] and k."at" > in_oldest
        ) or exists (
            select from generate_series(1, i - 1) j where in_keys[j] = in_keys[i] and refusals[j] is null
                and in_channels[j] = in_channels[i] and in_principals[j] = in_principals[i]
        ));
        select * into the_target from "message" m
            where m."log_id" = in_log and m."position" = in_abouts[i] and m."channel" = in_channels[i];
        if not found then
            refusals[i] := 'not-found';
        elsif the_target."deleted" or in_abouts[i] = any(the_deleted) then
            refusals[i] := 'deleted';
        elsif the_target."about_as" <> 'reply' and in_change_seconds is not null then
            refusals[i] := 'change';
        elsif in_about_as[i] in ('edit', 'delete') then
            if in_moderators[i] then
                null;
            elsif the_target."sender_id" <> in_principals[i] then
                refusals[i] := 'not-author';
            elsif in_change_seconds > 0
                and in_time > the_target."sent_at" + make_interval(secs => in_change_seconds) then
                refusals[i] := 'too-late';
            end if;
            if in_about_as[i] = 'edit' and exists (
                select from "fold" f where f."log_id" = in_log and f."position" = in_abouts[i]
                    and cardinality(f."edits") >= 1000
            ) then
                refusals[i] := coalesce(refusals[i], 'too-many');
            end if;
            if in_about_as[i] = 'delete' and refusals[i] is null then
                the_deleted := the_deleted || in_abouts[i];
            end if;
        elsif in_about_as[i] = 'reaction' then
            the_name := in_data[i]::json #>> '{}';
            if exists (
                select from "fold" f where f."log_id" = in_log and f."position" = in_abouts[i]
                    and not f."reactions" ? the_name
                    and (select count(*) from jsonb_object_keys(f."reactions")) >= 50
            ) then
                refusals[i] := 'too-many';
                continue;
            end if;
            insert into "reaction" ("log_id", "about", "name", "sender_id", "position")
                values (in_log, in_abouts[i], the_name, in_sender_ids[i], -i)
                on conflict ("log_id", "about", "name", "sender_id") do nothing;
            if not found then
                select r."position" into the_found from "reaction" r where r."log_id" = in_log
                    and r."about" = in_abouts[i] and r."name" = the_name and r."sender_id" = in_sender_ids[i];
                if the_found < 0 then
                    twins[i] := -the_found;
                else
                    existing[i] := the_found;
                end if;
            end if;
        elsif in_about_as[i] = 'unreaction' then
            delete from "reaction" r where r."log_id" = in_log and r."about" = in_abouts[i]
                and r."name" = in_data[i]::json #>> '{}' and r."sender_id" = in_sender_ids[i];
            if not found then
                refusals[i] := 'no-reaction';
            end if;
        end if;
    end loop;
end
$$;

-- Sums up the changes after a position and up to another, and blanks what they delete. The caller holds the log's lock.
create function "fold_changes"(in_log smallint, in_after bigint, in_to bigint) returns void
language plpgsql as $$
declare
    the_change record;
begin
    for the_change in
        select m."position", m."about", m."about_as", m."sender_id",
            case when m."about_as" in ('reaction', 'unreaction') then m."data" #>> '{}' end as "name"
        from "message" m
        where m."log_id" = in_log and m."position" > in_after and m."position" <= in_to and m."about_as" is not null
        order by m."position"
    loop
        insert into "fold" ("log_id", "position") values (in_log, the_change."about")
            on conflict ("log_id", "position") do nothing;
        case the_change."about_as"
        when 'reply' then
            update "fold" f set "replies" = f."replies" + 1, "last_reply" = the_change."position"
                where f."log_id" = in_log and f."position" = the_change."about";
        when 'edit' then
            update "fold" f set "edits" = f."edits" || the_change."position"
                where f."log_id" = in_log and f."position" = the_change."about";
        when 'delete' then
            perform blank_message(in_log, the_change."about");
        when 'reaction' then
            update "reaction" r set "position" = the_change."position" where r."log_id" = in_log
                and r."about" = the_change."about" and r."name" = the_change."name"
                and r."sender_id" = the_change."sender_id";
            update "fold" f set "reactions" = f."reactions" || jsonb_build_object(the_change."name",
                    coalesce((f."reactions" ->> the_change."name")::bigint, 0) + 1)
                where f."log_id" = in_log and f."position" = the_change."about";
        when 'unreaction' then
            perform uncount_reaction(in_log, the_change."about", the_change."name");
        else
            null;
        end case;
    end loop;
end
$$;

-- One person less has the reaction.
create function "uncount_reaction"(in_log smallint, in_position bigint, in_name text) returns void
language sql as $$
    update "fold" f set "reactions" = case when (f."reactions" ->> in_name)::bigint > 1
            then f."reactions" || jsonb_build_object(in_name, (f."reactions" ->> in_name)::bigint - 1)
            else f."reactions" - in_name end
        where f."log_id" = in_log and f."position" = in_position
$$;

-- Takes the data of a message and of its edits away. Their positions stay.
create function "blank_message"(in_log smallint, in_position bigint) returns void
language sql as $$
    update "message" m set "data" = 'null', "deleted" = true
        where m."log_id" = in_log and m."position" = any(array[in_position] || coalesce((
            select f."edits" from "fold" f where f."log_id" = in_log and f."position" = in_position
        ), '{}'));
    update "fold" f set "reactions" = '{}' where f."log_id" = in_log and f."position" = in_position
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
-- `in_abouts` and `in_about_as` say what a message is about; 0 and '' mean nothing, and null that no message of the batch is about
-- another. Then nothing but the insert's two nulls is added to the work. Otherwise each change is checked under the lock, in order, so
-- that no two can interleave. One that may not be takes no position: its row has only `refusal`. A moderator (`in_moderators`) may
-- change what others wrote, at any time; an author may for `in_change_seconds`, or always if that is 0. Null is for an erasure, which
-- deletes changes too.
--
-- `in_now` is the caller's clock. `clock` is this server's, so that the caller can tell how far the two differ.
create function "append_messages"(
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
        -- Each limit keeps the planner from any other way than by the primary key, also while the tables are small.
        -- `existing` is the reaction that its sender has already.
        select d."ordinal", m.* from draft d cross join lateral (
            select coalesce(d."existing", (
                select i."position" from "idempotency" i
                where i."log_id" = in_log and i."channel" = d."channel" and i."principal" = d."principal"
                    and i."key" = d."key" and i."at" > the_oldest
                limit 1
            )) as "position"
        ) i cross join lateral (
            select * from "message" m
            where m."log_id" = in_log and m."position" = i."position" limit 1
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
        from placed p left join "channel" c on c."log_id" = in_log and c."name" = p."channel"
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

-- One step of an erasure: of a sender's messages after a position it takes a hundred, out of ten thousand positions. It takes the data,
-- the sender's id and the name, and leaves the positions. Each message that had data gets a deletion by `in_by_id` under the next of
-- `in_ids`, which tells the readers and empties the copies. Answers how far it looked, and how many messages it changed.
create function "erase_messages"(
    in_log smallint, in_sender text, in_after bigint, in_by_id text, in_by_name text, in_ids uuid[]
) returns table ("up_to" bigint, "erased" bigint, "done" boolean) language plpgsql as $$
#variable_conflict use_column
declare
    the_head bigint;
    the_end bigint;
    the_positions bigint[];
    the_targets bigint[];
    the_channels text[];
    the_change record;
begin
    select l."head" into the_head from "log" l where l."id" = in_log;
    the_end := least(in_after + 10000, the_head);
    the_positions := array(
        select s."position" from (
            select m."position", m."sender_id" from "message" m
            where m."log_id" = in_log and m."position" > in_after and m."position" <= the_end offset 0
        ) s where s."sender_id" = in_sender order by s."position" limit 100
    );
    if cardinality(the_positions) = 100 then
        the_end := the_positions[100];
    end if;
    if cardinality(the_positions) > 0 then
        -- As in an append, the lock comes before everything that is read under it.
        perform from "log" l where l."id" = in_log for update;
        for the_change in
            select m."position", m."about", m."about_as",
                case when m."about_as" = 'reaction' then m."data" #>> '{}' end as "name"
            from "message" m where m."log_id" = in_log and m."position" = any(the_positions)
                and m."about_as" in ('edit', 'reaction')
        loop
            if the_change."about_as" = 'edit' then
                update "fold" f set "edits" = array_remove(f."edits", the_change."position")
                    where f."log_id" = in_log and f."position" = the_change."about";
            else
                delete from "reaction" r where r."log_id" = in_log and r."about" = the_change."about"
                    and r."name" = the_change."name" and r."sender_id" = in_sender
                    and r."position" = the_change."position";
                if found then
                    perform uncount_reaction(in_log, the_change."about", the_change."name");
                end if;
            end if;
        end loop;
        select array_agg(m."position" order by m."position"), array_agg(m."channel" order by m."position") into the_targets, the_channels from "message" m
            where m."log_id" = in_log and m."position" = any(the_positions) and not m."deleted"
                and coalesce(m."about_as" not in ('delete', 'unreaction'), true);
        if the_targets is not null then
            perform count(*) from append_messages(in_log, in_ids[1:cardinality(the_targets)], the_channels,
                array_fill('message'::text, array[cardinality(the_targets)]),
                array_fill(in_by_id, array[cardinality(the_targets)]),
                array_fill(in_by_name, array[cardinality(the_targets)]),
                array_fill('null'::text, array[cardinality(the_targets)]),
                array_fill(in_by_id, array[cardinality(the_targets)]),
                array_fill(''::text, array[cardinality(the_targets)]),
                0, clock_timestamp(), the_targets, array_fill('delete'::text, array[cardinality(the_targets)]),
                array_fill(true, array[cardinality(the_targets)]), null);
        end if;
        update "message" m set "sender_id" = 'erased', "sender_name" = 'Erased', "data" = 'null',
            "deleted" = m."about_as" is distinct from 'delete'
            where m."log_id" = in_log and m."position" = any(the_positions);
    end if;
    return query select the_end, cardinality(the_positions)::bigint, the_end >= the_head;
end
$$;

-- For callers that know nothing of changes. It stays the same object with the same columns: sessions have plans that lead to it.
create or replace function "append_messages"(
    in_log smallint, in_ids uuid[], in_channels text[], in_types text[], in_sender_ids text[],
    in_sender_names text[], in_data text[], in_principals text[], in_keys text[], in_keep integer,
    in_now timestamptz
) returns table (
    "ordinal" bigint, "epoch" text, "link" text, "repeated" boolean, "same" boolean,
    "position" bigint, "previous" bigint, "id" uuid, "channel" text, "type" text,
    "sender_id" text, "sender_name" text, "data" text, "sent_at" timestamptz, "clock" timestamptz
) language sql as $$
    select a."ordinal", a."epoch", a."link", a."repeated", a."same", a."position", a."previous", a."id", a."channel",
        a."type", a."sender_id", a."sender_name", a."data", a."sent_at", a."clock"
    from append_messages(in_log, in_ids, in_channels, in_types, in_sender_ids, in_sender_names, in_data,
        in_principals, in_keys, in_keep, in_now, null, null, null, 0) a
$$;

-- With their owner's rights, and a path that a caller's temporary tables come last in. One plan for all batches: Postgres would take the
-- one for null arrays for cheaper, and plan each single append again, for more than the append itself takes.
do $$
declare
    the_function regprocedure;
begin
    for the_function in select p."oid" from pg_proc p
        where p."pronamespace" = current_schema()::regnamespace and p."proname" in ('append_messages', 'erase_messages')
    loop
        execute format('alter function %s security definer set search_path = %I, pg_temp',
            the_function, current_schema());
        execute format('alter function %s set plan_cache_mode = force_generic_plan', the_function);
    end loop;
end
$$;
