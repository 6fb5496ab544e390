import { describe, expect, test } from '@jest/globals'
import { Ring, type Item } from './ring.ts'

const item = (position: number, size = 1): Item & { size: number } => ({
  position,
  previous: 0,
  channel: 'a',
  size,
})

function ring(bounds: { maxItems?: number; maxBytes?: number }) {
  return new Ring<ReturnType<typeof item>>(
    10,
    { maxItems: 1_000, maxBytes: 1_000_000, ...bounds },
    ({ size }) => size,
  )
}

const positions = (items: Item[]): number[] => items.map(({ position }) => position)

describe('a ring', () => {
  test('gives what it keeps above a position', () => {
    const kept = ring({})
    for (const position of [12, 15, 20]) kept.push(item(position))
    expect(kept.from).toBe(10)
    expect(positions(kept.since(10))).toEqual([12, 15, 20])
    expect(positions(kept.since(12))).toEqual([15, 20])
    expect(positions(kept.since(14))).toEqual([15, 20])
    expect(positions(kept.since(20))).toEqual([])
    expect(positions(kept.since(99))).toEqual([])
  })

  test('drops the oldest above its count, and knows from where it is whole', () => {
    const kept = ring({ maxItems: 3 })
    for (const position of [11, 12, 13, 14, 15]) kept.push(item(position))
    expect([kept.from, positions(kept.since(kept.from))]).toEqual([12, [13, 14, 15]])
  })

  test('drops the oldest above its bytes', () => {
    const kept = ring({ maxBytes: 100 })
    for (const position of [11, 12, 13]) kept.push(item(position, 40))
    expect([kept.from, positions(kept.since(11))]).toEqual([11, [12, 13]])
    kept.push(item(14, 100))
    expect([kept.from, positions(kept.since(13))]).toEqual([13, [14]])
  })

  test.each([
    ['one item larger than all its bytes', { maxBytes: 10 }, 11],
    ['no items', { maxItems: 0 }, 1],
    ['no bytes', { maxBytes: 0 }, 1],
  ])('that cannot keep %s keeps nothing', (_what, bounds, size) => {
    const kept = ring(bounds)
    kept.push(item(11, size))
    expect([kept.from, positions(kept.since(11))]).toEqual([11, []])
  })

  test('that is cleared knows only what comes after', () => {
    const kept = ring({ maxItems: 2 })
    for (const position of [11, 12, 13]) kept.push(item(position))
    kept.clear(20)
    expect([kept.from, kept.since(20)]).toEqual([20, []])
    kept.push(item(21))
    expect(positions(kept.since(20))).toEqual([21])
  })

  test.each([1, 7, 100])('of %d items is right after ten thousand', (maxItems) => {
    const kept = ring({ maxItems })
    for (let position = 11; position <= 10_010; position++) {
      kept.push(item(position))
      const from = Math.max(10, position - maxItems)
      expect(kept.from).toBe(from)
      expect(kept.since(from).length).toBe(Math.min(maxItems, position - 10))
    }
    expect(kept.since(10_009)).toEqual([item(10_010)])
  })
})
