-- Idempotency keys in a table of their own: they expire, messages do not, and a partition of messages cannot have a unique index
-- without its position. A key belongs to the principal that really sent, whatever name the message bears.
--
-- Nothing here keeps a post or a read waiting. The last step adds the keys that come meanwhile.
create table "idempotency" (
    "log_id" smallint not null,
    "channel" text not null,
    "principal" text not null,
    "key" text not null,
    "position" bigint not null,
    -- The time of the message.
    "at" timestamptz(3) not null,
    constraint "idempotency_pkey" primary key ("log_id", "channel", "principal", "key")
);

-- Read before the keys are, so it is not above the last message whose key is copied.
create table "copied_keys" as select "id" as "log_id", "head" from "log";

-- Keys are kept for seven days at most (IDEMPOTENCY_SECONDS). So far the principal was the sender.
insert into "idempotency"
select m."log_id", m."channel", m."sender_id", m."idempotency_key", m."position", m."sent_at"
from "message" m join "copied_keys" c on c."log_id" = m."log_id" and m."position" <= c."head"
where m."idempotency_key" is not null and m."sent_at" >= now() - interval '7 days';

create index "idempotency_log_id_at_idx" on "idempotency" ("log_id", "at");

do $$
begin
    if exists (select from pg_constraint where conname = 'message_bounds' and conrelid = '"message"'::regclass) then
        alter table "message" validate constraint "message_bounds";
    end if;
end
$$;
