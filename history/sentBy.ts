import { Problem } from '../contract/problem.ts'
import type { Entry } from '../contract/message.ts'
import { fitting } from './fitting.ts'
import type { Pool } from './pool.ts'
import { toEntries, type Row } from './row.ts'

/** What a sender wrote, in a part of the log. */
export interface Sent {
  entries: Entry[]
  /** How far this is complete. */
  upTo: number
  /** Whether that is the log's head. */
  isDone: boolean
}

/** Positions in one read, and bytes of data. */
const MAX_POSITIONS = 10_000
const MAX_BYTES = 1_000_000

/** Goes through every position, so that it needs no index; a step takes some milliseconds. */
export async function readSentBy(
  pool: Pool,
  log: number,
  { sender, after }: { sender: string; after: number },
): Promise<Sent> {
  const rows = await pool.query<SentRow>(SENT, [log, MAX_BYTES, after, sender])
  const [first] = rows
  if (first === undefined) throw new Problem('unavailable', `Log ${log} does not exist.`)
  const entries = toEntries(rows)
  const head = Number(first.head)
  const end = Math.max(after, Math.min(head, after + MAX_POSITIONS))
  const isCut = entries.length < Number(first.found ?? 0)
  const upTo = isCut ? (entries.at(-1)?.position ?? end) : end
  return { entries, upTo, isDone: upTo >= head }
}

const SENT = `
  select l."head", m.* from "log" l left join lateral (${fitting(
    `
      select "position", "data_bytes" from (
        select "position", "data_bytes", "sender_id" from "message"
        where "log_id" = $1::smallint and "position" > $3::bigint
          and "position" <= $3::bigint + ${MAX_POSITIONS}
        offset 0
      ) between_them where "sender_id" = $4::text`,
    'asc',
  )}) m on true
  where l."id" = $1::smallint`

interface SentRow extends Row {
  head: string
  found: string | null
}
