import type { Draft } from '../../history/types.ts'
import { draft, type Sql } from './testLog.ts'

/** The n-th message: on one of seven channels, by one of five senders, every third with a key. */
export function nth(n: number): Draft {
  const id = `s${n % 5}`
  const data = `{"n": ${n}, "pad": "${'x'.repeat((n * 37) % 200)}"}`
  const key = n % 3 === 0 ? `k${n}` : null
  return draft({ channel: `c${n % 7}`, sender: { id, name: `S${n}` }, data, key })
}

/** Appends as an ingest of the earlier version does. */
export async function appendBefore(sql: Sql, log: number, drafts: Draft[]): Promise<number[]> {
  const rows = await sql<{ position: bigint }>(
    `select "position" from append_messages($1::smallint, $2::uuid[], $3::text[], $4::text[], $5::text[],
      $6::text[], $7::text[], $8::text[])`,
    log,
    drafts.map(({ id }) => id),
    drafts.map(({ channel }) => channel),
    drafts.map(({ type }) => type),
    drafts.map(({ sender }) => sender.id),
    drafts.map(({ sender }) => sender.name),
    drafts.map(({ data }) => data),
    drafts.map(({ key }) => key ?? ''),
  )
  return rows.map(({ position }) => Number(position))
}

/** Appends the messages from one number to another, both included. */
export async function fill(sql: Sql, log: number, from: number, to: number): Promise<void> {
  const drafts = Array.from({ length: to - from + 1 }, (_, at) => nth(from + at))
  while (drafts.length > 0) await appendBefore(sql, log, drafts.splice(0, 500))
}
