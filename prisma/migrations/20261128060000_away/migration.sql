-- A log that is moved to another database is away: in the new one until all is there, and then in the old one. Whatever would change the
-- log's row is refused there, so nothing is appended to both. Services with the addresses of both use the one where it is not away.
--
-- Everybody waits until this is committed, but it only changes the catalogue. It must not wait for a long read, behind which all appends
-- would wait.
do $$
begin
    perform set_config('lock_timeout', '300ms', true);
    loop
        begin
            lock table "log" in access exclusive mode;
            exit;
        exception when lock_not_available then
            perform pg_sleep(0.5);
        end;
    end loop;
end
$$;

alter table "log" add column "away" boolean not null default false;

create function "refuse_away"() returns trigger language plpgsql as $$
begin
    -- The code of a server that takes no writes.
    raise exception 'log % is away', old."id" using errcode = '25006';
end
$$;

create trigger "log_is_away" before update on "log"
    for each row when (old."away" and new."away") execute function "refuse_away"();
