import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { RelayTestbed, value } from '../test/support/relayTestbed.ts'
import { draft } from '../test/support/testLog.ts'
import { extentOf, openRedis, ownRedis } from '../test/support/testRedis.ts'
import { waitFor } from '../test/support/waitFor.ts'

const opened = disposables()
let testbed: RelayTestbed

beforeEach(async () => {
  testbed = await RelayTestbed.open(opened)
})

afterEach(() => testbed.close())

describe('a relay', () => {
  test('passes on copies in any order and any number of times, without reading the log', async () => {
    const { relay, metrics } = await testbed.start()
    const entries = await testbed.post(50)
    for (const one of entries.toReversed()) {
      relay.receive(testbed.epoch, one)
      relay.receive(testbed.epoch, one)
    }
    await waitFor(async () => (await testbed.headInRedis()) === 50)
    expect(await testbed.copied()).toEqual(entries.map(({ json }) => json))
    expect([await value(metrics.received), await value(metrics.fetched)]).toEqual([100, 0])
  })

  test('finds copies that never came, in the middle and at the end', async () => {
    const { relay, metrics } = await testbed.start()
    const entries = await testbed.post(30)
    for (const one of entries.filter((_, index) => index % 3 === 0))
      relay.receive(testbed.epoch, one)
    await testbed.levelled()
    expect(await testbed.copied()).toEqual(entries.map(({ json }) => json))
    expect(await value(metrics.fetched)).toBeGreaterThan(0)
    // Nothing at all comes of these: only the log's head tells.
    const more = await testbed.post(3)
    await testbed.levelled()
    expect((await testbed.copied()).slice(-3)).toEqual(more.map(({ json }) => json))
  })

  test('catches up with a log that is far ahead', async () => {
    await testbed.start()
    const entries = await testbed.post(1_700)
    const byPosition = entries.toSorted((one, other) => one.position - other.position)
    await testbed.levelled()
    expect(await testbed.copied()).toEqual(byPosition.map(({ json }) => json))
  })

  test('passes on messages that are too large to be read at once, and stays in step with them', async () => {
    const reads: number[] = []
    await testbed.start(testbed.redis, {
      head: (mark) => testbed.log.head(mark),
      endEpoch: (...proof) => testbed.log.endEpoch(...proof),
      scan: async (query) => {
        const found = await testbed.log.scan(query)
        reads.push(found.entries.reduce((sum, { json }) => sum + json.length, 0))
        return found
      },
    })
    const large = { data: JSON.stringify('x'.repeat(900_000)) }
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => testbed.log.append(draft(large))),
    )
    await testbed.levelled()
    expect(await testbed.copied()).toEqual(answers.map((answer) => answer.entry.json))
    expect(reads.length).toBeGreaterThanOrEqual(3)
    expect(Math.max(...reads)).toBeLessThan(4_100_000)
  })

  test("begins at the log's head: older messages are read from the log", async () => {
    await testbed.post(5)
    await testbed.start()
    expect(await extentOf(testbed.redis, testbed.keys, testbed.epoch)).toMatchObject({
      position: 5,
      low: 5,
    })
    expect(await testbed.copied()).toEqual([])
  })

  test('repairs a Redis that was emptied', async () => {
    const { relay } = await testbed.start()
    const [first] = await testbed.post(1)
    if (first !== undefined) relay.receive(testbed.epoch, first)
    await testbed.levelled()
    await testbed.redis.del(
      testbed.keys.extent(testbed.epoch),
      testbed.keys.recent(testbed.epoch, 'lobby'),
    )
    const [next] = await testbed.post(1)
    if (next !== undefined) relay.receive(testbed.epoch, next)
    await testbed.levelled()
    const more = await testbed.post(2)
    await testbed.levelled()
    expect((await testbed.copied()).slice(-2)).toEqual(more.map(({ json }) => json))
  })

  test('repairs a Redis that was emptied while nothing is posted', async () => {
    await testbed.start()
    await testbed.post(2)
    await testbed.levelled()
    await testbed.redis.del(
      testbed.keys.extent(testbed.epoch),
      testbed.keys.recent(testbed.epoch, 'lobby'),
    )
    await testbed.levelled()
    expect((await extentOf(testbed.redis, testbed.keys, testbed.epoch))?.low).toBe(2)
  })

  test('goes over to another epoch of the log', async () => {
    const { relay } = await testbed.start()
    await testbed.post(3)
    await testbed.levelled()
    await testbed.putBack(1)
    await testbed.sql(`update "log" set "epoch" = 'restored'`)
    testbed.epoch = 'restored'
    const [first] = await testbed.post(1)
    // A message of an epoch that it does not know makes it look.
    if (first !== undefined) relay.receive('restored', first)
    await testbed.levelled()
    const [last] = await testbed.post(1)
    await testbed.levelled()
    expect((await testbed.copied()).at(-1)).toBe(last?.json)
  })

  test('and another one make one copy', async () => {
    const [one, other] = [await testbed.start(), await testbed.start()]
    const entries = await testbed.post(200)
    entries.forEach((each, index) => {
      if (index % 3 !== 0) one.relay.receive(testbed.epoch, each)
      if (index % 3 !== 1) other.relay.receive(testbed.epoch, each)
    })
    await testbed.levelled()
    expect(await testbed.copied()).toEqual(entries.map(({ json }) => json))
  })
})

test('a Redis that goes away and comes back empty is followed again', async () => {
  const { url, server } = await ownRedis(opened)
  const connection = await openRedis(opened, url)
  const { relay } = await testbed.start(connection)
  connection.on('ready', () => relay.look())
  await server.stop('SIGKILL')
  const entries = await testbed.post(3)
  for (const one of entries) relay.receive(testbed.epoch, one)
  await waitFor(() => !relay.follows)
  await server.start()
  await waitFor(() => relay.follows)
  await waitFor(async () => (await testbed.headInRedis(connection)) === 3)
  const [last] = await testbed.post(1)
  await waitFor(async () => (await testbed.headInRedis(connection)) === 4)
  expect((await testbed.copied(connection)).at(-1)).toBe(last?.json)
})
