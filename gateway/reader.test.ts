import { beforeEach, describe, expect, test } from '@jest/globals'
import { Registry } from 'prom-client'
import type { Entry } from '../contract/message.ts'
import { entry } from '../test/support/testRedis.ts'
import { createGatewayMetrics } from './metrics.ts'
import { Reader, type ReadRecent } from './reader.ts'

/** A log of `a` alone, whose reads are held until they are let go. */
const log = Array.from({ length: 450 }, (_, index) => entry(index + 1, index))
let pending: (() => void)[]
let ranges: string[]
let failing: boolean
let recent: ReadRecent
let reader: Reader
let registry: Registry

beforeEach(() => {
  pending = []
  ranges = []
  failing = false
  recent = () => Promise.resolve(undefined)
  registry = new Registry()
  reader = createReader(0)
})

function createReader(keepMs: number): Reader {
  return new Reader({
    recent: (...query) => recent(...query),
    range: async ({ after, upTo, limit }) => {
      ranges.push(`${after}-${upTo}`)
      await new Promise<void>((resolve) => pending.push(resolve))
      if (failing) throw new Error('away')
      const found = log.filter(({ position }) => position > after && position <= upTo)
      const entries = found.slice(0, limit)
      return { entries, upTo: found.length > limit ? (entries.at(-1)?.position ?? upTo) : upTo }
    },
    metrics: createGatewayMetrics(registry),
    keepMs,
  })
}

const large = (position: number): Entry =>
  entry(position, position - 1, 'a', JSON.stringify('x'.repeat(200_000)))

/** Lets everything happen that waits for nothing but its turn. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function letGo(): Promise<void> {
  await settle()
  for (const each of pending.splice(0)) each()
  await settle()
}

async function read(after: number, upTo: number) {
  const page = reader.read('e1', ['a'], after, upTo)
  await letGo()
  const { frames, upTo: covered } = await page
  return { first: frames[0]?.position, count: frames.length, upTo: covered }
}

async function sources() {
  const metric = await registry.getSingleMetric('causeway_gateway_reads_total')?.get()
  return Object.fromEntries((metric?.values ?? []).map((one) => [one.labels['source'], one.value]))
}

describe('a page', () => {
  test('is whole where the log has no more', async () => {
    expect(await read(10, 50)).toEqual({ first: 11, count: 40, upTo: 50 })
    expect(await read(449, 9_000)).toEqual({ first: 450, count: 1, upTo: 9_000 })
    expect(await read(500, 510)).toEqual({ first: undefined, count: 0, upTo: 510 })
  })

  test('ends with its last message where there may be more', async () => {
    expect(await read(0, 450)).toEqual({ first: 1, count: 200, upTo: 200 })
    expect(await read(200, 450)).toEqual({ first: 201, count: 200, upTo: 400 })
    expect(await read(400, 450)).toEqual({ first: 401, count: 50, upTo: 450 })
    expect(await read(0, 200)).toEqual({ first: 1, count: 200, upTo: 200 })
  })

  test('is cut at its bytes, and has at least one message', async () => {
    const huge = entry(9, 8, 'a', JSON.stringify('x'.repeat(1_000_000)))
    recent = () => Promise.resolve([large(1), large(2), large(3), large(4)])
    expect(await read(0, 20)).toEqual({ first: 1, count: 2, upTo: 2 })
    recent = () => Promise.resolve([huge, large(10)])
    expect(await read(8, 20)).toEqual({ first: 9, count: 1, upTo: 9 })
    recent = () => Promise.resolve([huge])
    expect(await read(8, 20)).toEqual({ first: 9, count: 1, upTo: 20 })
  })

  test('comes from the recent copy where that proves itself, else from the log', async () => {
    recent = (_epoch, _channels, after) => Promise.resolve(log.slice(after, after + 3))
    expect(await read(0, 3)).toEqual({ first: 1, count: 3, upTo: 3 })
    expect(ranges).toEqual([])
    recent = () => Promise.reject(new Error('away'))
    expect(await read(0, 3)).toEqual({ first: 1, count: 3, upTo: 3 })
    expect([ranges, await sources()]).toEqual([['0-3'], { recent: 1, log: 1 }])
  })
})

describe('reads', () => {
  test('that are equal are done once, and anew when that is over', async () => {
    const pages = Array.from({ length: 50 }, () => reader.read('e1', ['a'], 0, 10))
    await letGo()
    const [first, ...rest] = await Promise.all(pages)
    for (const page of rest) expect(page).toBe(first)
    expect(ranges).toEqual(['0-10'])
    await read(0, 10)
    expect(ranges).toEqual(['0-10', '0-10'])
  })

  test('that come a moment later are served from the page that was kept', async () => {
    registry.clear()
    reader = createReader(60_000)
    await read(0, 10)
    expect(await read(0, 10)).toEqual({ first: 1, count: 10, upTo: 10 })
    expect(ranges).toEqual(['0-10'])
  })

  test('that differ in anything are done each', async () => {
    const pages = [
      reader.read('e1', ['a'], 0, 10),
      reader.read('e2', ['a'], 0, 10),
      reader.read('e1', ['a', 'b'], 0, 10),
      reader.read('e1', ['a'], 1, 10),
      reader.read('e1', ['a'], 0, 11),
    ]
    await letGo()
    await Promise.all(pages)
    expect(ranges.length).toBe(5)
  })

  test('are at most eight at a time; the others wait for their turn', async () => {
    const pages = Array.from({ length: 20 }, (_, index) => reader.read('e1', ['a'], index, 100))
    const counts: number[] = []
    for (let count = 0; count < 3; count++) {
      await settle()
      counts.push(pending.length)
      await letGo()
    }
    await Promise.all(pages)
    expect(counts).toEqual([8, 8, 4])
  })

  test('that fail fail for all who asked, and hold up nobody after them', async () => {
    failing = true
    const pages = Array.from({ length: 20 }, (_, index) => reader.read('e1', ['a'], index % 10, 50))
    const outcomes = Promise.allSettled(pages)
    await letGo()
    await letGo()
    expect((await outcomes).map(({ status }) => status)).toEqual(Array(20).fill('rejected'))
    failing = false
    expect(await read(0, 10)).toEqual({ first: 1, count: 10, upTo: 10 })
  })
})
