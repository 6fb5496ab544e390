/** A message's columns, as `toEntry` takes them. */
export const COLUMNS = `"position", "previous", "id"::text, "channel", "type", "sender_id", "sender_name",
  "data"::text, "sent_at"`

/**
 * The first of some messages, as many as fit in the bytes of $2, and at least one if there is any. `candidates` is a query of
 * "position" and "data_bytes" in the log $1. Each row also has "found", how many candidates there were.
 *
 * The sum goes over the candidates' sizes, which stand in their rows, so a message that does not fit is never read: large ones lie
 * elsewhere, compressed. `limit 1` keeps the planner from joining in any other way than by the primary key.
 */
export function cut(candidates: string, order: 'asc' | 'desc'): string {
  return `
    select m.*, kept."found" from (
      select "position", count(*) over () as "found", row_number() over in_order as "number",
        sum("data_bytes") over in_order as "bytes"
      from (${candidates}) candidate window in_order as (order by "position" ${order})
    ) kept cross join lateral (
      select ${COLUMNS} from "message"
      where "log_id" = $1::smallint and "position" = kept."position" limit 1
    ) m where kept."number" = 1 or kept."bytes" <= $2::bigint`
}
