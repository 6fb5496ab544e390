-- Logout tokens of identity providers that `account` has obeyed: each counts once.
create table "used_logout_token" (
    -- A hash of the issuer and the token's own id.
    "id"    text           primary key,
    -- By then the token has expired.
    "until" timestamptz(3) not null
);
create index "used_logout_token_until_idx" on "used_logout_token" ("until");
