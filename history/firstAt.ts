/** For the log number $1: the position of the first message that is not older than a time; `otherwise` if there is none. */
export function firstAt(time: string, otherwise: string): string {
  return `coalesce((select "position" from "message" where "log_id" = $1::smallint
    and "sent_at" >= ${time}::timestamptz order by "sent_at", "position" limit 1), ${otherwise})`
}

/** A statement: the position before that message; the log's head if there is none. */
export function positionBefore(time: string): string {
  const next = '(select "head" + 1 from "log" where "id" = $1::smallint)'
  return `select ${firstAt(time, next)} - 1 as "position"`
}
