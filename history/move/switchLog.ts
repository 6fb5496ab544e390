import { setTimeout as sleep } from 'node:timers/promises'
import { sessionName } from '../poolConfig.ts'
import { addPartitions, type Move } from './prepareMove.ts'
import { type Query, withSession } from './session.ts'
import { fingerprint, linkName, type LogRow, readLogRow } from './tables.ts'

const LOOK_EVERY_MS = 20
/** Less than this is copied in a moment. */
const NEAR_BYTES = 1_000_000
/** After this long the old database goes on, and nothing has happened. */
const CLOSED_AT_MOST_MS = 15_000

interface Switched {
  /** How long the log took no posts. */
  closedMs: number
  /** The head of the log. */
  head: number
}

/**
 * Lets the new database have the log. While its row is locked in the old one, nobody can append; what is still missing is copied and both
 * are compared. Then the log is away in the old one, and after that it is open in the new one: never in both. If this process dies
 * before, the lock goes with it. If it dies in between, another call goes on.
 */
export async function switchLog(
  { log, from, to }: Move,
  say: (text: string) => void,
): Promise<Switched> {
  return withSession(from, (source) =>
    withSession(to, async (target) => {
      const before = await readLogRow(source, log)
      if (before?.away !== true) {
        await addPartitions(source, target, log)
        // An earlier call may have failed after it had stopped the copying.
        await target(`alter subscription "${linkName(log)}" enable`)
        await untilCopied(target, log, say)
        await untilNear(source, log)
      }
      const began = performance.now()
      const row = await takeAway(source, target, log, before?.away === true)
      await open(target, log, row)
      const closedMs = Math.round(performance.now() - began)
      // Their next connections lead to the new database.
      await source(END_SESSIONS, [sessionName(log)])
      await target(`drop subscription if exists "${linkName(log)}"`)
      await source(`drop publication if exists "${linkName(log)}"`)
      return { closedMs, head: Number(row.head) }
    }),
  )
}

/** Returns the log's last row in the old database. If it is away already, an earlier call has compared both. */
async function takeAway(
  source: Query,
  target: Query,
  log: number,
  isAway: boolean,
): Promise<LogRow> {
  await source('begin')
  await source(`set local lock_timeout = '5s'`)
  const row = await closed(source, log)
  if (!isAway) {
    await untilEqual(source, target, log)
    await target(`alter subscription "${linkName(log)}" disable`)
    await source('update "log" set "away" = true where "id" = $1', [log])
    await source('delete from "outbox_limit" where "log_id" = $1', [log])
  }
  await source('commit')
  return row
}

/** The old row under its lock: nobody appends any more. */
async function closed(source: Query, log: number): Promise<LogRow> {
  await source('select from "log" where "id" = $1 for update', [log])
  const row = await readLogRow(source, log)
  if (row === undefined) throw new Error(`Log ${log} is not in the old database.`)
  return row
}

/** The first copy of every table is whole. */
async function untilCopied(target: Query, log: number, say: (text: string) => void): Promise<void> {
  for (let looks = 0; ; looks++) {
    const rows = await target<{ table: string }>(
      `select r."srrelid"::regclass::text as "table" from pg_subscription_rel r
       join pg_subscription s on s."oid" = r."srsubid" where s."subname" = $1 and r."srsubstate" <> 'r'`,
      [linkName(log)],
    )
    if (rows.length === 0) return
    if (looks % 50 === 0) say(`being copied: ${rows.map(({ table }) => table).join(', ')}`)
    await sleep(200)
  }
}

async function untilNear(source: Query, log: number): Promise<void> {
  for (;;) {
    const [lag] = await source<{ bytes: string }>(
      `select pg_wal_lsn_diff(pg_current_wal_lsn(), "replay_lsn")::text as "bytes"
       from pg_stat_replication where "application_name" = $1`,
      [linkName(log)],
    )
    if (lag !== undefined && Number(lag.bytes) < NEAR_BYTES) return
    await sleep(200)
  }
}

/** The new database has all that the old one had when the row was locked, and nothing else. */
async function untilEqual(source: Query, target: Query, log: number): Promise<void> {
  // What an append has committed was flushed before it let go of the row.
  const [end] = await source<{ lsn: string }>('select pg_current_wal_flush_lsn()::text as "lsn"')
  const isThere = async (): Promise<boolean> => {
    const rows = await source(
      `select from pg_stat_replication where "application_name" = $1 and "replay_lsn" >= $2::pg_lsn`,
      [linkName(log), end?.lsn],
    )
    return rows.length > 0
  }
  const until = performance.now() + CLOSED_AT_MOST_MS
  while (!(await isThere())) {
    if (performance.now() > until) throw new Error('The copy does not keep up.')
    await sleep(LOOK_EVERY_MS)
  }
  // Keys expire and words are indexed without the log's lock: these may arrive a moment later.
  for (;;) {
    const [had, has] = await Promise.all([fingerprint(source, log), fingerprint(target, log)])
    const different = Object.keys(had).filter((name) => had[name] !== has[name])
    if (different.length === 0) return
    if (performance.now() > until) throw new Error(`The copy differs: ${different.join(', ')}.`)
    await sleep(LOOK_EVERY_MS)
  }
}

async function open(target: Query, log: number, row: LogRow): Promise<void> {
  await target('begin')
  await target(`insert into "outbox_limit" select $1::smallint, 65000 on conflict do nothing`, [
    log,
  ])
  // The numbers came with the rows.
  await target(
    `select setval(pg_get_serial_sequence('outbox', 'id'), max("id")) from "outbox" having max("id") is not null`,
  )
  await target(
    `update "log" set "epoch" = $2, "head" = $3::bigint, "last_id" = $4::uuid, "low" = $5::bigint,
       "last_at" = $6::timestamptz, "away" = false where "id" = $1 and "away"`,
    [log, row.epoch, row.head, row.last_id, row.low, row.last_at],
  )
  await target('commit')
}

/** Of the services, for this log only. */
const END_SESSIONS = `
  select pg_terminate_backend("pid") from pg_stat_activity
  where "datname" = current_database() and "application_name" = $1`
