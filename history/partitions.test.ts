import { beforeEach, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { holdLock } from '../test/support/holdLock.ts'
import { faultsOf } from '../test/support/logFaults.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { cutIntoPartitions, draft, openLog, openSql, type Sql } from '../test/support/testLog.ts'
import type { LogWriter } from './logWriter.ts'

const opened = disposables()
let url: string
let sql: Sql
let history: LogWriter

/** A hundred positions in each partition. */
beforeEach(async () => {
  url = await testDatabase()
  sql = openSql(url, opened)
  await cutIntoPartitions(sql, 100, 1)
  history = openLog(url, opened)
})

/** As an ingest of the version before does it, which needs the least words. */
const APPEND = `select "position" from append_messages(0::smallint, array[gen_random_uuid()], array['lobby'],
  array['message'], array['alice'], array['Alice'], array['1'], array[''])`

const append = (count: number, by = history): Promise<unknown> =>
  Promise.all(Array.from({ length: count }, () => by.append(draft())))

async function partitions(): Promise<string[]> {
  const rows = await sql<{ name: string }>(
    `select inhrelid::regclass::text as "name" from pg_inherits
      where inhparent = '"message"'::regclass order by length(inhrelid::regclass::text), 1`,
  )
  return rows.map(({ name }) => name)
}

describe('a partition', () => {
  test('is made a tenth of its size before it is needed, with everything that its neighbours have', async () => {
    await append(90)
    expect(await partitions()).toEqual(['message_0_100'])
    await append(1)
    expect(await partitions()).toEqual(['message_0_100', 'message_0_200'])
    const indexes = await sql<{ of: string; index: string }>(
      `select tablename as "of", regexp_replace(indexdef, '^.* USING', '') as "index" from pg_indexes
        where tablename like 'message_0_%' order by 1, 2`,
    )
    const [first, second] = ['message_0_100', 'message_0_200'].map((name) =>
      indexes.filter(({ of }) => of === name).map(({ index }) => index),
    )
    expect(second).toEqual(first)
    expect(second).toHaveLength(7)
  })

  test('is made while several processes append and others read, and none of them notices', async () => {
    const callers = [history, openLog(url, opened), openLog(url, opened)]
    const over = new AbortController()
    const read = async (): Promise<number> => {
      let reads = 0
      for (; !over.signal.aborted; reads++) {
        const { epoch, position, channels } = await history.heads(['lobby'])
        expect(channels.get('lobby')).toBe(position)
        const after = Math.max(0, position - 50)
        const { entries } = await history.scan({ epoch, after, upTo: position, maxBytes: 1e6 })
        expect(entries.map((entry) => entry.position)).toEqual(
          Array.from({ length: position - after }, (_, at) => after + 1 + at),
        )
      }
      return reads
    }
    const reading = read()
    await Promise.all(
      callers.map(async (caller) => {
        for (let round = 0; round < 40; round++) await append(10, caller)
      }),
    ).finally(() => over.abort())
    expect(await reading).toBeGreaterThan(5)
    expect(await faultsOf(sql)).toEqual([])
    expect(await partitions()).toHaveLength(13)
  })

  test('takes a batch that is larger than itself', async () => {
    await append(450)
    expect(await faultsOf(sql)).toEqual([])
    expect(await partitions()).toHaveLength(5)
  })

  test.each(['access share', 'row exclusive'])(
    'is made while a long statement holds the table in %s mode',
    async (mode) => {
      const release = await holdLock(opened, url, `lock table "message" in ${mode} mode`)
      await append(150)
      expect(await partitions()).toHaveLength(2)
      await release()
    },
  )

  test('that cannot be made yet delays nobody until it is needed', async () => {
    await append(89)
    const release = await holdLock(
      opened,
      url,
      'lock table "message" in share update exclusive mode',
    )
    // Without a bound of their own for locks, so that an append that waits fails.
    const patient = openSql(url, opened, 1)
    await patient('set lock_timeout = 0')
    for (let count = 0; count < 11; count++) await patient(APPEND)
    expect(await partitions()).toHaveLength(1)
    await expect(history.append(draft())).rejects.toMatchObject({ type: 'unavailable' })
    expect(await history.head()).toMatchObject({ position: 100 })
    expect(await history.message('lobby', 100)).toBeDefined()
    await release()
    expect((await history.append(draft())).entry.position).toBe(101)
    expect(await faultsOf(sql)).toEqual([])
  })

  test('is made for another log too, and shares nothing with it', async () => {
    await sql(`insert into "log" ("id", "epoch") values (1, 'other')`)
    const other = openLog(url, opened, { logId: 1 })
    await append(1)
    await append(150, other)
    expect(await partitions()).toEqual(['message_0_100', 'message_1_100', 'message_1_200'])
    await sql('drop table "message_0_100"')
    expect(
      (await other.scan({ epoch: 'other', after: 0, upTo: 150, maxBytes: 1e6 })).entries,
    ).toHaveLength(150)
    expect((await other.append(draft())).entry.position).toBe(151)
  })

  test('is made for a role that owns no table', async () => {
    const role = `writer_${new URL(url).pathname.slice(1)}`
    await sql(`create role ${role} login password 'writer'`)
    await sql(
      `grant select, insert, update on "log", "channel", "message", "idempotency" to ${role}`,
    )
    await sql(`grant execute on all functions in schema public to ${role}`)
    const address = new URL(url)
    address.username = role
    address.password = 'writer'
    await append(150, openLog(address.href, opened))
    expect(await partitions()).toHaveLength(2)
    await append(150)
    expect(await faultsOf(sql)).toEqual([])
  })
})
