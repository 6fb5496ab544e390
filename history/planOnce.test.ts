import { expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { readHeads } from './heads.ts'
import { readLast } from './last.ts'
import { readPage } from './page.ts'
import { Pool } from './pool.ts'
import { readRange } from './range.ts'

const opened = disposables()

interface Prepared {
  statement: string
  custom_plans: string
  generic_plans: string
}

const channels = ['a', 'b']
const [limit, maxBytes] = [50, 10_000]

const READS: [what: string, read: (pool: Pool) => Promise<unknown>][] = [
  ['a page', (pool) => readPage(pool, 0, { channels, limit, order: 'desc', isFolded: true })],
  [
    'a page from a time',
    (pool) => readPage(pool, 0, { channels, limit, order: 'asc', from: new Date() }),
  ],
  [
    'a page by a sender',
    (pool) => readPage(pool, 0, { channels, limit, order: 'desc', sender: 'bob' }),
  ],
  ['the last', (pool) => readLast(pool, 0, { channels, count: 5, maxBytes })],
  [
    'a range',
    (pool) => readRange(pool, 0, { epoch: 'e', after: 1, upTo: 9, channels, limit, maxBytes }),
  ],
  ['the heads', (pool) => readHeads(pool, 0, channels, 1)],
]

test.each(READS)('Postgres plans a statement once for all values: %s', async (_what, read) => {
  const pool = new Pool({ databaseUrl: await testDatabase(), connections: 1, onError: () => {} })
  opened.add(() => pool.close())
  for (let count = 0; count < 12; count++) await read(pool).catch(() => {})
  const prepared = await pool.query<Prepared>(
    `select "statement", "custom_plans", "generic_plans" from pg_prepared_statements
     where "generic_plans" + "custom_plans" > 1`,
    [],
  )
  expect(prepared.map(({ generic_plans: plans }) => plans)).toContain('12')
  expect(prepared.filter(({ custom_plans: plans }) => plans !== '0')).toEqual([])
})
