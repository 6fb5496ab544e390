/** For the log number $1: the position of the first message that is not older than a time; `otherwise` if there is none. */
export function firstAt(time: string, otherwise: string): string {
  return `coalesce((select "position" from "message" where "log_id" = $1::smallint
    and "sent_at" >= ${time}::timestamptz order by "sent_at", "position" limit 1), ${otherwise})`
}
