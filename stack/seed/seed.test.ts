import { beforeAll, describe, expect, test } from '@jest/globals'
import { disposables } from '../../test/support/disposables.ts'
import { faultsOf } from '../../test/support/logFaults.ts'
import { testDatabase } from '../../test/support/testDatabase.ts'
import { draft, openLog, openSql, type Sql } from '../../test/support/testLog.ts'
import type { LogWriter } from '../../history/logWriter.ts'
import { progressLine } from './progress.ts'
import { seed, TEXTS } from './seed.ts'
import { makeTexts } from './texts.ts'

const opened = disposables()
let log: LogWriter
let sql: Sql
const heads: number[] = []

/** A log with a message of its own, seeded up to 3,000 and then, as if the first run had been broken off, up to 6,000. */
beforeAll(async () => {
  const databaseUrl = await testDatabase()
  log = openLog(databaseUrl, opened)
  sql = openSql(databaseUrl, opened)
  const options = {
    databaseUrl,
    channels: 50,
    days: 100,
    onProgress: (head: number) => heads.push(head),
  }
  await seed({ ...options, messages: 3_000 })
  await log.append(draft())
  await seed({ ...options, messages: 6_000 })
  await seed({ ...options, messages: 6_000 })
}, 60_000)

describe('a seeded log', () => {
  test('has as many messages as it should have, and nothing is wrong with it', async () => {
    expect(heads).toEqual([3_000, 3_000, 6_000, 6_000, 6_000])
    expect(await faultsOf(sql)).toEqual([])
  })

  test('takes appends, and has pages and an older past', async () => {
    expect(await log.append(draft())).toMatchObject({ entry: { position: 6_001, previous: 3_001 } })
    const page = await log.page({ channels: ['rooms.1'], limit: 50, order: 'desc' })
    expect([page.entries.length, page.more]).toEqual([50, true])
    const week = new Date(Date.now() - 7 * 86_400_000)
    expect(await log.positionBefore(week)).toBeGreaterThan(2_500)
  })

  test('has a few channels with most of the messages', async () => {
    const rows = await sql<{ name: string; count: number }>(
      'select "name", "count"::int from "channel" order by "count" desc',
    )
    expect(rows[0]?.name).toBe('rooms.1')
    expect(rows.length).toBeGreaterThan(40)
    expect(rows[0]?.count).toBeGreaterThan(600)
    expect(rows.at(-1)?.count).toBeLessThan(200)
  })
})

test('the texts are the same each time, and have what benchmarks search for', () => {
  const texts = makeTexts(TEXTS)
  expect(makeTexts(TEXTS)).toEqual(texts)
  const count = (...phrases: string[]): number =>
    texts.filter((text) => phrases.every((phrase) => ` ${text} `.includes(` ${phrase} `))).length
  expect(count('red crane')).toBeGreaterThan(0)
  expect(count('harbour', 'crane')).toBeGreaterThan(20)
  expect(count('harbour crane')).toBe(0)
})

test('progress is told with the rate and the rest, once there is one', () => {
  expect(progressLine(250, 1_000, 250, 0)).toBe(
    `[${'#'.repeat(7)}${'·'.repeat(23)}] 25 % · 250 of 1,000 messages`,
  )
  expect(progressLine(1_500_000, 10_000_000, 500_000, 10)).toBe(
    `[####${'·'.repeat(26)}] 15 % · 1,500,000 of 10,000,000 messages · 100,000/s · 1:25 left`,
  )
  expect(progressLine(5, 5, 0, 1)).toMatch(/100 % .* 0:00 left$/)
})
