import { describe, expect, test } from '@jest/globals'
import { ChannelLogs } from './channelLogs.ts'

const upTo = (count: number): number[] => Array.from({ length: count }, (_, log) => log)
const NAMES = Array.from({ length: 20_000 }, (_, number) => `rooms.r${number}.alerts`)

describe('A channel belongs to one log', () => {
  /** These must never change: a channel that moved would lose its history. */
  test.each([
    ['lobby', [0, 1, 1, 1, 21]],
    ['rooms.berlin', [0, 0, 2, 14, 14]],
    ['rooms.berlin.alerts', [0, 0, 2, 2, 37]],
    ['a', [0, 0, 0, 0, 48]],
    ['b', [0, 0, 3, 14, 17]],
    ['own.user-alice', [0, 0, 2, 14, 54]],
    ['x'.repeat(128), [0, 1, 1, 15, 62]],
  ])('%s', (channel, expected) => {
    const logs = [1, 2, 4, 16, 64].map((count) => new ChannelLogs(upTo(count), []).logOf(channel))
    expect(logs).toEqual(expected)
  })

  test('whatever the order of the list, and also if ids have gaps', () => {
    const [one, other] = [new ChannelLogs([7, 3, 900], []), new ChannelLogs([900, 7, 3], [])]
    const logs = NAMES.map((name) => one.logOf(name))
    expect(NAMES.map((name) => other.logOf(name))).toEqual(logs)
    expect(new Set(logs)).toEqual(new Set([3, 7, 900]))
  })

  test('and all logs get about as many', () => {
    for (const count of [2, 5, 16]) {
      const counts = upTo(count).map(() => 0)
      const logs = new ChannelLogs(upTo(count), [])
      for (const name of NAMES) counts[logs.logOf(name)]! += 1
      const share = NAMES.length / count
      expect(Math.min(...counts) / share).toBeGreaterThan(0.9)
      expect(Math.max(...counts) / share).toBeLessThan(1.1)
    }
  })

  test('and a log more moves only the channels that it gets', () => {
    const [before, after] = [new ChannelLogs(upTo(4), []), new ChannelLogs(upTo(5), [])]
    const moved = NAMES.filter((name) => before.logOf(name) !== after.logOf(name))
    expect(moved.filter((name) => after.logOf(name) !== 4)).toEqual([])
    expect(moved.length).toBeGreaterThan(0)
  })
})

describe('A rule', () => {
  test('that matches first decides, and its log gets no other channels', () => {
    const logs = new ChannelLogs(upTo(4), [
      { pattern: 'rooms.r1.alerts', log: 0 },
      { pattern: 'rooms.*.alerts', log: 3 },
      { pattern: 'fleet.**', log: 2 },
    ])
    expect([
      logs.logOf('rooms.r1.alerts'),
      logs.logOf('rooms.r2.alerts'),
      logs.logOf('fleet.a.b'),
      logs.logOf('fleet'),
    ]).toEqual([0, 3, 2, 1])
    expect(new Set(NAMES.map((name) => logs.logOf(`other.${name}`)))).toEqual(new Set([1]))
  })

  test('leaves the channels of the other logs where they would be without its log', () => {
    const ruled = new ChannelLogs(upTo(4), [{ pattern: 'fleet.**', log: 2 }])
    const without = new ChannelLogs([0, 1, 3], [])
    const logs = NAMES.map((name) => without.logOf(name))
    expect(NAMES.map((name) => ruled.logOf(name))).toEqual(logs)
    expect(new Set(logs)).toEqual(new Set([0, 1, 3]))
  })

  test('for every log leaves none for other channels', () => {
    expect(() => new ChannelLogs([0], [{ pattern: '**', log: 0 }])).toThrow(RangeError)
  })
})
