-- Who may what. Every change has a number, given out under a lock like the log's positions: numbers come without holes, in commit
-- order. So ingests and gateways keep a whole copy in memory, and learn each change by asking for the numbers above the last.
create table "access_head" (
    "id"   smallint primary key default 0 check ("id" = 0),
    "head" bigint not null default 0
);
insert into "access_head" default values;

create table "access" (
    -- The change that made the row what it is.
    "number"     bigint         not null,
    "kind"       text           not null check ("kind" in ('grant', 'revocation')),
    -- Of a grant: `user:alice`, `user:*` for everyone of a kind, or `group:staff`. Of a revocation: `user:alice`, `session:<sid>`
    -- or `token:<jti>`.
    "subject"    text           not null,
    -- Of a grant: its channels. Of a revocation: empty.
    "pattern"    text           not null default '',
    -- Of a grant: `read,write`; empty once it was taken away.
    "actions"    text           not null default '',
    -- Of a revocation: tokens issued before are refused. Infinity: all are, for as long as the row stands.
    "not_before" timestamptz(3),
    -- The row may be deleted after. Null: it stays.
    "until"      timestamptz(3),
    primary key ("kind", "subject", "pattern")
);
create unique index "access_number_key" on "access" ("number");

-- Puts one row, new or in place of the one before, and returns its number. The lock comes first: a number above the one that a
-- reader has seen is never committed before it.
create function "access_put"(
    _kind text, _subject text, _pattern text, _actions text, _not_before timestamptz, _until timestamptz
) returns bigint language plpgsql as $$
declare
    _number bigint;
begin
    update "access_head" set "head" = "head" + 1 returning "head" into _number;
    insert into "access" values (_number, _kind, _subject, _pattern, _actions, _not_before, _until)
    on conflict ("kind", "subject", "pattern") do update set
        "number" = excluded."number", "actions" = excluded."actions",
        "not_before" = excluded."not_before", "until" = excluded."until";
    return _number;
end
$$;
