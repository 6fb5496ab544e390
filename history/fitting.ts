/** A message's columns, as `toEntry` takes them. `data`: its column, or what stands for it. The driver would take a time apart. */
export function columns(data: string): string {
  return `"position", "previous", "id"::text, "channel", "type", "sender_id", "sender_name",
    ${data}::text as "data", "sent_at"::text, "about", "about_as", "deleted"`
}

export const COLUMNS = columns('"data"')

/**
 * The first of some messages: as many as fit into the bytes of $2, and at least one if there is any. `candidates` is a query for
 * "position" and "data_bytes" in the log $1. Each row also has "found", the number of candidates.
 *
 * The sum uses the sizes in the candidates' rows. So a message that does not fit is never read: large ones lie elsewhere,
 * compressed. `limit 1` forces the planner to join by the primary key.
 */
export function fitting(candidates: string, order: 'asc' | 'desc'): string {
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
