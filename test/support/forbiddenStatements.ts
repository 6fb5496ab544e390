import type { RoleOwner } from '../../history/roles.ts'

const REMOVE = `select remove_messages(0::smallint, '{1}', '', 0)`
const DROP = `select drop_partition(0::smallint, 10000000)`
const PUBLISH = `select causeway_publish('a', '1')`
/** Only ingest may run these. */
export const MOVE = 'select outbox_move(0::smallint, 1, 1, now())'
export const APPEND = `select append_messages(0::smallint, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', 1, now())`

/** Statements that the database must refuse to the role of a service, and to any. */
export const FORBIDDEN: Record<RoleOwner | 'nobody', string[]> = {
  nobody: [
    'create table "mine" ("a" int)',
    'create temporary table "message" ("a" int)',
    'create schema "mine"',
    'drop table "message"',
    'alter table "log" add column "a" int',
    'truncate "message"',
    'select * from "_prisma_migrations"',
    'select * from "message_0_10000000"',
    `update "log" set "head" = 0`,
    `delete from "message"`,
    `insert into "channel" values (0, 'a', 1, 1)`,
    `insert into "access" values (1, 'grant', 'user:a', '**', 'admin')`,
    `update "access" set "actions" = 'admin'`,
    `select add_partitions(0::smallint, 1, 2)`,
    'set role causeway',
    `select * from pg_authid`,
    `copy (select 1) to program 'true'`,
  ],
  ingest: [
    PUBLISH,
    `update "marker" set "position" = 0`,
    'select * from "person"',
    `select channel_make('a', 'public', '', '', 'user:a', '{}', '{}', 1, 1, 1)`,
    'select "data" from "outbox"',
    'delete from "outbox"',
    'select * from "account_of_a_user"',
    `select access_put('grant', 'user:a', '**', 'admin', null, null)`,
    'delete from "access"',
    'delete from "search"',
    `update "search_state" set "after" = 0`,
    `select search_in('english')`,
  ],
  bridge: [
    'select * from "account_of_a_user"',
    'select * from "access"',
    'select * from "idempotency"',
    'select * from "mqtt_session"',
    `select access_put('grant', 'user:a', '**', 'admin', null, null)`,
    APPEND,
    MOVE,
    PUBLISH,
    REMOVE,
    DROP,
  ],
  gateway: [
    'select * from "search"',
    'select index_messages(0::smallint)',
    'select * from "account_of_a_user"',
    'select * from "idempotency"',
    `select access_put('grant', 'user:a', '**', 'admin', null, null)`,
    'delete from "access"',
    APPEND,
    MOVE,
    PUBLISH,
    REMOVE,
    DROP,
  ],
  account: [
    `update "marker" set "position" = 0`,
    'select * from "message"',
    'select * from "idempotency"',
    'select * from "mqtt_session"',
    'select * from "log"',
    `select end_epoch(0::smallint, 'a', 1, '')`,
    APPEND,
    MOVE,
    PUBLISH,
    'select * from "outbox"',
    'select * from "outbox_limit"',
    REMOVE,
    DROP,
  ],
}
