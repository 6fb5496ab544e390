import { describe, expect, test } from '@jest/globals'
import { UNLIMITED } from '../../test/support/unlimited.ts'
import { Holders, type HolderLimits } from './holders.ts'

const open = (limits: Partial<HolderLimits>): Holders => new Holders({ ...UNLIMITED, ...limits })

describe('holders', () => {
  test('hold so many streams each, and may open another when one ends', () => {
    const holders = open({ maxStreams: 2 })
    const first = holders.take('x', 1, 1, 0)
    holders.take('x', 1, 1, 0)
    expect([holders.refusal('x', 1, 1, 0), holders.refusal('y', 1, 1, 0)]).toEqual([
      'streams',
      undefined,
    ])
    holders.release(first, 1)
    expect(holders.refusal('x', 1, 1, 0)).toBe(undefined)
  })

  test('hold so many channels each, over all of their streams', () => {
    const holders = open({ maxChannels: 10 })
    const first = holders.take('x', 4, 1, 0)
    holders.take('x', 5, 1, 0)
    expect([1, 2].map((channels) => holders.refusal('x', channels, 1, 0))).toEqual([
      undefined,
      'channels',
    ])
    holders.release(first, 4)
    expect([5, 6].map((channels) => holders.refusal('x', channels, 1, 0))).toEqual([
      undefined,
      'channels',
    ])
  })

  test('begin streams at their rate after their burst, also if each ends at once', () => {
    const holders = open({ ratePerSecond: 10, burst: 3 })
    const begin = (now: number): boolean => {
      if (holders.refusal('x', 1, 1, now) !== undefined) return false
      holders.release(holders.take('x', 1, 1, now), 1)
      return true
    }
    expect([0, 0, 0, 0, 99, 100, 100, 200].map(begin)).toEqual([
      true,
      true,
      true,
      false,
      false,
      true,
      false,
      true,
    ])
    // No more is saved up than the burst.
    expect([9e6, 9e6, 9e6, 9e6].map(begin)).toEqual([true, true, true, false])
    expect(holders.refusal('y', 1, 1, 0)).toBe(undefined)
  })

  test('may begin a stream that costs more than all points when all are there, and pay for it', () => {
    const holders = open({ ratePerSecond: 1, burst: 5 })
    expect(holders.refusal('x', 100, 11, 0)).toBe(undefined)
    holders.take('x', 100, 11, 0)
    expect([6_000, 7_000].map((now) => holders.refusal('x', 1, 1, now))).toEqual([
      'rate',
      undefined,
    ])
  })

  test('cost memory only for their streams, and for ten thousand that left last', () => {
    const holders = open({ ratePerSecond: 1, burst: 1 })
    holders.take('stays', 1, 1, 0)
    for (let count = 0; count < 50_000; count++) {
      holders.release(holders.take(`x${count}`, 1, 1, 0), 1)
    }
    expect(holders.size).toBe(10_001)
    expect(
      ['stays', 'x49999', 'x40000', 'x39999'].map((key) => holders.refusal(key, 1, 1, 0)),
    ).toEqual(['rate', 'rate', 'rate', undefined])
  })
})
