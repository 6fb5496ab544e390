import type { Sql } from './testLog.ts'

/** Everything that is wrong with a log, found by its tables only. */
export async function faultsOf(sql: Sql): Promise<unknown[]> {
  return sql(`
    select m."position", 'previous' as "fault" from (
      select "position", "previous",
        lag("position", 1, 0::bigint) over (partition by "channel" order by "position") as "expected"
      from "message") m where m."previous" <> m."expected"
    union all select "position", 'hole' from (
      select "position", row_number() over (order by "position") as "expected" from "message") m
      where m."position" <> m."expected"
    union all select "position", 'time' from (
      select "position", "sent_at", lag("sent_at") over (order by "position") as "before"
      from "message") m where m."sent_at" < m."before"
    union all select "head", 'log head' from "log"
      where "head" <> (select count(*) from "message")
    union all select "head", 'last id' from "log" l where "last_id" is distinct from (
      select "id" from "message" m where m."log_id" = l."id" and m."position" = l."head")
    union all select "position", 'key' from "idempotency" i where not exists (
      select from "message" m where m."log_id" = i."log_id" and m."position" = i."position"
        and m."channel" = i."channel" and m."sent_at" = i."at")
    union all select c."head", 'channel' from "channel" c
      where (c."head", c."count") <> (select max(m."position"), count(*) from "message" m
        where m."channel" = c."name")`)
}
