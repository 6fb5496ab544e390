import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { RelayBed, value } from '../test/support/relayBed.ts'
import { draft } from '../test/support/testHistory.ts'
import { extentOf, openRedis, ownRedis } from '../test/support/testRedis.ts'
import { waitFor } from '../test/support/waitFor.ts'

const opened = disposables()
let bed: RelayBed

beforeEach(async () => {
  bed = await RelayBed.open(opened)
})

afterEach(() => bed.close())

describe('a relay', () => {
  test('passes on what comes, in any order and any number of times, without reading the log', async () => {
    const { relay, metrics } = await bed.start()
    const entries = await bed.post(50)
    for (const one of entries.toReversed()) {
      relay.entry(bed.epoch, one)
      relay.entry(bed.epoch, one)
    }
    await waitFor(async () => (await bed.headInRedis()) === 50)
    expect(await bed.copied()).toEqual(entries.map(({ json }) => json))
    expect([await value(metrics.received), await value(metrics.fetched)]).toEqual([100, 0])
  })

  test('finds what never came, in the middle and at the end', async () => {
    const { relay, metrics } = await bed.start()
    const entries = await bed.post(30)
    for (const one of entries.filter((_, index) => index % 3 === 0)) relay.entry(bed.epoch, one)
    await bed.levelled()
    expect(await bed.copied()).toEqual(entries.map(({ json }) => json))
    expect(await value(metrics.fetched)).toBeGreaterThan(0)
    // Nothing at all comes of these: only the log's head tells.
    const more = await bed.post(3)
    await bed.levelled()
    expect((await bed.copied()).slice(-3)).toEqual(more.map(({ json }) => json))
  })

  test('catches up with a log that is far ahead', async () => {
    await bed.start()
    const entries = await bed.post(1_700)
    const byPosition = entries.toSorted((one, other) => one.position - other.position)
    await bed.levelled()
    expect(await bed.copied()).toEqual(byPosition.map(({ json }) => json))
  })

  test('passes on messages that are too large to be read at once, and stays in step with them', async () => {
    const reads: number[] = []
    await bed.start(bed.redis, {
      head: (mark) => bed.history.head(mark),
      endEpoch: (...proof) => bed.history.endEpoch(...proof),
      scan: async (query) => {
        const found = await bed.history.scan(query)
        reads.push(found.entries.reduce((sum, { json }) => sum + json.length, 0))
        return found
      },
    })
    const large = { data: JSON.stringify('x'.repeat(900_000)) }
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => bed.history.append(draft(large))),
    )
    await bed.levelled()
    expect(await bed.copied()).toEqual(answers.map((answer) => answer.entry.json))
    expect(reads.length).toBeGreaterThanOrEqual(3)
    expect(Math.max(...reads)).toBeLessThan(4_100_000)
  })

  test('begins with the log as it is: what was before is read from there', async () => {
    await bed.post(5)
    await bed.start()
    expect(await extentOf(bed.redis, bed.keys, bed.epoch)).toMatchObject({ position: 5, floor: 5 })
    expect(await bed.copied()).toEqual([])
  })

  test('repairs a Redis that was emptied', async () => {
    const { relay } = await bed.start()
    const [first] = await bed.post(1)
    if (first !== undefined) relay.entry(bed.epoch, first)
    await bed.levelled()
    await bed.redis.del(bed.keys.extent(bed.epoch), bed.keys.recent(bed.epoch, 'lobby'))
    const [next] = await bed.post(1)
    if (next !== undefined) relay.entry(bed.epoch, next)
    await bed.levelled()
    const more = await bed.post(2)
    await bed.levelled()
    expect((await bed.copied()).slice(-2)).toEqual(more.map(({ json }) => json))
  })

  test('repairs a Redis that was emptied while nothing is posted', async () => {
    await bed.start()
    await bed.post(2)
    await bed.levelled()
    await bed.redis.del(bed.keys.extent(bed.epoch), bed.keys.recent(bed.epoch, 'lobby'))
    await bed.levelled()
    expect((await extentOf(bed.redis, bed.keys, bed.epoch))?.floor).toBe(2)
  })

  test('goes over to another life of the log', async () => {
    const { relay } = await bed.start()
    await bed.post(3)
    await bed.levelled()
    await bed.putBack(1)
    await bed.sql(`update "log" set "epoch" = 'restored'`)
    bed.epoch = 'restored'
    const [first] = await bed.post(1)
    // A message of an epoch that it does not know makes it look.
    if (first !== undefined) relay.entry('restored', first)
    await bed.levelled()
    const [last] = await bed.post(1)
    await bed.levelled()
    expect((await bed.copied()).at(-1)).toBe(last?.json)
  })

  test('beside another one makes one copy', async () => {
    const [one, other] = [await bed.start(), await bed.start()]
    const entries = await bed.post(200)
    entries.forEach((each, index) => {
      if (index % 3 !== 0) one.relay.entry(bed.epoch, each)
      if (index % 3 !== 1) other.relay.entry(bed.epoch, each)
    })
    await bed.levelled()
    expect(await bed.copied()).toEqual(entries.map(({ json }) => json))
  })
})

test('a Redis that goes away and comes back empty is followed again', async () => {
  const { url, server } = await ownRedis(opened)
  const connection = await openRedis(opened, url)
  const { relay } = await bed.start(connection)
  connection.on('ready', () => relay.look())
  await server.stop('SIGKILL')
  const entries = await bed.post(3)
  for (const one of entries) relay.entry(bed.epoch, one)
  await waitFor(() => !relay.follows)
  await server.start()
  await waitFor(() => relay.follows)
  await waitFor(async () => (await bed.headInRedis(connection)) === 3)
  const [last] = await bed.post(1)
  await waitFor(async () => (await bed.headInRedis(connection)) === 4)
  expect((await bed.copied(connection)).at(-1)).toBe(last?.json)
})
