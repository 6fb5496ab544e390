import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { frame } from '../../test/support/testConnection.ts'
import { openConnections, pass, SLOT_MS, type Reader } from '../../test/support/testConnections.ts'
import { turn } from '../../test/support/testSocket.ts'

afterEach(() => void jest.restoreAllMocks())

describe('heartbeats', () => {
  test.each([
    { steady: 100, perSecond: 0 },
    { steady: 100, perSecond: 8 },
    { steady: 1_000, perSecond: 70 },
  ])(
    'are on time for $steady steady streams while $perSecond short ones begin each second',
    async ({ steady, perSecond }) => {
      const { clock, connections, openMany } = openConnections()
      const readers = openMany(steady)
      const short: Reader[][] = []
      await pass(clock, 60_000, () => {
        // 2 s each.
        for (const reader of short.length < 20 ? [] : (short.shift() ?? [])) reader.destroy()
        const sofar = Math.floor((clock.now() / 1_000) * perSecond)
        const before = Math.floor((clock.now() / 1_000 - 0.1) * perSecond)
        short.push(openMany(sofar - before))
      })
      const longest = Math.max(...readers.map((reader) => reader.longestSilence))
      expect(longest).toBeGreaterThan(19_000)
      expect(longest).toBeLessThanOrEqual(20_000 + 2 * SLOT_MS)
      for (const reader of readers) expect(reader.times('heartbeat').length).toBeLessThanOrEqual(4)
      expect(connections.size).toBe(steady + short.flat().length)
    },
  )

  test.each([0, 0.999_999])('of a stream with the random number %d come too', (lot) => {
    const { clock, open } = openConnections()
    clock.pass(1_000)
    jest.spyOn(Math, 'random').mockReturnValue(lot)
    const { reader } = open()
    clock.pass(60_200)
    expect(reader.longestSilence).toBeLessThanOrEqual(20_000 + 2 * SLOT_MS)
  })

  test('of streams that began together are spread over the whole interval', () => {
    const { clock, openMany } = openConnections()
    const readers = openMany(2_000)
    clock.pass(20_100)
    const at = readers.map((reader) => reader.times('heartbeat')[0] ?? -1)
    expect(Math.min(...at)).toBeGreaterThan(0)
    const inTwentieth = Array.from({ length: 20 }, () => 0)
    for (const each of at) {
      const index = Math.min(19, Math.floor(each / 1_000))
      inTwentieth[index] = (inTwentieth[index] ?? 0) + 1
    }
    // 100 on average.
    expect(Math.min(...inTwentieth)).toBeGreaterThan(40)
    expect(Math.max(...inTwentieth)).toBeLessThan(200)
  })

  test('come at the interval that a reader asked for, beside those of others', () => {
    const { clock, open } = openConnections()
    const [short, long, usual] = [open(4), open(60), open()].map(({ reader }) => reader)
    clock.pass(240_000)
    const [counts, silences] = [
      [short, long, usual].map((reader) => reader?.times('heartbeat').length),
      [short, long, usual].map((reader) => reader?.longestSilence ?? Infinity),
    ]
    expect(counts[0]).toBeGreaterThanOrEqual(57)
    expect(counts[0]).toBeLessThanOrEqual(60)
    expect(counts[1]).toBeGreaterThanOrEqual(3)
    expect(counts[1]).toBeLessThanOrEqual(4)
    expect(counts[2]).toBeGreaterThanOrEqual(11)
    expect(counts[2]).toBeLessThanOrEqual(12)
    for (const [index, most] of [4_000, 60_000, 20_000].entries()) {
      expect(silences[index]).toBeLessThanOrEqual(most + 2 * SLOT_MS)
    }
  })

  test('never claim accepted messages as sent: these go out first', async () => {
    const { clock, hub, open } = openConnections()
    const { reader } = open()
    await turn()
    hub.fanout.publish(frame(1))
    clock.pass(20_100)
    expect(reader.text).toMatch(/id:e1-1\n\nevent:heartbeat\ndata:\{"position":1\}\nid:e1-1\n\n$/)
  })

  test('go on after the process was blocked for longer than an interval', () => {
    const { clock, open } = openConnections()
    const { reader } = open()
    clock.hold(1_000_000)
    clock.pass(100_000)
    expect(reader.times('heartbeat').length).toBeGreaterThanOrEqual(5)
    expect(reader.times('heartbeat').length).toBeLessThanOrEqual(6)
  })
})
