import type { LayoutFile } from '../../chassis/layoutFile.ts'
import { createLogs } from '../createLogs.ts'
import { migrate } from '../migrate.ts'
import { type Query, withSession } from '../move/session.ts'
import { STEPS } from './steps.ts'

interface SpreadOptions {
  /** The administrator's address. */
  databaseUrl: string
  /** The number of the log that is there. */
  log: number
  /** The logs that are to be, none of them that one. All of them begin in this database. */
  layout: LayoutFile
}

/** How many messages each new log has. */
export type Spread = { log: number; messages: number }[]

/**
 * Copies one log to several new ones: each message to the log of its channel, in the same order. The old log takes no posts from the
 * beginning on, and stays as it is. All is one transaction; if it fails, the old log is open again.
 *
 * A new log counts its own positions, and so it has an epoch of its own: readers with an old id are told `reset`.
 */
export async function spreadLog({ databaseUrl, log, layout }: SpreadOptions): Promise<Spread> {
  const ids = layout.logs.map(({ id }) => id)
  if (ids.includes(log)) throw new Error(`Give the new logs other numbers than ${log}.`)
  await migrate(databaseUrl)
  return withSession(databaseUrl, async (query) => {
    await checkOld(query, log)
    await query('update "log" set "away" = true where "id" = $1 and not "away"', [log])
    try {
      await createLogs(databaseUrl, layout, ids)
      await checkNew(query, ids)
      return await copy(query, log, ids)
    } catch (error) {
      await query('rollback')
      await query('update "log" set "away" = false where "id" = $1', [log])
      throw error
    }
  })
}

async function checkOld(query: Query, log: number): Promise<void> {
  const [row] = await query<{ away: boolean }>('select "away" from "log" where "id" = $1', [log])
  if (row === undefined || row.away) throw new Error(`Log ${log} is not in this database.`)
  const waiting = await query('select from "outbox" where "log_id" = $1 limit 1', [log])
  if (waiting.length > 0) {
    throw new Error(
      'Messages wait in the outbox. Stop the applications first, and let the ingests move them.',
    )
  }
}

async function checkNew(query: Query, ids: readonly number[]): Promise<void> {
  const used = await query<{ id: number }>(
    'select "id" from "log" where "id" = any($1) and "head" > 0',
    [ids],
  )
  if (used.length > 0) throw new Error(`Log ${used.map(({ id }) => id).join(', ')} has messages.`)
}

async function copy(query: Query, log: number, ids: readonly number[]): Promise<Spread> {
  await query('begin')
  for (const step of STEPS) await query(step.replaceAll(':old', String(log)))
  // By which ingests find what devices sent meanwhile.
  await query('update "mqtt_session" set "log_id" = $2 where "log_id" = $1', [log, ids[0]])
  const rows = await query<{ log: number; messages: string }>(
    `select l."id" as "log", count(s.*)::text as "messages" from "log" l
       left join spread s on s."log" = l."id" where l."id" = any($1) group by 1 order by 1`,
    [ids],
  )
  await query('delete from "outbox_limit" where "log_id" = $1', [log])
  await query('commit')
  return rows.map(({ log: id, messages }) => ({ log: id, messages: Number(messages) }))
}
