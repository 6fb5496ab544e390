-- For people: up to where each has read the channels that they follow, what channels are called, and who there is to write to.

-- Up to where a person has read a channel that they follow. Its log may be in another database.
create table "marker" (
    -- With AUTH=open: the id that a sender claims.
    "principal" text           not null,
    "channel"   text           not null,
    -- Of the channel's log when the marker was moved. Empty, or that of a log which went back since: the time counts instead.
    "epoch"     text           not null,
    "position"  bigint         not null,
    -- When the message there was sent.
    "at"        timestamptz(3) not null,
    -- The person's change that made the row what it is: other devices ask for those above their last.
    "version"   bigint         not null,
    -- False: no longer; the row tells other devices so.
    "followed"  boolean        not null,
    primary key ("principal", "channel")
);
create index "marker_principal_version_idx" on "marker" ("principal", "version");

-- Puts markers, and follows their channels. None moves back. False if these would be more than `_max` of this person; nothing is
-- changed then.
create function "markers_move"(
    _principal text, _channels text[], _epochs text[], _positions bigint[], _ats timestamptz[], _max integer
) returns boolean language plpgsql security definer set search_path from current as $$
declare
    _version bigint;
begin
    -- One change of a person at a time, so that no version is seen before a lower one.
    perform pg_advisory_xact_lock(hashtextextended('marker ' || _principal, 0));
    if (select count(*) from "marker" m
        where m."principal" = _principal and m."followed" and m."channel" <> all(_channels)) + cardinality(_channels) > _max then
        return false;
    end if;
    select coalesce(max(m."version"), 0) + 1 into _version from "marker" m where m."principal" = _principal;
    insert into "marker" as m
    select _principal, g."channel", g."epoch", g."position", g."at", _version, true
    from unnest(_channels, _epochs, _positions, _ats) as g("channel", "epoch", "position", "at")
    on conflict ("principal", "channel") do update set
        "epoch" = case when marker_is_before(m, excluded) then excluded."epoch" else m."epoch" end,
        "position" = case when marker_is_before(m, excluded) then excluded."position" else m."position" end,
        "at" = case when marker_is_before(m, excluded) then excluded."at" else m."at" end,
        "version" = _version, "followed" = true
    where not m."followed" or marker_is_before(m, excluded);
    return true;
end
$$;

-- Positions of two epochs cannot be compared, but times can: those of a log never run backwards.
create function "marker_is_before"(_one "marker", _other "marker") returns boolean language sql immutable as $$
    select case when _one."epoch" = _other."epoch" then _one."position" < _other."position" else _one."at" < _other."at" end
$$;

-- The person follows the channel no more. Rows that say so are deleted after a month, but never the newest: versions would begin again.
create function "marker_leave"(_principal text, _channel text) returns void
language plpgsql security definer set search_path from current as $$
declare
    _version bigint;
begin
    perform pg_advisory_xact_lock(hashtextextended('marker ' || _principal, 0));
    select coalesce(max(m."version"), 0) + 1 into _version from "marker" m where m."principal" = _principal;
    update "marker" m set "followed" = false, "version" = _version
    where m."principal" = _principal and m."channel" = _channel and m."followed";
    delete from "marker" m
    where m."principal" = _principal and not m."followed" and m."version" < _version - 1 and m."at" < now() - interval '1 month';
end
$$;

-- What a channel is called. One without a row is called by its name, and public.
create table "channel_profile" (
    "name"       text           primary key,
    "kind"       text           not null check ("kind" in ('public', 'private', 'direct')),
    -- Empty for direct messages: these are called by their people.
    "title"      text           not null,
    "topic"      text           not null,
    "created_by" text           not null,
    "created_at" timestamptz(3) not null default now()
);
create index "channel_profile_created_by_created_at_idx" on "channel_profile" ("created_by", "created_at");

-- Makes a channel with its people, each with the actions of its grant, and lets them follow it. It returns `made`, or why not. If a
-- public channel may be older than its profile, nobody gets a grant: nobody may come to own what others use.
create function "channel_make"(
    _name text, _kind text, _title text, _topic text, _by text, _people text[], _actions text[],
    _max_grants integer, _max_own integer, _max_today integer
) returns text language plpgsql security definer set search_path from current as $$
declare
    _log constant integer := log_of(_name);
begin
    -- The lock of all grants, before the looks at what they are.
    perform 1 from "access_head" for update;
    if exists (select from "channel_profile" p where p."name" = _name) then
        return 'there';
    end if;
    if (select count(*) from "channel_profile" p
        where p."created_by" = _by and p."created_at" > now() - interval '1 day') >= _max_today then
        return 'too-many-today';
    end if;
    insert into "channel_profile" values (_name, _kind, _title, _topic, _by);
    if _kind = 'public' and (
        exists (select from "log" l join "channel" c on c."log_id" = l."id" and c."name" = _name)
        or (_log is not null and not exists (select from "log" l where l."id" = _log))
        or exists (select from "access" a where a."kind" = 'grant' and a."pattern" = _name and a."actions" <> '')
    ) then
        return 'made';
    end if;
    if grants_left(_people, cardinality(_people), _max_grants, _max_own) is not null then
        delete from "channel_profile" p where p."name" = _name;
        return grants_left(_people, cardinality(_people), _max_grants, _max_own);
    end if;
    perform access_put('grant', g."subject", _name, g."actions", null, null)
    from unnest(_people, _actions) as g("subject", "actions");
    perform markers_move(g."subject", array[_name], array[''], array[0::bigint], array[now()], 2147483647)
    from unnest(_people) as g("subject");
    return 'made';
end
$$;

-- Null if these subjects may get so many more grants by name, else why not.
create function "grants_left"(_subjects text[], _more integer, _max_grants integer, _max_own integer)
returns text language sql stable as $$
    select case
        when (select count(*) from "access" a where a."kind" = 'grant' and a."actions" <> '') + _more > _max_grants
            then 'too-many-grants'
        when exists (
            select from unnest(_subjects) as g("subject") where (
                select count(*) from "access" a
                where a."kind" = 'grant' and a."subject" = g."subject" and a."actions" <> '' and a."pattern" !~ '[*{]'
            ) >= _max_own
        ) then 'too-many-own'
    end
$$;

-- Gives somebody other actions on a channel, none if they are empty, if the actions now are the ones that the caller knows. It returns
-- `put`, or why not.
create function "channel_put_member"(
    _name text, _subject text, _known text, _actions text, _max_grants integer, _max_own integer, _max_members integer
) returns text language plpgsql security definer set search_path from current as $$
declare
    _refusal text;
begin
    perform 1 from "access_head" for update;
    if _known is distinct from coalesce((
        select a."actions" from "access" a
        where a."kind" = 'grant' and a."subject" = _subject and a."pattern" = _name), '') then
        return 'changed';
    end if;
    if _known = '' then
        if (select count(*) from "access" a
            where a."kind" = 'grant' and a."pattern" = _name and a."actions" <> '') >= _max_members then
            return 'too-many-members';
        end if;
        _refusal := grants_left(array[_subject], 1, _max_grants, _max_own);
        if _refusal is not null then
            return _refusal;
        end if;
    end if;
    -- Somebody must be left who can add and remove people, as long as there are any.
    if _known ~ '\madmin\M' and _actions !~ '\madmin\M'
        and exists (select from "channel_profile" p where p."name" = _name and p."kind" = 'private')
        and exists (select from "access" a where a."kind" = 'grant' and a."pattern" = _name
            and a."actions" <> '' and (a."subject" <> _subject or _actions <> ''))
        and not exists (select from "access" a where a."kind" = 'grant' and a."pattern" = _name
            and a."actions" ~ '\madmin\M' and a."subject" <> _subject) then
        return 'last-owner';
    end if;
    perform access_put('grant', _subject, _name, _actions, null,
        case when _actions = '' then now() + interval '1 hour' end);
    if _actions = '' then
        perform marker_leave(_subject, _name);
    elsif _known = '' then
        perform markers_move(_subject, array[_name], array[''], array[0::bigint], array[now()], 2147483647);
    end if;
    return 'put';
end
$$;

-- A list of a channel's people is one look.
create index "access_pattern_idx" on "access" ("pattern");

-- The words of a name, for search: whatever is no letter or digit of ASCII, or beyond ASCII, parts them.
create function "name_words"(_text text) returns text language sql immutable as $$
    select trim(regexp_replace(_text, '[\u0001-/:-@\[-`{-\u007f]+', ' ', 'g'))
$$;

-- Everybody who ever signed in, but guests: how they are called, and by what words they are found.
create table "person" (
    "principal" text           primary key,
    "name"      text           not null,
    "seen_at"   timestamptz(3) not null default now(),
    "words"     tsvector       not null
        generated always as (to_tsvector('simple', name_words(substr("principal", 6) || ' ' || "name"))) stored
);
create index "person_words_idx" on "person" using gin ("words");

insert into "person" ("principal", "name", "seen_at")
select distinct on ("principal") "principal", "name", "at" from (
    select "principal", "name", "changed_at" as "at" from "local_account"
    union all select "principal", "name", "created_at" from "session" where "principal" like 'user:%'
) p order by "principal", "at" desc;

do $$
declare
    the_function regprocedure;
begin
    for the_function in select p."oid" from pg_proc p
        where p."pronamespace" = current_schema()::regnamespace
            and p."proname" in ('markers_move', 'marker_leave', 'channel_make', 'channel_put_member')
    loop
        execute format('alter function %s set search_path = %I, pg_temp', the_function, current_schema());
    end loop;
end
$$;
