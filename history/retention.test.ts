import { beforeEach, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { holdLock } from '../test/support/holdLock.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { cutIntoPartitions, draft, openLog, openSql, type Sql } from '../test/support/testLog.ts'
import type { LogWriter } from './logWriter.ts'
import { RetentionLog, type Bound, type WriteArchive } from './retention.ts'

const opened = disposables()
let url: string
let sql: Sql
let history: LogWriter

/** A log with the positions 1 to 10: a channel `a` with the odd ones and `b` with the even ones. */
async function start(partitionSize?: number): Promise<void> {
  url = await testDatabase()
  sql = openSql(url, opened)
  if (partitionSize !== undefined) await cutIntoPartitions(sql, partitionSize, 10)
  history = openLog(url, opened)
  await append(10)
}

const append = (count: number): Promise<unknown> =>
  Promise.all(
    Array.from({ length: count }, (_, at) =>
      history.append(draft({ channel: 'ab'[at % 2] ?? '' })),
    ),
  )

function open(archive?: WriteArchive): RetentionLog {
  const log = new RetentionLog({ databaseUrl: url, logId: 0, onError: () => {}, archive })
  opened.add(() => log.close())
  return log
}

const upTo = (channel: string, position: number): Bound => ({
  channel,
  upTo: position,
  keep: Infinity,
})
const keep = (channel: string, count: number): Bound => ({ channel, upTo: 0, keep: count })

/** What is left of a channel, and what its row says: low, removed. */
async function left(channel: string): Promise<unknown> {
  const { entries, low, head } = await history.page({
    channels: [channel],
    limit: 100,
    order: 'asc',
  })
  const { messages } = await history.channel(channel)
  return { is: entries.map(({ position }) => position), low, head, messages }
}

describe('a step', () => {
  beforeEach(() => start())

  test('removes the first messages of each channel, by position and by number', async () => {
    expect(await open().step([upTo('a', 4), keep('b', 2)], 100)).toEqual({
      removed: 5,
      more: false,
    })
    expect(await left('a')).toEqual({ is: [5, 7, 9], low: 3, head: 9, messages: 3 })
    expect(await left('b')).toEqual({ is: [8, 10], low: 6, head: 10, messages: 2 })
  })

  test('removes what either bound asks for, and none that is too young', async () => {
    const log = open()
    await log.step([{ channel: 'a', upTo: 2, keep: 3 }], 100)
    expect(await left('a')).toMatchObject({ is: [5, 7, 9], low: 3 })
    await log.step([{ channel: 'a', upTo: 8, keep: 3 }], 100)
    expect(await left('a')).toMatchObject({ is: [9], low: 7 })
    await log.step([{ channel: 'b', upTo: 100, keep: 0 }], 5)
    expect(await left('b')).toMatchObject({ is: [6, 8, 10], low: 4 })
  })

  test('that finds nothing changes nothing', async () => {
    const log = open()
    expect(await log.step([keep('a', 5), upTo('b', 1), keep('none', 0)], 100)).toEqual({
      removed: 0,
      more: false,
    })
    expect(await left('a')).toEqual({ is: [1, 3, 5, 7, 9], low: 0, head: 9, messages: 5 })
  })

  test('takes a thousand at most, and says that there are more', async () => {
    await append(2_010)
    const log = open()
    const bounds = [keep('a', 0), keep('b', 10)]
    const steps = [await log.step(bounds, 1e6), await log.step(bounds, 1e6)]
    expect(steps).toEqual([
      { removed: 1_000, more: true },
      { removed: 1_000, more: true },
    ])
    expect(await log.step(bounds, 1e6)).toEqual({ removed: 10, more: false })
    expect(await left('a')).toMatchObject({ is: [], head: 2_019, messages: 0 })
    expect(await left('b')).toMatchObject({ low: 2_000, messages: 10 })
  })

  test('does nothing while another process takes one', async () => {
    let isInside: (() => void) | undefined
    let release: (() => void) | undefined
    const inside = new Promise<void>((resolve) => (isInside = resolve))
    const held = new Promise<void>((resolve) => (release = resolve))
    const one = open(async () => {
      isInside?.()
      await held
      return { file: 'one', bytes: 1 }
    })
    const step = one.step([keep('a', 0)], 100)
    await inside
    expect(await open().step([keep('b', 0)], 100)).toBe(undefined)
    release?.()
    expect(await step).toEqual({ removed: 5, more: false })
    expect(await left('b')).toMatchObject({ low: 0 })
  })

  test('and appends to the same channels at once do not fail, and every count is right', async () => {
    const log = open()
    const bounds = ['a', 'b', 'c', 'd'].map((channel) => keep(channel, 3))
    const drafts = Array.from({ length: 2_000 }, (_, at) =>
      draft({ channel: 'abcd'[at % 4] ?? '' }),
    )
    const appended = Promise.all(drafts.map((one) => history.append(one)))
    for (let step = 0; step < 30; step++) await log.step(bounds, 1e6)
    await appended
    while ((await log.step(bounds, 1e6))?.more === true) continue
    expect(
      await sql(`select "name", ("count" - "removed")::int as "kept", (select count(*)::int from "message" m
        where m."channel" = c."name" and m."position" > c."low") as "left", (select count(*)::int
        from "message" m where m."channel" = c."name") as "rows" from "channel" c order by "name"`),
    ).toEqual(['a', 'b', 'c', 'd'].map((name) => ({ name, kept: 3, left: 3, rows: 3 })))
  })
})

describe('the archive', () => {
  beforeEach(() => start())

  test('gets the messages before they go, with how much of it counts', async () => {
    const told: unknown[] = []
    const { epoch } = await history.head()
    const log = open(async (of, end, entries) => {
      told.push(
        of,
        end,
        entries.map(({ json }) => json),
      )
      expect(await left('a')).toMatchObject({ low: told.length === 3 ? 0 : 3 })
      return { file: 'file', bytes: told.length }
    })
    const { entries } = await history.page({ channels: ['a'], limit: 3, order: 'asc' })
    const [first, second, third] = entries.map(({ json }) => json)
    await log.step([upTo('a', 4)], 100)
    await log.step([upTo('a', 6)], 100)
    const of = { id: 0, epoch }
    expect(told).toEqual([of, undefined, [first, second], of, { file: 'file', bytes: 3 }, [third]])
  })

  test('that cannot be written keeps every message', async () => {
    const log = open(() => Promise.reject(new Error('the disk is full')))
    await expect(log.step([keep('a', 0)], 100)).rejects.toThrow('the disk is full')
    expect(await left('a')).toMatchObject({ low: 0, messages: 5 })
    expect(await open().step([keep('a', 0)], 100)).toEqual({ removed: 5, more: false })
  })

  test('of a step whose commit failed does not count', async () => {
    const log = open(async () => {
      // As if the connection broke after the archive was written: the only one that has this lock.
      await sql(`select pg_terminate_backend("pid") from pg_locks where "locktype" = 'advisory'
        and "database" = (select "oid" from pg_database where "datname" = current_database())`)
      return { file: 'file', bytes: 1 }
    })
    await expect(log.step([keep('a', 0)], 100)).rejects.toThrow(/terminat|not queryable/)
    expect(await left('a')).toMatchObject({ low: 0, messages: 5 })
    const ends: unknown[] = []
    await open(async (_of, end) => {
      ends.push(end)
      return { file: 'file', bytes: 2 }
    }).step([keep('a', 0)], 100)
    expect([ends, await sql('select "file", "bytes"::int from "archive"')]).toEqual([
      [undefined],
      [{ file: 'file', bytes: 2 }],
    ])
  })
})

const partitions = async (): Promise<string[]> =>
  (
    await sql<{ name: string }>(`select "inhrelid"::regclass::text as "name" from pg_inherits
      where "inhparent" = 'message'::regclass order by "inhrelid"`)
  ).map(({ name }) => name)
const low = async (): Promise<unknown> => (await sql('select "low"::int from "log"'))[0]

describe('a partition', () => {
  beforeEach(() => start(4))

  test('is dropped once it is empty, and no message can come into it', async () => {
    const log = open()
    expect(await log.dropPartitions()).toBe(0)
    await log.step([upTo('a', 4), upTo('b', 8)], 100)
    expect([await log.dropPartitions(), await low()]).toEqual([1, { low: 4 }])
    expect(await partitions()).toEqual(['message_0_8', 'message_0_12'])
    await log.step([keep('a', 0), keep('b', 0)], 100)
    // The last one still takes the positions 11 and 12.
    expect([await log.dropPartitions(), await low()]).toEqual([1, { low: 8 }])
    expect(await history.append(draft({ channel: 'a' }))).toMatchObject({
      entry: { position: 11, previous: 9 },
    })
    expect(await partitions()).toContain('message_0_12')
  })

  test('in the middle is dropped too, but the log begins where it began', async () => {
    const log = open()
    await sql(`delete from "message" where "position" between 5 and 8`)
    expect([await log.dropPartitions(), await low()]).toEqual([1, { low: 0 }])
  })

  test('that somebody reads stays for now', async () => {
    const log = open()
    await log.step([upTo('a', 4), upTo('b', 4)], 100)
    const release = await holdLock(opened, url, 'lock table "message_0_4" in access share mode')
    expect(await log.dropPartitions()).toBe(0)
    await release()
    expect(await log.dropPartitions()).toBe(1)
  })
})

test('times are positions, by the database’s clock', async () => {
  await start()
  await sql(`update "message" set "sent_at" = now() - interval '3 days' where "position" <= 6`)
  const log = open()
  expect(await log.positionBefore(2 * 86_400)).toBe(6)
  expect(await log.positionBefore(4 * 86_400)).toBe(0)
  expect(await log.positionBefore(-60)).toBe(10)
})

test('channels come in order of their names, and those without messages do not', async () => {
  await start()
  const log = open()
  expect(await log.channelsAfter('')).toEqual(['a', 'b'])
  expect(await log.channelsAfter('a')).toEqual(['b'])
  await log.step([keep('b', 0)], 100)
  expect(await log.channelsAfter('a')).toEqual([])
})
