-- The outbox is empty most of the time, and then has thousands of rows at once. Whatever Postgres believes of it soon is wrong: with a
-- plan for an empty table, a batch of a backlog went through the whole table, or through all of it for each of its rows. So each
-- statement that touches it has a function of its own, which can only take the primary key. Nothing else is planned in there.

-- The first rows that are to be moved: as many rows and bytes as an append takes at once. The first one always fits.
create function "outbox_first"(in_log smallint) returns "outbox"[] language plpgsql
set enable_seqscan to off set enable_bitmapscan to off as $$
declare
    the_rows "outbox"[];
begin
    select array_agg(b.o order by b."id") into the_rows from (
        select f.o, (f.o)."id", sum(octet_length((f.o)."data") + 300) over (order by (f.o)."id") as "bytes"
        from (
            select o from "outbox" o where o."log_id" = in_log and o."refused" is null order by o."id" limit 512
        ) f
    ) b where b."bytes" <= 4000000;
    return the_rows;
end
$$;

-- Takes out the rows that were moved, and notes those that were refused.
create function "outbox_settle"(in_log smallint, in_moved bigint[], in_refused bigint[], in_why text) returns void
language plpgsql set enable_seqscan to off set enable_bitmapscan to off as $$
begin
    delete from "outbox" o where o."log_id" = in_log and o."id" = any(in_moved);
    update "outbox" o set "refused" = in_why where o."log_id" = in_log and o."id" = any(in_refused);
end
$$;

-- Appends some of the outbox's rows and takes them out, in one transaction. A key that was used for another message is noted in
-- its row, which stays.
create or replace function "outbox_append"(in_rows "outbox"[], in_keep integer, in_now timestamptz) returns table (
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
    ), settled as materialized (
        select outbox_settle(the_log, array_agg(a."outbox_id") filter (where a."same"),
            array_agg(a."outbox_id") filter (where not a."same"), 'idempotency-conflict')
        from appended a
    )
    select a."outbox_id", case when a."same" then null else 'idempotency-conflict' end, a."epoch", a."link",
        a."repeated", a."position", a."previous", a."id", a."channel", a."type", a."sender_id", a."sender_name",
        a."data", a."sent_at"
    from appended a cross join settled order by a."ordinal";
end
$$;

-- Moves the first of the outbox's rows to the log; none while another ingest does. Answers what became of each row, in their order.
--
-- A row that the log does not take can only be one that was not published by `causeway_publish`. It is noted, and stops no other.
-- Only errors that the row itself causes count: after any other one nothing has happened, and the next call tries again.
--
-- It runs with its owner's rights: an ingest needs none on the table.
create or replace function "outbox_move"(
    in_log smallint, in_max_event_bytes integer, in_keep integer, in_now timestamptz
) returns table (
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

    -- A statement of its own, after the lock: it sees what the mover before has taken out.
    the_rows := outbox_first(in_log);
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
            perform outbox_settle(in_log, null, array[the_row."id"], sqlstate);
            "id" := the_row."id";
            "refused" := sqlstate;
            return next;
        end;
    end loop;
end
$$;

do $$
begin
    execute format('alter function outbox_move(smallint, integer, integer, timestamptz) set search_path = %I, pg_temp',
        current_schema());
end
$$;
