/**
 * The id of the message at a position of the log whose row is `l` and whose number is $1; null if there is none, or none any more.
 * That of the head stands in the log's row, so it is known even if the message has been removed.
 */
export function idAt(position: string): string {
  return `case when l."head" = ${position}::bigint then l."last_id" else (
    select "id" from "message" where "log_id" = $1::smallint and "position" = ${position}::bigint
  ) end::text`
}
