import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Redis } from 'ioredis'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import type { LinkedEntry } from '../contract/message.ts'
import { RedisKeys } from '../contract/redisKeys.ts'
import type { History } from '../history/history.ts'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openHistory, openSql, type Sql } from '../test/support/testHistory.ts'
import { copyKeys, extentOf, openRedis, ownRedis } from '../test/support/testRedis.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'
import { waitFor } from '../test/support/waitFor.ts'
import { createBridgeMetrics, type BridgeMetrics } from './metrics.ts'
import { RedisLog } from './redisLog.ts'
import { Relay, type Log } from './relay.ts'

const opened = disposables()
let sql: Sql
let history: History
let redis: Redis
let keys: RedisKeys
let epoch: string
let relays: Relay[]

beforeEach(async () => {
  const url = await testDatabase()
  sql = openSql(url, opened)
  history = openHistory(url, opened)
  redis = await openRedis(opened)
  keys = new RedisKeys(uniquePrefix(), 0)
  epoch = (await history.head()).epoch
  relays = []
})

afterEach(async () => {
  await Promise.all(relays.map((relay) => relay.close()))
})

function startRelay(
  connection = redis,
  log: Log = history,
): { relay: Relay; metrics: BridgeMetrics } {
  const metrics = createBridgeMetrics(new Registry())
  const relay = new Relay({
    log,
    copy: new RedisLog(connection, keys, {
      copyKeys,
      onRefused: () => {},
      recentLength: 5_000,
      recentSeconds: 60,
    }),
    metrics,
    logger: pino({ level: 'silent' }),
    holeMs: 40,
    after: (ms, run) => void setTimeout(run, ms).unref(),
  })
  relays.push(relay)
  relay.start()
  return { relay, metrics }
}

/** Appends messages to the log; what would come of them over MQTT. */
async function post(count: number): Promise<LinkedEntry[]> {
  const answers = await Promise.all(Array.from({ length: count }, () => history.append(draft())))
  return answers.map((answer) => ({ ...answer.entry, link: answer.link }))
}

async function copied(connection = redis): Promise<string[]> {
  const items = await connection.xrange(keys.recent(epoch, 'lobby'), '-', '+')
  return items.map(([, fields]) => copyKeys.openMessage(epoch, 'lobby', fields[1] ?? '') ?? '')
}

async function headInRedis(connection = redis): Promise<number> {
  return (await extentOf(connection, keys, epoch))?.position ?? -1
}

/** Redis has the whole log, and knows that it has. */
async function levelled(): Promise<void> {
  await waitFor(async () => (await headInRedis()) === (await history.head()).position)
}

/** The log of one channel is as it was when it had so many messages; nothing else is told. */
async function putBack(head: number): Promise<void> {
  await sql(`delete from "message" where "position" > ${head}`)
  await sql(`update "channel" set "head" = ${head}, "count" = ${head}`)
  await sql(`update "log" set "head" = ${head},
    "last_id" = (select "id" from "message" where "position" = ${head})`)
}

const epochNow = async (): Promise<string> => (await history.head()).epoch

/** Three messages are lost, and so many come in their place. Answers what Redis has of the new epoch after one more. */
async function lose(
  more: number,
  publish: (entries: LinkedEntry[]) => void = () => {},
): Promise<string[]> {
  await post(10)
  await levelled()
  const before = epoch
  await putBack(7)
  const entries = more === 0 ? [] : await post(more)
  publish(entries)
  await waitFor(async () => (await epochNow()) !== before)
  epoch = await epochNow()
  await levelled()
  await post(1)
  await levelled()
  return copied()
}

async function value(metric: BridgeMetrics['fetched']): Promise<number> {
  return (await metric.get()).values[0]?.value ?? 0
}

describe('a relay', () => {
  test('passes on what comes, in any order and any number of times, without reading the log', async () => {
    const { relay, metrics } = startRelay()
    await waitFor(() => relay.follows)
    const entries = await post(50)
    for (const one of entries.toReversed()) {
      relay.entry(epoch, one)
      relay.entry(epoch, one)
    }
    await waitFor(async () => (await headInRedis()) === 50)
    expect(await copied()).toEqual(entries.map(({ json }) => json))
    expect([await value(metrics.received), await value(metrics.fetched)]).toEqual([100, 0])
  })

  test('finds what never came, in the middle and at the end', async () => {
    const { relay, metrics } = startRelay()
    await waitFor(() => relay.follows)
    const entries = await post(30)
    for (const one of entries.filter((_, index) => index % 3 === 0)) relay.entry(epoch, one)
    await levelled()
    expect(await copied()).toEqual(entries.map(({ json }) => json))
    expect(await value(metrics.fetched)).toBeGreaterThan(0)
    // Nothing at all comes of these: only the log's head tells.
    const more = await post(3)
    await levelled()
    expect((await copied()).slice(-3)).toEqual(more.map(({ json }) => json))
  })

  test('catches up with a log that is far ahead', async () => {
    const { relay } = startRelay()
    await waitFor(() => relay.follows)
    const entries = await post(1_700)
    const byPosition = entries.toSorted((one, other) => one.position - other.position)
    await levelled()
    expect(await copied()).toEqual(byPosition.map(({ json }) => json))
  })

  test('passes on messages that are too large to be read at once, and stays in step with them', async () => {
    const reads: number[] = []
    const { relay } = startRelay(redis, {
      head: (mark) => history.head(mark),
      endEpoch: (...proof) => history.endEpoch(...proof),
      scan: async (query) => {
        const found = await history.scan(query)
        reads.push(found.entries.reduce((sum, { json }) => sum + json.length, 0))
        return found
      },
    })
    await waitFor(() => relay.follows)
    const large = { data: JSON.stringify('x'.repeat(900_000)) }
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => history.append(draft(large))),
    )
    await levelled()
    expect(await copied()).toEqual(answers.map((answer) => answer.entry.json))
    expect(reads.length).toBeGreaterThanOrEqual(3)
    expect(Math.max(...reads)).toBeLessThan(4_100_000)
  })

  test('begins with the log as it is: what was before is read from there', async () => {
    await post(5)
    const { relay } = startRelay()
    await waitFor(() => relay.follows)
    expect(await extentOf(redis, keys, epoch)).toMatchObject({ position: 5, floor: 5 })
    expect(await copied()).toEqual([])
  })

  test('repairs a Redis that was emptied', async () => {
    const { relay } = startRelay()
    await waitFor(() => relay.follows)
    const [first] = await post(1)
    if (first !== undefined) relay.entry(epoch, first)
    await levelled()
    await redis.del(keys.extent(epoch), keys.recent(epoch, 'lobby'))
    const [next] = await post(1)
    if (next !== undefined) relay.entry(epoch, next)
    await levelled()
    const more = await post(2)
    await levelled()
    expect((await copied()).slice(-2)).toEqual(more.map(({ json }) => json))
  })

  test('repairs a Redis that was emptied while nothing is posted', async () => {
    const { relay } = startRelay()
    await post(2)
    await waitFor(() => relay.follows)
    await levelled()
    await redis.del(keys.extent(epoch), keys.recent(epoch, 'lobby'))
    await levelled()
    expect((await extentOf(redis, keys, epoch))?.floor).toBe(2)
  })

  test('goes over to another life of the log', async () => {
    const { relay } = startRelay()
    await waitFor(() => relay.follows)
    await post(3)
    await levelled()
    await putBack(1)
    await sql(`update "log" set "epoch" = 'restored'`)
    epoch = 'restored'
    const [first] = await post(1)
    // A message of an epoch that it does not know makes it look.
    if (first !== undefined) relay.entry('restored', first)
    await levelled()
    const [last] = await post(1)
    await levelled()
    expect((await copied()).at(-1)).toBe(last?.json)
  })

  describe('whose log goes back without a new epoch', () => {
    test('ends the epoch, and begins a copy of what the log has now', async () => {
      const { relay, metrics } = startRelay()
      await waitFor(() => relay.follows)
      expect(await lose(0)).toHaveLength(1)
      expect(await value(metrics.epochsEnded)).toBe(1)
    })

    test.each([1, 3, 40])('ends it too if %d others were posted meanwhile', async (more) => {
      const { relay } = startRelay()
      await waitFor(() => relay.follows)
      const before = epoch
      await lose(more)
      expect(epoch).not.toBe(before)
    })

    test('ends it if the copies of those messages come', async () => {
      const { relay } = startRelay()
      await waitFor(() => relay.follows)
      const old = epoch
      await lose(40, (entries) => {
        for (const one of entries) relay.entry(old, one)
      })
      // The history before is followed by nothing of the one after.
      const items = await redis.xrange(keys.recent(old, 'lobby'), '-', '+')
      expect(items.map(([id]) => id).at(-1)).toBe('10-0')
    })

    test('ends it once, with two relays', async () => {
      const both = [startRelay(), startRelay()]
      await waitFor(() => both.every(({ relay }) => relay.follows))
      await lose(5)
      const ended = await Promise.all(both.map(({ metrics }) => value(metrics.epochsEnded)))
      expect(ended.reduce((sum, count) => sum + count, 0)).toBe(1)
    })

    test('ends it if only Redis remembers', async () => {
      const first = startRelay()
      await waitFor(() => first.relay.follows)
      await post(10)
      await levelled()
      await first.relay.close()
      await putBack(7)
      await post(5)
      const before = epoch
      startRelay()
      await waitFor(async () => (await epochNow()) !== before)
      epoch = await epochNow()
      await levelled()
      expect(await copied()).toEqual([])
    })
  })

  test('that was only told what is not there leaves the epoch alone', async () => {
    const { relay, metrics } = startRelay()
    await waitFor(() => relay.follows)
    const [first, second] = await post(2)
    await levelled()
    if (first === undefined || second === undefined) throw new Error('nothing was posted')
    // Late copies of another history: one at the head, one after it.
    relay.entry(epoch, { ...second, id: first.id })
    relay.entry(epoch, { ...second, position: 3, link: first.id })
    await post(2)
    await levelled()
    expect(await value(metrics.epochsEnded)).toBe(0)
    expect((await history.head()).epoch).toBe(epoch)
  })

  test('beside another one makes one copy', async () => {
    const [one, other] = [startRelay(), startRelay()]
    await waitFor(() => one.relay.follows && other.relay.follows)
    const entries = await post(200)
    entries.forEach((each, index) => {
      if (index % 3 !== 0) one.relay.entry(epoch, each)
      if (index % 3 !== 1) other.relay.entry(epoch, each)
    })
    await levelled()
    expect(await copied()).toEqual(entries.map(({ json }) => json))
  })
})

test('a Redis that goes away and comes back empty is followed again', async () => {
  const { url, server } = await ownRedis(opened)
  const connection = await openRedis(opened, url)
  const { relay } = startRelay(connection)
  connection.on('ready', () => relay.look())
  await waitFor(() => relay.follows)
  await server.stop('SIGKILL')
  const entries = await post(3)
  for (const one of entries) relay.entry(epoch, one)
  await waitFor(() => !relay.follows)
  await server.start()
  await waitFor(() => relay.follows)
  await waitFor(async () => (await headInRedis(connection)) === 3)
  const [last] = await post(1)
  await waitFor(async () => (await headInRedis(connection)) === 4)
  expect((await copied(connection)).at(-1)).toBe(last?.json)
})
