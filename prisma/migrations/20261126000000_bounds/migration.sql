-- The first of four steps to partitions. Each is a transaction, so the slow ones (the second and the third) lock little, and the ones
-- that lock everything (this and the last) only change the catalogue.
--
-- A message may be about another one of its channel: an edit, a reaction, a reply. No code uses that yet.
--
-- The check will let the last step attach this table as a partition without reading it. It leaves room for the messages that come
-- until then, and is not validated yet. With several logs in the table there can be none.
do $$
declare
    the_end bigint;
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

    alter table "message" add column if not exists "about" bigint;

    -- An append that waits for the log's lock while the last step is committed goes on afterwards, in the function that it called. So
    -- that one takes the lock first and then calls another, which the last step replaces. `append_messages` itself stays the same
    -- object: sessions have plans that lead to it.
    execute replace(pg_get_functiondef('append_messages'::regproc), 'append_messages(', 'append_messages_before(');

    if not exists (select from "log" where "id" <> 0) then
        select ((l."head" + 5000000 - 1) / 10000000 + 1) * 10000000 into the_end from "log" l;
        execute format('alter table "message" add constraint "message_bounds" check ('
            '"log_id" = 0::smallint and "position" >= 1 and "position" < %s) not valid', the_end + 1);
    end if;
end
$$;

create or replace function "append_messages"(
    in_log smallint, in_ids uuid[], in_channels text[], in_types text[],
    in_sender_ids text[], in_sender_names text[], in_data text[], in_keys text[]
) returns table (
    "ordinal" bigint, "epoch" text, "repeated" boolean, "same" boolean,
    "position" bigint, "previous" bigint, "id" uuid, "channel" text, "type" text,
    "sender_id" text, "sender_name" text, "data" text, "sent_at" timestamptz
) language plpgsql as $$
begin
    perform from "log" l where l."id" = in_log for update;
    return query select * from append_messages_before(
        in_log, in_ids, in_channels, in_types, in_sender_ids, in_sender_names, in_data, in_keys);
end
$$;
