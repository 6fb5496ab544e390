import { beforeAll, describe, expect, test } from '@jest/globals'
import { runSql } from '../stack/sql.ts'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog, openSql, type Sql } from '../test/support/testLog.ts'
import type { LogWriter } from './logWriter.ts'

const opened = disposables()
let history: LogWriter
let sql: Sql

/** lobby has 1 and 3, `rooms.berlin` has 2; written at 12:01, 12:02 and 12:03. */
beforeAll(async () => {
  const url = await testDatabase()
  history = openLog(url, opened)
  sql = openSql(url, opened)
  for (const channel of ['lobby', 'rooms.berlin', 'lobby']) await history.append(draft({ channel }))
  await sql(
    `update "message" set "sent_at" = '2026-11-21T12:00:00Z'::timestamptz + "position" * interval '1 minute'`,
  )
})

describe('heads', () => {
  test("are the log's head and the head of each channel asked for", async () => {
    const { epoch, position, id } = await history.head()
    expect(position).toBe(3)
    expect(await history.heads(['rooms.berlin', 'nobody', 'lobby'])).toEqual({
      epoch,
      position,
      id,
      idAt: '',
      channels: new Map([
        ['rooms.berlin', 2],
        ['nobody', 0],
        ['lobby', 3],
      ]),
      lows: new Map(),
    })
    expect(await history.heads([])).toMatchObject({ epoch, position, channels: new Map() })
  })

  test('are of one moment, while others write', async () => {
    const url = await testDatabase()
    const [writer, reader] = [openLog(url, opened), openLog(url, opened)]
    const write = async (): Promise<void> => {
      for (let count = 0; count < 300; count++) await writer.append(draft())
    }
    const seen = new Set<number>()
    const look = async (): Promise<void> => {
      for (let count = 0; count < 200; count++) {
        const { position, channels } = await reader.heads(['lobby'])
        expect(channels.get('lobby')).toBe(position)
        seen.add(position)
      }
    }
    await Promise.all([write(), look()])
    expect(seen.size).toBeGreaterThan(10)
  })

  test('of a missing log are unavailable', async () => {
    const none = openLog(await testDatabase(), opened, { logId: 7 })
    await expect(none.heads(['lobby'])).rejects.toMatchObject({ type: 'unavailable' })
    await expect(none.head()).rejects.toMatchObject({ type: 'unavailable' })
    await expect(none.check()).rejects.toMatchObject({ type: 'unavailable' })
  })
})

test('a message is found only by its channel and position together', async () => {
  expect(await history.message('rooms.berlin', 2)).toMatchObject({ position: 2, previous: 0 })
  expect(await history.message('lobby', 2)).toBe(undefined)
  expect(await history.message('lobby', 4)).toBe(undefined)
  expect(await history.message('lobby', Number.MAX_SAFE_INTEGER)).toBe(undefined)
})

test('a channel exists by being named', async () => {
  expect(await history.channel('lobby')).toEqual({ name: 'lobby', head: 3, messages: 2 })
  expect(await history.channel('nobody')).toEqual({ name: 'nobody', head: 0, messages: 0 })
})

test.each([
  ['2026-11-21T12:00:00Z', 0],
  ['2026-11-21T12:02:00Z', 1],
  ['2026-11-21T12:02:00.001Z', 2],
  ['2026-11-21T12:03:00Z', 2],
  ['2026-11-21T13:00:00Z', 3],
  ['0001-01-01T00:00:00Z', 0],
  ['9999-12-31T23:59:59Z', 3],
])('the position before %s is %d', async (time, position) => {
  expect(await history.positionBefore(new Date(time))).toBe(position)
})

test('the position before any time in an empty log is 0', async () => {
  const empty = openLog(await testDatabase(), opened)
  expect(await empty.positionBefore(new Date())).toBe(0)
})

describe('a check', () => {
  test('passes a database that keeps what it acknowledges', async () => {
    await expect(history.check()).resolves.toBe(undefined)
  })

  test('refuses one that commits without waiting for its disk', async () => {
    const url = await testDatabase()
    const name = new URL(url).pathname.slice(1)
    await runSql(url, `alter database "${name}" set synchronous_commit = off`)
    await expect(openLog(url, opened).check()).rejects.toMatchObject({
      type: 'unavailable',
      detail: 'Postgres runs with synchronous_commit off.',
    })
  })
})
