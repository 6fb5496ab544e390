-- Messages that applications publish inside their own transactions: such a message exists if and only if its transaction is
-- committed. The ingests move them to the log. So no application holds the log's lock, and no rollback touches the log.
create table "outbox" (
    "log_id" smallint not null,
    "id" bigint not null generated always as identity,
    "message_id" uuid not null,
    "channel" text not null,
    "type" text not null,
    "sender_id" text not null,
    "sender_name" text not null,
    "data" text not null,
    -- Empty: none.
    "key" text not null,
    -- Why the log did not take it: it waits for an operator. Null: it is to be moved.
    "refused" text,
    constraint "outbox_pkey" primary key ("log_id", "id")
);

-- What an ingest's MAX_EVENT_BYTES is, for those who publish.
create table "outbox_limit" (
    "log_id" smallint not null,
    "max_event_bytes" integer not null,
    constraint "outbox_limit_pkey" primary key ("log_id")
);
insert into "outbox_limit" select "id", 65000 from "log";

-- The server's own makes them only since version 18.
create function "uuid_v7"() returns uuid language sql volatile as $$
    select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
        placing substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
        from 1 for 6), 52, 1), 53, 1), 'hex')::uuid
$$;

-- As `eventBytes` in contract/messageEvent.ts: the bytes of a message as an event, at most.
create function "event_bytes"(
    in_channel text, in_type text, in_sender_id text, in_sender_name text, in_data text
) returns integer language sql immutable as $$
    select octet_length(concat('data:{"position":9007199254740991,"previous":9007199254740991,"id":"',
            repeat('0', 36), '","channel":', to_json(in_channel), ',"type":', to_json(in_type),
            ',"sender":{"id":', to_json(in_sender_id), ',"name":', to_json(in_sender_name), '},"data":',
            in_data, ',"sentAt":"2026-11-21T19:33:02.123Z"}', E'\nid:', repeat('z', 16), '-9007199254740991', E'\n\n'))
        -- Line ends that only Unicode knows are escaped: six bytes instead of two or three.
        + 4 * (length(in_data) - length(replace(in_data, U&'\0085', '')))
        + 3 * (length(in_data) - length(translate(in_data, U&'\2028\2029', '')))
$$;

-- Why the log would not take a message, in the words of contract/problem.ts; null if it would.
create function "outbox_refusal"(
    in_channel text, in_type text, in_sender_id text, in_sender_name text, in_data text, in_key text
) returns text language plpgsql immutable as $$
declare
    -- Control characters, what is not drawn, and what turns the direction of writing; all spaces but one.
    hidden constant text := '[\u0001-\u001F\u007F-\u00A0\u00AD\u034F\u0600-\u0605\u061C\u06DD\u070F\u0890\u0891\u08E2'
        '\u115F\u1160\u1680\u17B4\u17B5\u180B-\u180F\u2000-\u200F\u2028-\u202F\u205F-\u206F\u2800\u3000\u3164'
        '\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFC\U000110BD\U000110CD\U00013430-\U0001343F\U0001BCA0-\U0001BCA3'
        '\U0001D159\U0001D173-\U0001D17A\U000E0000-\U000E0FFF]';
    the_marks text;
begin
    if octet_length(in_channel) > 128 or in_channel !~ '^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$' then
        return 'invalid-channel: dot-separated segments of A-Z a-z 0-9 _ -, at most 128 bytes';
    end if;
    if in_type !~ '^[A-Za-z0-9_.:-]{1,64}$' then
        return 'validation-failed: the type must be 1 to 64 characters of A-Z a-z 0-9 _ . : -';
    end if;
    if in_key !~ '^[!-~]{0,255}$' then
        return 'invalid-parameter: the key must be 1 to 255 visible ASCII characters';
    end if;
    if in_sender_id !~ '^((user|service|device|guest):)?[A-Za-z0-9_.@-]{1,64}$' then
        return 'invalid-parameter: the sender must be a principal, such as service:shop';
    end if;
    if in_sender_name !~ '^[^ ]+( [^ ]+)*$' or length(in_sender_name) > 64 or in_sender_name ~ hidden
        or in_sender_name is not nfkc normalized
    then
        return 'invalid-parameter: the sender''s name must be 1 to 64 printable characters';
    end if;
    -- Each step takes away the innermost level of brackets.
    the_marks := regexp_replace(regexp_replace(in_data, '"(\\.|[^"\\])*"', '', 'g'), '[^][{}]', '', 'g');
    if length(the_marks) > 2 * 64 then
        for _ in 1..64 loop
            the_marks := regexp_replace(the_marks, '\[\]|\{\}', '', 'g');
        end loop;
        if the_marks <> '' then
            return 'validation-failed: the data are nested deeper than 64';
        end if;
    end if;
    return null;
end
$$;

-- Publishes a message when the caller's transaction is committed. What the log would refuse raises an error here, so that the
-- application learns of it before its own commit. It returns the message's id, unless the key was used before: then the first message
-- stays the only one. It runs with its owner's rights: an application needs none on the table.
create function "causeway_publish"(
    channel text, data json, type text default 'message', key text default null, sender text default null,
    sender_name text default null, log smallint default 0
) returns uuid language plpgsql volatile security definer set search_path from current as $$
#variable_conflict use_variable
declare
    the_sender constant text := coalesce(sender, 'service:' || session_user);
    the_name constant text := coalesce(sender_name, the_sender);
    -- White space between tokens: within a string, JSON has no line end.
    the_data constant text := translate(data::text, E'\n\r\t', '   ');
    the_id constant uuid := uuid_v7();
    the_bytes integer;
    the_limit integer;
    the_refusal text;
begin
    if channel is null or data is null or type is null then
        raise exception 'validation-failed: channel, data and type must not be null' using errcode = '22004';
    end if;
    the_refusal := outbox_refusal(channel, type, the_sender, the_name, the_data, coalesce(key, ''));
    if key = '' then
        the_refusal := 'invalid-parameter: the key must be 1 to 255 visible ASCII characters';
    end if;
    if the_refusal is not null then
        raise exception '%', the_refusal using errcode = '22023';
    end if;
    -- Raises an error for what operators could not look into later: U+0000, half of a surrogate pair, a number out of bounds.
    perform the_data::jsonb;
    select l."max_event_bytes" into the_limit from "outbox_limit" l where l."log_id" = log;
    if not found then
        raise exception 'invalid-parameter: log % does not exist', log using errcode = '22023';
    end if;
    the_bytes := event_bytes(channel, type, the_sender, the_name, the_data);
    if the_bytes > the_limit then
        raise exception 'too-large: on a stream this message would take % bytes; at most % are allowed (MAX_EVENT_BYTES)',
            the_bytes, the_limit using errcode = '54000';
    end if;
    insert into "outbox" ("log_id", "message_id", "channel", "type", "sender_id", "sender_name", "data", "key")
    values (log, the_id, channel, type, the_sender, the_name, the_data, coalesce(key, ''));
    return the_id;
end
$$;

-- Appends some of the outbox's rows and takes them out, in one transaction. A key that was used for another message is noted in
-- its row, which stays.
create function "outbox_append"(in_rows "outbox"[], in_keep integer, in_now timestamptz) returns table (
    "id" bigint, "refused" text, "epoch" text, "link" text, "repeated" boolean, "position" bigint, "previous" bigint,
    "message_id" uuid, "channel" text, "type" text, "sender_id" text, "sender_name" text, "data" text,
    "sent_at" timestamptz
) language plpgsql as $$
#variable_conflict use_column
declare
    the_log constant smallint := (in_rows[1])."log_id";
begin
    return query
    with appended as materialized (
        select a.*, (in_rows[a."ordinal"])."id" as "outbox_id"
        from append_messages(the_log,
            array(select r."message_id" from unnest(in_rows) r order by r."id"),
            array(select r."channel" from unnest(in_rows) r order by r."id"),
            array(select r."type" from unnest(in_rows) r order by r."id"),
            array(select r."sender_id" from unnest(in_rows) r order by r."id"),
            array(select r."sender_name" from unnest(in_rows) r order by r."id"),
            array(select r."data" from unnest(in_rows) r order by r."id"),
            array(select r."sender_id" from unnest(in_rows) r order by r."id"),
            array(select r."key" from unnest(in_rows) r order by r."id"),
            in_keep, in_now) a
    ), moved as (
        delete from "outbox" o using appended a
        where o."log_id" = the_log and o."id" = a."outbox_id" and a."same"
    ), kept as (
        update "outbox" o set "refused" = 'idempotency-conflict' from appended a
        where o."log_id" = the_log and o."id" = a."outbox_id" and not a."same"
    )
    select a."outbox_id", case when a."same" then null else 'idempotency-conflict' end, a."epoch", a."link",
        a."repeated", a."position", a."previous", a."id", a."channel", a."type", a."sender_id", a."sender_name",
        a."data", a."sent_at"
    from appended a order by a."ordinal";
end
$$;

-- Moves the first of the outbox's rows to the log; none while another ingest does. Answers what became of each row, in their order.
--
-- A row that the log does not take can only be one that was not published by the function above. It is noted, and stops no other.
-- Only errors that the row itself causes count: after any other one nothing has happened, and the next call tries again.
--
-- It runs with its owner's rights: an ingest needs none on the table.
create function "outbox_move"(in_log smallint, in_max_event_bytes integer, in_keep integer, in_now timestamptz)
returns table (
    "id" bigint, "refused" text, "epoch" text, "link" text, "repeated" boolean, "position" bigint, "previous" bigint,
    "message_id" uuid, "channel" text, "type" text, "sender_id" text, "sender_name" text, "data" text,
    "sent_at" timestamptz
) language plpgsql volatile security definer set search_path from current as $$
#variable_conflict use_column
declare
    the_rows "outbox"[];
    the_row "outbox";
begin
    if not pg_try_advisory_xact_lock(hashtext('causeway outbox'), in_log) then
        return;
    end if;
    if not exists (
        select from "outbox_limit" l where l."log_id" = in_log and l."max_event_bytes" = in_max_event_bytes
    ) then
        insert into "outbox_limit" values (in_log, in_max_event_bytes)
        on conflict ("log_id") do update set "max_event_bytes" = excluded."max_event_bytes";
    end if;

    -- One batch: as many rows and bytes as an append takes at once. The first one always fits.
    select array_agg(b.o order by b."id") into the_rows from (
        select f.o, (f.o)."id", sum(octet_length((f.o)."data") + 300) over (order by (f.o)."id") as "bytes"
        from (
            select o from "outbox" o where o."log_id" = in_log and o."refused" is null order by o."id" limit 512
        ) f
    ) b where b."bytes" <= 4000000;
    if the_rows is null then
        return;
    end if;
    begin
        return query select * from outbox_append(the_rows, in_keep, in_now);
        return;
    exception when data_exception or program_limit_exceeded then
    end;
    foreach the_row in array the_rows loop
        begin
            return query select * from outbox_append(array[the_row], in_keep, in_now);
        exception when data_exception or program_limit_exceeded then
            update "outbox" o set "refused" = sqlstate where o."log_id" = in_log and o."id" = the_row."id";
            "id" := the_row."id";
            "refused" := sqlstate;
            return next;
        end;
    end loop;
end
$$;

do $$
declare
    the_function regprocedure;
begin
    for the_function in select p."oid" from pg_proc p
        where p."pronamespace" = current_schema()::regnamespace and p."proname" in ('causeway_publish', 'outbox_move')
    loop
        execute format('alter function %s set search_path = %I, pg_temp', the_function, current_schema());
        -- Whoever may publish has the role `causeway_app`.
        execute format('revoke execute on function %s from public', the_function);
    end loop;
end
$$;
