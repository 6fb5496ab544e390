-- Which log a channel belongs to, as the layout says: for applications that publish in the database. Without a row there is one log.
create table "layout" (
    "id" smallint not null default 0,
    -- All logs, by their numbers, also those of other databases.
    "logs" integer[] not null,
    -- Rules in their order: a regular expression for the names of channels, and the log that these belong to.
    "patterns" text[] not null,
    "pattern_logs" integer[] not null,
    constraint "layout_pkey" primary key ("id"),
    constraint "layout_id_check" check ("id" = 0)
);

-- The low 32 bits of a product of two numbers of 32 bits; the whole one would not fit.
create function "times32"(in_one bigint, in_other bigint) returns bigint language sql immutable as $$
    select ((in_one & 65535) * in_other + ((((in_one >> 16) * in_other) & 65535) << 16)) & 4294967295
$$;

create function "mixed32"(in_hash bigint) returns bigint language plpgsql immutable as $$
declare
    the_hash bigint := times32(in_hash # (in_hash >> 16), 2246822507);
begin
    the_hash := times32(the_hash # (the_hash >> 13), 3266489909);
    return the_hash # (the_hash >> 16);
end
$$;

-- As ChannelLogs in contract/channelLogs.ts. Null if there is no layout.
create function "log_of"(in_channel text) returns integer language plpgsql stable as $$
declare
    the_layout "layout";
    the_hash bigint := 2166136261;
    the_log integer;
    the_weight bigint;
    the_best integer;
    the_most bigint := -1;
begin
    select * into the_layout from "layout";
    if not found then
        return null;
    end if;
    for the_rule in 1 .. cardinality(the_layout."patterns") loop
        if in_channel ~ the_layout."patterns"[the_rule] then
            return the_layout."pattern_logs"[the_rule];
        end if;
    end loop;
    for the_character in 1 .. length(in_channel) loop
        the_hash := times32(the_hash # ascii(substr(in_channel, the_character, 1)), 16777619);
    end loop;
    foreach the_log in array the_layout."logs" loop
        continue when the_log = any(the_layout."pattern_logs");
        the_weight := mixed32(the_hash # mixed32(the_log + 1));
        if the_weight > the_most then
            the_most := the_weight;
            the_best := the_log;
        end if;
    end loop;
    return the_best;
end
$$;

-- Publishes a message when the caller's transaction is committed. What the log would refuse raises an error here, so that the
-- application learns of it before its own commit. It returns the message's id, unless the key was used before: then the first message
-- stays the only one. It runs with its owner's rights: an application needs none on the table.
--
-- With a layout the channel decides about the log, which must be in this database.
create or replace function "causeway_publish"(
    channel text, data json, type text default 'message', key text default null, sender text default null,
    sender_name text default null, log smallint default null
) returns uuid language plpgsql volatile security definer set search_path from current as $$
#variable_conflict use_variable
declare
    the_sender constant text := coalesce(sender, 'service:' || session_user);
    the_name constant text := coalesce(sender_name, the_sender);
    -- White space between tokens: within a string, JSON has no line end.
    the_data constant text := translate(data::text, E'\n\r\t', '   ');
    the_id constant uuid := uuid_v7();
    the_log smallint;
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
    the_log := coalesce(log_of(channel), log, 0);
    if the_log <> log then
        raise exception 'invalid-parameter: the channel belongs to log %', the_log using errcode = '22023';
    end if;
    select l."max_event_bytes" into the_limit from "outbox_limit" l where l."log_id" = the_log;
    if not found then
        raise exception 'invalid-parameter: log % does not exist', the_log using errcode = '22023';
    end if;
    the_bytes := event_bytes(channel, type, the_sender, the_name, the_data);
    if the_bytes > the_limit then
        raise exception 'too-large: on a stream this message would take % bytes; at most % are allowed (MAX_EVENT_BYTES)',
            the_bytes, the_limit using errcode = '54000';
    end if;
    insert into "outbox" ("log_id", "message_id", "channel", "type", "sender_id", "sender_name", "data", "key")
    values (the_log, the_id, channel, type, the_sender, the_name, the_data, coalesce(key, ''));
    return the_id;
end
$$;

do $$
declare
    the_function regprocedure;
begin
    for the_function in select p."oid" from pg_proc p
        where p."pronamespace" = current_schema()::regnamespace and p."proname" = 'causeway_publish'
    loop
        execute format('alter function %s set search_path = %I, pg_temp', the_function, current_schema());
    end loop;
end
$$;
