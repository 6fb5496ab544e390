import { beforeAll, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { openSql, type Sql } from '../test/support/testLog.ts'
import { TestOutbox } from '../test/support/testOutbox.ts'

const opened = disposables()
let url: string
let outbox: TestOutbox

const BATCH = 512
/** What Postgres believes of the outbox before a backlog comes: it looks again once a minute at most. */
const BELIEFS: [string, () => Promise<unknown>][] = [
  ['nothing', async () => {}],
  ['that it is empty', () => outbox.sql('vacuum analyze "outbox"')],
  [
    'that it has one row',
    async () => {
      await publishMany(outbox.sql, 1)
      await outbox.sql('analyze "outbox"')
    },
  ],
  [
    'that it has many rows',
    async () => {
      await publishMany(outbox.sql, 3 * BATCH)
      await outbox.sql('analyze "outbox"')
    },
  ],
]

beforeAll(async () => {
  url = await testDatabase()
  outbox = await TestOutbox.open(opened, url)
  await outbox.sql('alter table "outbox" set (autovacuum_enabled = off)')
})

async function publishMany(sql: Sql, count: number): Promise<void> {
  const one = `causeway_publish('a.' || n % 8, '1', sender => 'service:shop')`
  await sql(`select count(${one}) from generate_series(1, $1::int) n`, count)
}

describe.each(BELIEFS)('if Postgres believes of the outbox %s', (_what, believe) => {
  test('a batch of a backlog is moved by going through its own rows only', async () => {
    await outbox.empty()
    await believe()
    // One connection: only there the database tells what a transaction has read.
    const sql = openSql(url, opened, 1)
    // Its plans are made before the backlog comes; after five runs of a statement they are for all values.
    for (let run = 0; run < 7; run++) {
      await publishMany(sql, 1)
      await sql('select count(*) from outbox_move(0::smallint, 2000, 60, now())')
    }
    // In parts: each statement has two seconds, also on a busy machine.
    for (let part = 0; part < 16; part++) await publishMany(sql, BATCH)
    await sql('begin')
    const before = await readsOf(sql)
    const moved = await sql('select count(*)::int from outbox_move(0::smallint, 2000, 60, now())')
    const after = await readsOf(sql)
    await sql('commit')
    expect(moved).toEqual([{ count: BATCH }])
    // Once to be appended, and once to be deleted.
    expect(after.map((count, at) => count - (before[at] ?? 0))).toEqual([0, 2 * BATCH])
  })
})

/** The rows of the outbox that this connection has gone through, and those that it has found by an index. */
async function readsOf(sql: Sql): Promise<number[]> {
  const [row] = await sql<{ scanned: number; fetched: number }>(
    `select "seq_tup_read"::int as "scanned", "idx_tup_fetch"::int as "fetched"
     from pg_stat_xact_user_tables where "relname" = 'outbox'`,
  )
  return [row?.scanned ?? 0, row?.fetched ?? 0]
}
