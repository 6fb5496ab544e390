import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Entry } from '../contract/message.ts'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog } from '../test/support/testLog.ts'
import { Random } from '../test/model/random.ts'
import type { LogWriter } from './logWriter.ts'

const opened = disposables()

describe('the last messages', () => {
  let history: LogWriter
  let epoch: string

  /** a1 b2 a3 b4 a5, each with three bytes of data but b4, which has a thousand; and c6 of another channel. */
  beforeAll(async () => {
    history = openLog(await testDatabase(), opened)
    for (const [at, channel] of ['a', 'b', 'a', 'b', 'a', 'c'].entries()) {
      const data = JSON.stringify('x'.repeat(at === 3 ? 998 : 1))
      epoch = (await history.append(draft({ channel, data }))).epoch
    }
  })

  test.each([
    [['a', 'b'], 1, 10_000, [4, 5]],
    [['b', 'a'], 2, 10_000, [2, 3, 4, 5]],
    [['a', 'b', 'a'], 2, 10_000, [2, 3, 4, 5]],
    [['a'], 2, 10_000, [3, 5]],
    [['b', 'nobody'], 100, 10_000, [2, 4]],
    [['nobody'], 3, 10_000, []],
    [[], 3, 10_000, []],
    [['a'], 0, 10_000, []],
    // Bytes: the newest of all, to the very last that fits, and at least one.
    [['a', 'b'], 9, 1_006, [3, 4, 5]],
    [['a', 'b'], 9, 1_005, [4, 5]],
    [['a', 'b'], 9, 1_002, [5]],
    [['a', 'b'], 9, 0, [5]],
    [['b'], 9, 10, [4]],
  ])('of %j, %d of each and at most %d bytes, are %j', async (...given) => {
    const [channels, count, maxBytes, expected] = given
    const found = await history.last({ channels, count, maxBytes })
    const positions = found.entries.map(({ position }) => position)
    expect([positions, found.epoch, found.position]).toEqual([expected, epoch, 6])
  })

  test('are the very encodings that were acknowledged', async () => {
    const other = openLog(await testDatabase(), opened)
    const { entry } = await other.append(draft({ data: '{"x": 1.0, "ü": "€"}' }))
    const { entries } = await other.last({ channels: ['lobby'], count: 1, maxBytes: 1 })
    expect(entries).toEqual([entry])
  })

  test('of an empty log are none, and of a missing log they are unavailable', async () => {
    const url = await testDatabase()
    const query = { channels: ['a'], count: 1, maxBytes: 1 }
    expect(await openLog(url, opened).last(query)).toMatchObject({ position: 0, entries: [] })
    await expect(openLog(url, opened, { logId: 7 }).last(query)).rejects.toMatchObject({
      type: 'unavailable',
      detail: 'Log 7 does not exist.',
    })
  })

  test('and the head are of one moment, while others write', async () => {
    const url = await testDatabase()
    const [writer, reader] = [openLog(url, opened), openLog(url, opened)]
    const write = async (): Promise<void> => {
      for (let count = 0; count < 300; count++) await writer.append(draft())
    }
    const heads = new Set<number>()
    const look = async (): Promise<void> => {
      for (let count = 0; count < 200; count++) {
        const found = await reader.last({ channels: ['lobby'], count: 2, maxBytes: 1_000 })
        expect(found.entries.at(-1)?.position ?? 0).toBe(found.position)
        heads.add(found.position)
      }
    }
    await Promise.all([write(), look()])
    expect(heads.size).toBeGreaterThan(10)
  })
})

/** Of a log of 400 random messages on six channels, held in memory beside it. */
describe('every read gives what a plain loop over all messages gives', () => {
  const random = new Random(9)
  const names = ['a', 'b', 'c', 'd', 'e', 'nobody']
  const sizeOf = new Map<number, number>()
  let history: LogWriter
  let log: Entry[]
  let epoch: string

  beforeAll(async () => {
    history = openLog(await testDatabase(), opened)
    const answers = await Promise.all(
      Array.from({ length: 400 }, () => {
        const channel = names[random.between(0, 4)] ?? ''
        // Mostly small, some beyond what a page of the database holds, and some that it can compress.
        const text = random.chance(0.1) ? noise(random.between(1_000, 9_000)) : 'ü'.repeat(5)
        return history.append(draft({ channel, data: JSON.stringify(text) }))
      }),
    )
    log = answers.map(({ entry }) => entry).sort((one, other) => one.position - other.position)
    epoch = answers[0]?.epoch ?? ''
    for (const { position, json } of log) {
      sizeOf.set(position, Buffer.byteLength(JSON.stringify(JSON.parse(json).data)))
    }
  })

  const noise = (length: number): string =>
    random.chance(0.5)
      ? 'x'.repeat(length * 10)
      : Array.from({ length }, () => random.between(0, 9)).join('')

  /** As many of the first as fit, and at least one. */
  function fitting(entries: readonly Entry[], maxBytes: number): Entry[] {
    let bytes = 0
    const end = entries.findIndex(({ position }, at) => {
      bytes += sizeOf.get(position) ?? 0
      return at > 0 && bytes > maxBytes
    })
    return entries.slice(0, end === -1 ? entries.length : end)
  }

  test.each(Array.from({ length: 60 }, (_, at) => at))('in query %d', async (_at) => {
    const channels = names.filter(() => random.chance(0.5))
    const [after, upTo] = [random.between(0, 400), random.between(0, 400)]
    const maxBytes = random.between(0, 3) * random.between(1, 20_000)
    const limit = random.between(1, 100)
    const of = log.filter(({ channel }) => channels.includes(channel))
    const between = of.filter(({ position }) => position > after && position <= upTo)
    const cutTo = (entries: Entry[]) => ({
      entries,
      upTo: entries.length < between.length ? entries.at(-1)?.position : upTo,
    })
    const query = { epoch, channels, after, upTo, maxBytes }
    expect(await history.scan(query)).toMatchObject(cutTo(fitting(between, maxBytes)))
    expect(await history.range({ ...query, limit })).toEqual(
      cutTo(fitting(between.slice(0, limit), maxBytes)),
    )
    const newest = channels.flatMap((name) =>
      of.filter(({ channel }) => channel === name).slice(-limit),
    )
    newest.sort((one, other) => other.position - one.position)
    expect(await history.last({ channels, count: limit, maxBytes })).toEqual({
      epoch,
      position: 400,
      entries: fitting(newest, maxBytes).toReversed(),
    })
  })
})
