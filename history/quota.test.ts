import { beforeAll, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { holdLock } from '../test/support/holdLock.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { openLog, openSql, type Sql } from '../test/support/testLog.ts'
import type { LogWriter } from './logWriter.ts'

const opened = disposables()
let databaseUrl: string
let log: LogWriter
let other: LogWriter
let sql: Sql

beforeAll(async () => {
  databaseUrl = await testDatabase()
  log = openLog(databaseUrl, opened)
  other = openLog(databaseUrl, opened)
  sql = openSql(databaseUrl, opened)
})

describe('a quota', () => {
  test('is counted per subject and kind, by all processes together', async () => {
    const adds = Array.from({ length: 20 }, (_, at) =>
      (at % 2 === 0 ? log : other).addToQuota('bytes', 'user:alice', 10),
    )
    const sums = (await Promise.all(adds)).map(({ used }) => used)
    expect(sums.sort((one, two) => one - two)).toEqual(adds.map((_, at) => 10 * (at + 1)))
    expect(await log.addToQuota('channels', 'user:alice', 1)).toMatchObject({ used: 1 })
    expect(await log.addToQuota('bytes', 'user:bob', 5e9)).toMatchObject({ used: 5e9 })
  })

  test('begins again at midnight in UTC, and says how long that is away', async () => {
    const before = new Date().setUTCHours(24, 0, 0, 0) - Date.now()
    const { resetMs } = await log.addToQuota('bytes', 'user:carol', 7)
    // The clock of the database is this machine's. A test that runs over midnight finds the day after.
    expect(Math.abs(resetMs - before) % 86_400_000).toBeLessThan(60_000)
    await sql(`update quota set day = day - 1 where subject = 'user:carol'`)
    expect(await log.addToQuota('bytes', 'user:carol', 1)).toMatchObject({ used: 1 })
  })

  test('keeps nothing of the days before', async () => {
    await sql(`insert into quota select current_date - 2, 'bytes', 'user:' || i, 1
      from generate_series(1, 250) i`)
    for (let count = 0; count < 4; count++) await log.addToQuota('bytes', 'user:dora', 1)
    expect(await sql(`select subject from quota where day < current_date - 1`)).toEqual([])
  })

  test('is counted while an append holds the log', async () => {
    const release = await holdLock(opened, databaseUrl)
    expect(await log.addToQuota('bytes', 'user:finn', 3)).toMatchObject({ used: 3 })
    await release()
  })
})
