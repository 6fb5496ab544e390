/**
 * The id of the message at a position, for a query on the log number $1 with its row `l`; null if there is none. The log's row
 * holds the head's id, so that id is known even if its message has been removed.
 */
export function idAt(position: string): string {
  return `case when l."head" = ${position}::bigint then l."last_id" else (
    select "id" from "message" where "log_id" = $1::smallint and "position" = ${position}::bigint
  ) end::text`
}
