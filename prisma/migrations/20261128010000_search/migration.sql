-- Full-text search. What it finds by stands in a table of its own, which ingests fill in the background, in the order of the log: a GIN
-- index costs several times what an append does. Nothing is read here, and nobody waits but for the rows' functions.
create table "search" (
    "log_id" smallint not null,
    "position" bigint not null,
    "channel" text not null,
    -- The words of the newest data, and keys: see `search_keys`.
    "words" tsvector not null,
    constraint "search_pkey" primary key ("log_id", "position")
);
-- A step of ingests collects its entries in a list first, for a seventh of the time, and empties it at its end: every search reads
-- through that list.
create index "search_words_idx" on "search" using gin ("words") with (fastupdate = on);

-- How far a log can be searched: the messages above `after`, up to `up_to`. New ones come first, then older ones, newest first.
create table "search_state" (
    "log_id" smallint not null,
    -- The text search configuration by which its words are made.
    "language" text not null,
    "after" bigint not null,
    "up_to" bigint not null,
    constraint "search_state_pkey" primary key ("log_id")
);
insert into "search_state" select "id", 'simple', "head", "head" from "log";

-- Blocks have 4,096, 65,536 and 1,048,576 positions.
create function "search_block"(in_log smallint, in_position bigint, in_level integer)
returns text language sql immutable as $$
    select E'\x01' || in_level::text || '.' || in_log::text || '.' || (in_position >> (12 + 4 * in_level))::text
$$;

-- Words that no text has, since they begin with a control character: of the channel, of each subtree of channels that it is in, of the
-- sender and the type, and of blocks of the log of three sizes. By these the index finds the words of few channels, or of a stretch of
-- the log, without going through all other messages with the same words.
create function "search_keys"(in_log smallint, in_position bigint, in_channel text, in_sender_id text, in_type text)
returns tsvector language plpgsql immutable as $$
declare
    the_keys text[] := array[E'\x01c' || in_channel, E'\x01s' || in_sender_id, E'\x01t' || in_type,
        search_block(in_log, in_position, 0), search_block(in_log, in_position, 1), search_block(in_log, in_position, 2)];
    the_end integer := 0;
begin
    loop
        exit when strpos(substr(in_channel, the_end + 1), '.') = 0;
        the_end := the_end + strpos(substr(in_channel, the_end + 1), '.');
        the_keys := the_keys || (E'\x01c' || left(in_channel, the_end));
    end loop;
    return array_to_tsvector(the_keys);
end
$$;

-- The words in the strings of some data. It never fails: a message that it cannot read is found by none. Of a very long text it takes the
-- beginning: the server allows a megabyte for the words of one row, and their index takes as long as it is large.
create function "search_words"(in_language regconfig, in_data json) returns tsvector
language plpgsql stable as $$
declare
    the_text text;
    the_words tsvector;
begin
    if octet_length(in_data::text) <= 100000 then
        return json_to_tsvector(in_language, in_data, '["string"]');
    end if;
    select left(string_agg(s #>> '{}', ' '), 100000) into the_text
    from jsonb_path_query(in_data::jsonb, 'strict $.** ? (@.type() == "string")') s;
    return coalesce(to_tsvector(in_language, the_text), '');
exception when data_exception or program_limit_exceeded then
    return '';
end
$$;

-- Puts the next of a log's messages into the search: a step of at most 500 of them, and 128 KiB. Returns whether there are more; false if
-- another process does this now.
--
-- Of new messages, edits put the message that they are about in again. Deletions take theirs out again: a step that began before could have
-- put it in after the deletion's own transaction had taken it out. A deleted edit shows again what was before it.
--
-- If an append has taken a row out and is not committed yet, the step gives up: it has rows that the append may come to.
create function "index_messages"(in_log smallint) returns boolean language plpgsql as $$
declare
    the_state "search_state";
    the_log "log";
    the_positions bigint[];
    the_end bigint;
    the_changed bigint[] := '{}';
begin
    if not pg_try_advisory_xact_lock(hashtext('causeway search'), in_log) then
        return false;
    end if;
    insert into "search_state" select l."id", 'simple', l."head", l."head" from "log" l where l."id" = in_log
        on conflict ("log_id") do nothing;
    select * into the_state from "search_state" s where s."log_id" = in_log;
    select * into the_log from "log" l where l."id" = in_log;

    if the_log."head" > the_state."up_to" then
        select array_agg(b."position"), max(b."position") into the_positions, the_end from (
            select m."position", row_number() over in_order as "number", sum(m."data_bytes") over in_order as "bytes"
            from (
                select "position", "data_bytes" from "message"
                where "log_id" = in_log and "position" > the_state."up_to" order by "position" limit 500
            ) m window in_order as (order by m."position")
        ) b where b."number" = 1 or b."bytes" <= 131072;
        update "search_state" s set "up_to" = coalesce(the_end, the_log."head") where s."log_id" = in_log;
        select coalesce(array_agg(distinct t."position"), '{}') into the_changed from (
            select unnest(array[c."about", e."about"]) as "position" from "message" c
                left join lateral (
                    select "about" from "message"
                    where "log_id" = in_log and "position" = c."about" and "about_as" = 'edit' limit 1
                ) e on c."about_as" = 'delete'
            where c."log_id" = in_log and c."position" = any(the_positions) and c."about_as" in ('edit', 'delete')
        ) t where t."position" > the_state."after";
        delete from "search" s where s."log_id" = in_log and s."position" = any(the_changed);
    elsif the_state."after" > the_log."low" then
        select array_agg(b."position"), min(b."position") into the_positions, the_end from (
            select m."position", row_number() over in_order as "number", sum(m."data_bytes") over in_order as "bytes"
            from (
                select "position", "data_bytes" from "message"
                where "log_id" = in_log and "position" <= the_state."after" order by "position" desc limit 500
            ) m window in_order as (order by m."position" desc)
        ) b where b."number" = 1 or b."bytes" <= 131072;
        update "search_state" s set "after" = coalesce(the_end - 1, 0) where s."log_id" = in_log;
    else
        return false;
    end if;

    insert into "search" ("log_id", "position", "channel", "words")
    select in_log, m."position", m."channel",
        search_words(the_state."language"::regconfig, coalesce(e."data", m."data"))
            || search_keys(in_log, m."position", m."channel", m."sender_id", m."type")
    from (select distinct unnest(the_positions || the_changed) as "position") wanted
        cross join lateral (
            select * from "message" where "log_id" = in_log and "position" = wanted."position" limit 1
        ) m
        left join lateral (
            select "edits" from "fold" where "log_id" = in_log and "position" = wanted."position" limit 1
        ) f on true
        left join lateral (
            select "data" from "message" where "log_id" = in_log and not "deleted"
                and "position" = f."edits"[cardinality(f."edits")] limit 1
        ) e on true
    where not m."deleted" and coalesce(m."about_as" = 'reply', true)
    on conflict ("log_id", "position") do update set "words" = excluded."words";
    perform gin_clean_pending_list('search_words_idx');
    return true;
exception when lock_not_available then
    return false;
end
$$;

-- What every match of a query has, as far as the index can tell it without a look at the row: not what must be missing, and the words of
-- phrases in any order. Null if that is nothing.
create function "search_weak"(in_query tsquery) returns tsquery language sql immutable as $$
    select regexp_replace(nullif(nullif(querytree(in_query), 'T'), ''), '<(-|\d+)>', '&', 'g')::tsquery
$$;

-- Looks for messages, newest first: those below `in_before`, and above `in_after`. `in_exact` is what a message must match. The index is
-- asked for `in_keys`, which is exact too, and for what it can tell of `in_weak`, which every match has to match as well. The channel must
-- be in one of the ranges `in_from` to `in_to`, which are in order, and match `in_pattern`; null stands for all channels.
--
-- It goes through the log block by block. Where matches are dense, blocks are small, and the newest few thousand messages suffice. Where
-- they are rare, one look at the index does for a million. A block with too many of what the index finds is cut into smaller ones. So the
-- rows that it looks at are bounded, and if they have not sufficed, `stopped` is where the next look goes on (as `in_before`); else null.
create function "search_messages"(
    in_log smallint, in_exact text, in_weak text, in_keys text, in_from text[], in_to text[], in_pattern text,
    in_after bigint, in_before bigint, in_count integer, in_ranked boolean,
    out "head" bigint, out "language" text, out "after" bigint, out "up_to" bigint,
    out "positions" bigint[], out "ranks" real[], out "stopped" bigint
) language plpgsql stable as $$
#variable_conflict use_column
declare
    max_rows constant integer := 8000;
    max_blocks constant integer := 200;
    the_exact tsquery;
    the_weak tsquery;
    the_keys constant tsquery := nullif(in_keys, '')::tsquery;
    the_floor bigint;
    the_cursor bigint;
    the_start bigint;
    the_level integer := 0;
    the_highest integer := 2;
    the_block tsquery;
    the_most integer;
    the_rows integer := 0;
    the_blocks integer := 0;
    the_seen integer;
    the_hits bigint[];
    the_ranks real[];
    the_share float8;
begin
    select l."head", coalesce(s."language", 'simple'), coalesce(s."after", l."head"), coalesce(s."up_to", l."head")
    into "head", "language", "after", "up_to"
    from "log" l left join "search_state" s on s."log_id" = l."id" where l."id" = in_log;
    positions := '{}';
    ranks := '{}';
    the_exact := to_tsquery("language"::regconfig, in_exact);
    the_weak := search_weak(to_tsquery("language"::regconfig, in_weak));
    the_cursor := least(in_before, "up_to" + 1);
    the_floor := greatest(in_after, "after");
    while numnode(the_exact) > 0 and the_cursor - 1 > the_floor and cardinality(positions) < in_count loop
        if the_rows >= max_rows or the_blocks >= max_blocks then
            stopped := the_cursor;
            exit;
        end if;
        the_start := greatest(the_floor + 1, ((the_cursor - 1) >> (12 + 4 * the_level)) << (12 + 4 * the_level));
        the_block := ('''' || search_block(in_log, the_cursor - 1, the_level) || '''')::tsquery;
        -- The smallest blocks are always looked through.
        the_most := case when the_level = 0 then 4096 else 2000 end;
        select count(*),
            array_agg(w."position" order by w."position" desc) filter (where w."is_hit"),
            array_agg(w."rank" order by w."position" desc) filter (where w."is_hit")
        into the_seen, the_hits, the_ranks
        from (
            select c."position", c."words" @@ the_exact and (in_pattern is null or c."channel" ~ in_pattern)
                    and (in_from is null
                        or c."channel" collate "C" < in_to[width_bucket(c."channel" collate "C", in_from)]) as "is_hit",
                case when in_ranked then ts_rank(c."words", the_exact, 1) end as "rank"
            from (
                -- By conditions of their own: the index goes through them side by side, and leaves out what is in no such block. Of one
                -- condition for all, it would go through the rarest word from the log's beginning. The sums keep the planner from any
                -- other index than that of the words.
                select s."position", s."channel", s."words" from "search" s
                where s."words" @@ the_block and s."words" @@ coalesce(the_keys, the_block)
                    and s."words" @@ coalesce(the_weak, the_block)
                    and s."position" + 0 >= the_start and s."position" + 0 < the_cursor
                limit the_most + 1
            ) c
        ) w;
        the_rows := the_rows + the_seen;
        the_blocks := the_blocks + 1;
        if the_seen > the_most then
            the_level := the_level - 1;
            the_highest := the_level;
            continue;
        end if;
        positions := positions || coalesce(the_hits, '{}');
        ranks := ranks || coalesce(the_ranks, '{}');
        the_share := (the_seen + 1.0) / (the_cursor - the_start);
        the_cursor := the_start;
        the_level := 0;
        while the_level < the_highest and the_share * (65536 << (4 * the_level)) < 1000 loop
            the_level := the_level + 1;
        end loop;
    end loop;
    positions := positions[1:in_count];
    ranks := ranks[1:in_count];
end
$$;

-- Begins the search again in another language; does nothing if it has that one already. Whoever searches or appends a deletion in that
-- moment waits; so the lock is asked for again and again, and nobody queues up behind it.
create function "search_in"(in_language text) returns boolean language plpgsql as $$
declare
    the_language constant text := in_language::regconfig::text;
begin
    -- As a step does it. A step that is under way ends first.
    perform pg_advisory_xact_lock(hashtext('causeway search'), l."id") from "log" l order by l."id";
    if not exists (select from "search_state" s where s."language" <> the_language) then
        return false;
    end if;
    perform set_config('lock_timeout', '300ms', true);
    loop
        begin
            truncate table "search";
            exit;
        exception when lock_not_available then
            perform pg_sleep(0.5);
        end;
    end loop;
    update "search_state" s set "language" = the_language, "after" = l."head", "up_to" = l."head"
        from "log" l where l."id" = s."log_id";
    return true;
end
$$;

-- Takes the data of a message and of its edits away, and their words. Their positions stay. The message that a deleted edit changed is put
-- into the search again by the next step.
create or replace function "blank_message"(in_log smallint, in_position bigint) returns void
language sql as $$
    delete from "search" s where s."log_id" = in_log and s."position" = in_position;
    delete from "search" s using "message" m where m."log_id" = in_log and m."position" = in_position
        and m."about_as" = 'edit' and s."log_id" = in_log and s."position" = m."about";
    update "message" m set "data" = 'null', "deleted" = true
        where m."log_id" = in_log and m."position" = any(array[in_position] || coalesce((
            select f."edits" from "fold" f where f."log_id" = in_log and f."position" = in_position
        ), '{}'));
    update "fold" f set "reactions" = '{}' where f."log_id" = in_log and f."position" = in_position
$$;

-- Removes each channel's messages up to a position, and returns how many those were. An empty file: there is no archive.
--
-- No step of the search may be under way: it could put in what is removed here.
--
-- The log's lock comes after the deletion, which takes longest. It is needed for the rows of the channels: an append locks several of
-- them, in an order of its own.
create or replace function "remove_messages"(
    in_log smallint, in_channels text[], in_ends bigint[], in_file text, in_bytes bigint
) returns bigint language plpgsql as $$
declare
    the_channels text[];
    the_ends bigint[];
    the_counts bigint[];
begin
    perform pg_advisory_xact_lock(hashtext('causeway search'), in_log);
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

-- `index_messages` and `remove_messages` have their owner's rights. The index of the words is read by bitmap scans only, which the services
-- switch off for everything else; and one plan holds for all words.
do $$
declare
    the_function regprocedure;
begin
    for the_function in select p."oid" from pg_proc p
        where p."pronamespace" = current_schema()::regnamespace and p."proname" in ('index_messages', 'remove_messages')
    loop
        execute format('alter function %s security definer set search_path = %I, pg_temp',
            the_function, current_schema());
    end loop;
    alter function "index_messages" set lock_timeout = '50ms';
    for the_function in select p."oid" from pg_proc p
        where p."pronamespace" = current_schema()::regnamespace and p."proname" = 'search_messages'
    loop
        execute format('alter function %s set enable_bitmapscan = on', the_function);
        execute format('alter function %s set plan_cache_mode = force_generic_plan', the_function);
        execute format('alter function %s set jit = off', the_function);
        -- What the query's parser says of words that it ignores.
        execute format('alter function %s set client_min_messages = warning', the_function);
    end loop;
end
$$;
