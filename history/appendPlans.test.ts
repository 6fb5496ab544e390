import { expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { openSql, type Sql } from '../test/support/testLog.ts'

const opened = disposables()

const BATCH = 64
const TABLES = ['channel', 'idempotency', 'message_0_10000000']

const each = (text: string): string =>
  `array(select ${text} from generate_series($1::int, $1::int + $2::int - 1) n)`

const KEYS = `'k' || n`

/** Appends a batch of messages with these numbers: each has a key of its own, or an empty one, and one of a thousand channels. */
async function append(sql: Sql, from: number, count: number, key = KEYS): Promise<void> {
  await sql(
    `select count(*) from append_messages(0::smallint, ${each('gen_random_uuid()')}, ${each(`'c.' || n % 1000`)},
      ${each(`'message'`)}, ${each(`'alice'`)}, ${each(`'Alice'`)}, ${each(`'1'`)}, ${each(`'alice'`)},
      ${each(key)}, 3600, now(), null, null, null, 0)`,
    from,
    count,
  )
}

/** The rows that this connection has gone through in each table, in its transaction. */
async function readsOf(sql: Sql): Promise<Record<string, number>> {
  const rows = await sql<{ relname: string; rows: number }>(
    `select "relname", ("seq_tup_read" + "idx_tup_fetch")::int as "rows" from pg_stat_xact_user_tables where "relname" = any($1)`,
    TABLES,
  )
  return Object.fromEntries(rows.map(({ relname, rows: count }) => [relname, count]))
}

test.each([
  ['channel', 'with keys', KEYS],
  ['channel', 'without keys', `''`],
  ['idempotency', 'with keys', KEYS],
])(
  'A session that planned its appends in an empty database goes through no other rows of %s later, %s',
  async (table, _how, key) => {
    const url = await testDatabase()
    // One connection: its plans are those of its first append.
    const sql = openSql(url, opened, 1)
    for (const name of TABLES) await sql(`alter table "${name}" set (autovacuum_enabled = off)`)
    await append(sql, 1, 1, key)
    for (let batch = 0; batch < 20; batch++) await append(sql, 1_000 + batch * BATCH, BATCH, key)
    await sql('begin')
    const before = await readsOf(sql)
    // With keys half are new, and half are repeats.
    await append(sql, 1_000 + 20 * BATCH - BATCH / 2, BATCH, key)
    const after = await readsOf(sql)
    await sql('commit')
    const [was = 0, is = 0] = [before[table], after[table]]
    expect(is - was).toBeGreaterThan(0)
    // Once to look, and once to write.
    expect(is - was).toBeLessThanOrEqual(2 * BATCH)
  },
)
