import { beforeAll, beforeEach, expect, test } from '@jest/globals'
import { runSql } from '../stack/sql.ts'
import { disposables } from '../test/support/disposables.ts'
import { ownPair, type Pair } from '../test/support/ownPair.ts'
import { draft, openLog, openSql, type Sql } from '../test/support/testLog.ts'
import { waitFor } from '../test/support/waitFor.ts'
import type { LogWriter } from './logWriter.ts'

const opened = disposables()
let pair: Pair
let log: LogWriter
let primary: Sql
let standby: Sql

beforeAll(async () => {
  pair = await ownPair(opened)
  primary = openSql(pair.first.url, opened)
  standby = openSql(pair.second.url, opened)
}, 60_000)

beforeEach(() => {
  // Another one for each test: it knows nothing of the replica yet.
  log = openLog(pair.first.url, opened, { replicaUrl: pair.second.url })
})

/** How many rows of messages a server has read by an index: the pages and ranges that it served. */
async function reads(sql: Sql): Promise<number> {
  await sql('select pg_stat_clear_snapshot()::text')
  const [row] = await sql<{ count: bigint }>(
    `select coalesce(sum(idx_scan), 0)::bigint as "count" from pg_stat_user_tables where relname like 'message%'`,
  )
  return Number(row?.count)
}

const pause = () => runSql(pair.second.url, 'select pg_wal_replay_pause()')
const resume = () => runSql(pair.second.url, 'select pg_wal_replay_resume()')

/** Whether the replica has all that the log has. */
async function isLevel(): Promise<boolean> {
  const sql = 'select "head" from "log" where "id" = 0'
  const [[one], [other]] = await Promise.all([
    primary<{ head: bigint }>(sql),
    standby<{ head: bigint }>(sql),
  ])
  return one?.head === other?.head
}

const page = () => log.page({ channels: ['lobby'], limit: 1_000, order: 'asc' })
const rangeTo = async (upTo: number) =>
  log.range({
    epoch: (await log.head()).epoch,
    channels: ['lobby'],
    after: 0,
    upTo,
    limit: 1_000,
    maxBytes: 1e6,
  })

test('A replica that has everything serves pages and ranges', async () => {
  for (let count = 0; count < 10; count++) await log.append(draft())
  await waitFor(isLevel)
  const before = await reads(standby)
  expect((await page()).entries).toHaveLength(10)
  expect((await rangeTo(10)).entries).toHaveLength(10)
  await waitFor(async () => (await reads(standby)) > before)
})

test('A page has what was acknowledged before, whether the replica has it or not', async () => {
  for (let count = 0; count < 50; count++) {
    const { entry } = await log.append(draft())
    const { entries } = await page()
    expect(entries.at(-1)).toEqual(entry)
  }
})

test('A replica that lags serves what it has; for the rest the primary answers, and after one read nobody waits for it', async () => {
  await waitFor(isLevel)
  await pause()
  const had = (await log.head()).position
  const { entry } = await log.append(draft())
  for (let count = 0; count < 20; count++) {
    const { entries, upTo } = await rangeTo(entry.position)
    expect([entries.at(-1), upTo]).toEqual([entry, entry.position])
    expect((await page()).entries.at(-1)).toEqual(entry)
  }
  const before = await reads(standby)
  expect((await rangeTo(had)).entries.at(-1)?.position).toBe(had)
  await waitFor(async () => (await reads(standby)) > before)
  await resume()
}, 60_000)

test('After the epoch ended, a replica of the former one is not read', async () => {
  await waitFor(isLevel)
  await page()
  await pause()
  await primary(`update "log" set "epoch" = 'other' where "id" = 0`)
  const { epoch } = await page()
  expect(epoch).toBe('other')
  expect((await rangeTo(1)).entries).toHaveLength(1)
  await resume()
})

test('Without the replica the primary answers; without the primary the replica answers a range that it has, and no page', async () => {
  await waitFor(isLevel)
  await pair.second.server.stop('SIGKILL')
  expect((await page()).entries.length).toBeGreaterThan(0)
  await pair.second.server.start()
  const { epoch, position } = await log.head()
  const query = {
    epoch,
    channels: ['lobby'],
    after: 0,
    upTo: position,
    limit: 1_000,
    maxBytes: 1e6,
  }
  await waitFor(isLevel)
  await pair.first.server.stop('SIGKILL')
  await waitFor(() =>
    log.range(query).then(
      () => true,
      () => false,
    ),
  )
  await expect(page()).rejects.toMatchObject({ type: 'unavailable' })
}, 60_000)
