import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Redis } from 'ioredis'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import type { Entry } from '../contract/message.ts'
import { RedisKeys } from '../contract/redisKeys.ts'
import type { History } from '../history/history.ts'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openHistory, openSql, type Sql } from '../test/support/testHistory.ts'
import { entry, openRedis, ownRedis } from '../test/support/testRedis.ts'
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
    copy: new RedisLog(connection, keys, { recentLength: 5_000, recentSeconds: 60 }),
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
async function post(count: number): Promise<Entry[]> {
  const answers = await Promise.all(Array.from({ length: count }, () => history.append(draft())))
  return answers.map((answer) => answer.entry)
}

async function copied(connection = redis): Promise<string[]> {
  const items = await connection.xrange(keys.recent(epoch, 'lobby'), '-', '+')
  return items.map(([, fields]) => fields[1] ?? '')
}

async function headInRedis(connection = redis): Promise<number> {
  return Number((await connection.hget(keys.head(epoch), 'position')) ?? -1)
}

/** Redis has the whole log, and knows that it has. */
async function levelled(): Promise<void> {
  await waitFor(async () => (await headInRedis()) === (await history.head()).position)
}

async function value(metric: BridgeMetrics['fetched']): Promise<number> {
  return (await metric.get()).values[0]?.value ?? 0
}

describe('a relay', () => {
  test('passes on what comes, in any order and any number of times, without reading the log', async () => {
    const { relay, metrics } = startRelay()
    await waitFor(() => relay.follows)
    // The log does not even have these.
    const entries = Array.from({ length: 50 }, (_, index) => entry(index + 1, index, 'lobby'))
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
      head: () => history.head(),
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
    expect([await headInRedis(), await redis.hget(keys.head(epoch), 'floor')]).toEqual([5, '5'])
    expect(await copied()).toEqual([])
  })

  test('repairs a Redis that was emptied', async () => {
    const { relay } = startRelay()
    await waitFor(() => relay.follows)
    const [first] = await post(1)
    if (first !== undefined) relay.entry(epoch, first)
    await levelled()
    await redis.del(keys.head(epoch), keys.recent(epoch, 'lobby'))
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
    await redis.del(keys.head(epoch), keys.recent(epoch, 'lobby'))
    await levelled()
    expect(await redis.hget(keys.head(epoch), 'floor')).toBe('2')
  })

  test('goes over to another life of the log', async () => {
    const { relay } = startRelay()
    await waitFor(() => relay.follows)
    await post(3)
    await levelled()
    await sql(`delete from "message" where "position" > 1`)
    await sql(`update "channel" set "head" = 1, "count" = 1`)
    await sql(`update "log" set "epoch" = 'restored', "head" = 1`)
    epoch = 'restored'
    const [first] = await post(1)
    // A message of an epoch that it does not know makes it look.
    if (first !== undefined) relay.entry('restored', first)
    await levelled()
    const [last] = await post(1)
    await levelled()
    expect((await copied()).at(-1)).toBe(last?.json)
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
