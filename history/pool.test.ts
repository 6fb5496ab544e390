import { expect, test } from '@jest/globals'
import { runSql } from '../stack/sql.ts'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog } from '../test/support/testLog.ts'
import { Pool } from './pool.ts'

const opened = disposables()

function openPool(databaseUrl: string): Pool {
  const pool = new Pool({ databaseUrl, connections: 1, onError: () => {} })
  opened.add(() => pool.close())
  return pool
}

test('a row has its columns by name, and each parameter is what the statement casts it to', async () => {
  const sql = `select $1::smallint + 1 as "number", $2::text[] as "names", $3::text[] is null as "none",
    $4::bigint as "large"`
  const parameters = [7, ['a,b', '{"}', ''], null, Number.MAX_SAFE_INTEGER]
  expect(await openPool(await testDatabase()).query(sql, parameters)).toEqual([
    { number: 8, names: ['a,b', '{"}', ''], none: true, large: String(Number.MAX_SAFE_INTEGER) },
  ])
})

test('a text is parsed once for each connection, and a statement has two seconds', async () => {
  const pool = openPool(await testDatabase())
  const sql = `select "name", "statement" from pg_prepared_statements, (select $1::int) as x`
  await pool.query(sql, [1])
  expect(await pool.query(sql, [2])).toEqual([
    { name: expect.stringMatching(/^causeway_\d+$/), statement: sql },
  ])
  await expect(pool.query('select pg_sleep(60)', [])).rejects.toMatchObject({
    cause: { originalCode: '57014' },
  })
})

test('a database with the time zone of Berlin gives the same times', async () => {
  const url = await testDatabase()
  await runSql(
    url,
    `alter database "${new URL(url).pathname.slice(1)}" set timezone = 'Europe/Berlin'`,
  )
  const history = openLog(url, opened)
  const before = Date.now()
  const { entry } = await history.append(draft())
  const sentAt = new Date(JSON.parse(entry.json).sentAt)
  expect(Math.abs(sentAt.getTime() - before)).toBeLessThan(60_000)
  expect(await history.message('lobby', 1)).toEqual(entry)
  expect(await history.positionBefore(sentAt)).toBe(0)
  expect(await history.positionBefore(new Date(sentAt.getTime() + 1))).toBe(1)
})

test('a session sorts nothing that an index has in order: it makes no bitmap scans', async () => {
  const sql = `select current_setting('enable_bitmapscan') as "bitmapscan"`
  expect(await openPool(await testDatabase()).query(sql, [])).toEqual([{ bitmapscan: 'off' }])
})
