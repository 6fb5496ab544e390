import { getHeapSpaceStatistics } from 'node:v8'
import { expect, test } from '@jest/globals'
import { Client, Pool } from 'pg'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { BoundedClient } from './boundedClient.ts'

const opened = disposables()

async function connect(): Promise<BoundedClient> {
  const client = new BoundedClient({ connectionString: await testDatabase() })
  await client.connect()
  opened.add(() => client.end())
  return client
}

type Ask = (client: BoundedClient, sql: string) => Promise<unknown>

const WAYS: [string, Ask][] = [
  ['a promise', (client, sql) => client.query(sql)],
  [
    'a callback',
    (client, sql) =>
      new Promise((resolve, reject) => {
        client.query(sql, (error: Error | null, result: unknown) =>
          error ? reject(error) : resolve(result),
        )
      }),
  ],
  [
    'a callback behind the values',
    (client, sql) =>
      new Promise((resolve, reject) => {
        const settle = (error: Error | null, result: unknown): void =>
          error ? reject(error) : resolve(result)
        client.query(`${sql} where $1::int = 1`, [1], settle)
      }),
  ],
]

test.each(WAYS)(
  '%s is told the rows, an error, or that no answer came in time',
  async (_way, ask) => {
    const [quick, slow] = await Promise.all([connect(), connect()])
    const late = ask(slow, 'select pg_sleep(60)').catch(String)
    expect(await ask(quick, 'select 7 as "seven"')).toMatchObject({ rows: [{ seven: 7 }] })
    await expect(ask(quick, 'select nothing')).rejects.toMatchObject({ code: '42703' })
    expect(await late).toBe('Error: Query read timeout')
  },
)

test('an answer that comes too late is told to nobody', async () => {
  const client = await connect()
  const told: unknown[] = []
  await new Promise<void>((resolve) => {
    client.query('select pg_sleep(3)', (error: Error | null) => {
      told.push(error?.message)
      resolve()
    })
  })
  // Postgres answers a connection in order.
  await client.query('select 1')
  expect(told).toEqual(['Query read timeout'])
})

/** By how much the old part of the heap grows for a query of fifty rows. */
async function promotedBytes(pool: Pool): Promise<number> {
  opened.add(() => pool.end())
  const sql = `select n, md5(n::text) as a, md5((n + 1)::text) as b, md5((n + 2)::text) as c from generate_series(1, 50) n`
  const ask = (): Promise<unknown> => pool.query(sql)
  for (let count = 0; count < 300; count++) await ask()
  let grown = 0
  let last = oldBytes()
  for (let count = 0; count < QUERIES; count++) {
    await ask()
    const now = oldBytes()
    grown += Math.max(0, now - last)
    last = now
  }
  return grown / QUERIES
}

const QUERIES = 2_000
const oldBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')?.space_used_size ??
  0

// If the second stays below too, the driver's own bound is as good.
test('results are freed by the quick collections, which those of the driver’s own bound are not', async () => {
  const options = { connectionString: await testDatabase(), max: 1 }
  expect(await promotedBytes(new Pool({ ...options, Client: BoundedClient }))).toBeLessThan(1_000)
  const driver = new Pool({ ...options, Client, query_timeout: 2_500 })
  expect(await promotedBytes(driver)).toBeGreaterThan(3_000)
})
