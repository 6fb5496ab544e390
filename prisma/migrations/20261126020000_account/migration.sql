-- What `account` needs to sign people, services and devices in. Secrets are kept as SHA-256, passwords as argon2id, private keys
-- encrypted. All times are the database's, because several processes of `account` must agree on them.

-- The key pairs that sign access tokens, one after another.
create table "signing_key" (
    -- Two processes that make the next key at once both try the same number, and one of them succeeds.
    "generation"  integer        primary key,
    "kid"         text           not null,
    -- A JWK.
    "public_key"  text           not null,
    -- PKCS #8, encrypted with ACCOUNT_KEY.
    "private_key" text           not null,
    "signs_from"  timestamptz(3) not null
);

-- Who signed in where.
create table "session" (
    "sid"         text           primary key,
    "principal"   text           not null,
    "name"        text           not null,
    "groups"      text[]         not null,
    -- The secret in the cookie; the one that replaces it, from its first use; and the one before, which other tabs may still send.
    "secret"      text           not null,
    "next"        text,
    "previous"    text,
    "offered_at"  timestamptz(3),
    "promoted_at" timestamptz(3),
    "created_at"  timestamptz(3) not null default now(),
    "used_at"     timestamptz(3) not null default now(),
    "ends_at"     timestamptz(3) not null,
    "user_agent"  text           not null,
    -- The identity provider, and its names for the person and for the session there; null if none vouched for the person.
    "provider"     text,
    "subject"      text,
    "provider_sid" text
);
create index "session_principal_used_at_idx" on "session" ("principal", "used_at");
create index "session_provider_subject_idx" on "session" ("provider", "subject");
create index "session_provider_provider_sid_idx" on "session" ("provider", "provider_sid");
create index "session_used_at_idx" on "session" ("used_at");

-- People who sign in with a password.
create table "local_account" (
    "principal"  text           primary key,
    "name"       text           not null,
    "groups"     text[]         not null,
    "password"   text           not null,
    "created_at" timestamptz(3) not null default now(),
    "changed_at" timestamptz(3) not null default now()
);

-- Links by which a person makes a local account, or sets a new password.
create table "invitation" (
    "code"       text           primary key,
    -- The only one that may accept; null: the person chooses.
    "principal"  text,
    "groups"     text[]         not null,
    -- What the account may do on all channels: nothing more, or everything.
    "admin"      boolean        not null,
    -- Good only as long as there is no admin.
    "first"      boolean        not null,
    "expires_at" timestamptz(3) not null
);
create index "invitation_expires_at_idx" on "invitation" ("expires_at");

-- Secrets of services and devices, which they exchange for access tokens.
create table "api_key" (
    "id"         text           primary key,
    "principal"  text           not null,
    "name"       text           not null,
    "groups"     text[]         not null,
    "secret"     text           not null,
    "created_at" timestamptz(3) not null default now(),
    "created_by" text           not null,
    "used_at"    timestamptz(3)
);
create index "api_key_principal_idx" on "api_key" ("principal");
