-- Passkeys, with which people of local accounts sign in beside their password.

-- What authenticators call the account: random, so that they keep no name, and so that a name which somebody else gets later is
-- another account to them.
alter table "local_account" add column "handle" uuid not null default gen_random_uuid();

create table "passkey" (
    "id"         text           primary key,
    "principal"  text           not null references "local_account" ("principal") on delete cascade,
    -- Among those of the person: nobody can have more than ten, also if many are added at once.
    "number"     smallint       not null check ("number" between 1 and 10),
    -- What the authenticator calls it, in base64url.
    "credential" text           not null,
    -- As COSE, in base64url.
    "public_key" text           not null,
    -- How often it has signed; 0 for one that does not count.
    "counter"    bigint         not null,
    -- Of the browser that added it.
    "user_agent" text           not null,
    "created_at" timestamptz(3) not null default now(),
    "used_at"    timestamptz(3)
);
create unique index "passkey_principal_number_key" on "passkey" ("principal", "number");
create unique index "passkey_credential_key" on "passkey" ("credential");

-- Challenges that a passkey has signed, for as long as they are good otherwise: each counts once.
create table "used_challenge" (
    "id"    text           primary key,
    "until" timestamptz(3) not null
);
create index "used_challenge_until_idx" on "used_challenge" ("until");
