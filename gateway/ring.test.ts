import { describe, expect, test } from '@jest/globals'
import { Ring, type Item } from './ring.ts'

const item = (position: number, size = 1, channel = 'a'): Item & { size: number } => ({
  position,
  previous: 0,
  channel,
  size,
})

function ring(bounds: { maxItems?: number; maxBytes?: number; pieceBytes?: number }) {
  return new Ring<ReturnType<typeof item>>(
    10,
    { maxItems: 1_000, maxBytes: 1_000_000, pieceBytes: 1_000_000, ...bounds },
    ({ size }) => size,
  )
}

const A = new Set(['a'])
const since = (kept: Ring<ReturnType<typeof item>>, position: number): number[] =>
  kept.since(position, A).items.map((one) => one.position)

describe('a ring', () => {
  test('gives what it keeps above a position', () => {
    const kept = ring({})
    for (const position of [12, 15, 20]) kept.push(item(position))
    expect(kept.from).toBe(10)
    expect(since(kept, 10)).toEqual([12, 15, 20])
    expect(since(kept, 12)).toEqual([15, 20])
    expect(since(kept, 14)).toEqual([15, 20])
    expect(since(kept, 20)).toEqual([])
    expect(since(kept, 99)).toEqual([])
  })

  test('drops the oldest above its count, and knows from where it is whole', () => {
    const kept = ring({ maxItems: 3 })
    for (const position of [11, 12, 13, 14, 15]) kept.push(item(position))
    expect([kept.from, since(kept, kept.from)]).toEqual([12, [13, 14, 15]])
  })

  test('drops the oldest above its bytes', () => {
    const kept = ring({ maxBytes: 100 })
    for (const position of [11, 12, 13]) kept.push(item(position, 40))
    expect([kept.from, since(kept, 11)]).toEqual([11, [12, 13]])
    kept.push(item(14, 100))
    expect([kept.from, since(kept, 13)]).toEqual([13, [14]])
  })

  test.each([
    ['one item larger than all its bytes', { maxBytes: 10 }, 11],
    ['no items', { maxItems: 0 }, 1],
    ['no bytes', { maxBytes: 0 }, 1],
  ])('that cannot keep %s keeps nothing', (_what, bounds, size) => {
    const kept = ring(bounds)
    kept.push(item(11, size))
    expect([kept.from, since(kept, 11)]).toEqual([11, []])
  })

  test('that is cleared knows only what comes after', () => {
    const kept = ring({ maxItems: 2 })
    for (const position of [11, 12, 13]) kept.push(item(position))
    kept.clear(20)
    expect([kept.from, since(kept, 20)]).toEqual([20, []])
    kept.push(item(21))
    expect(since(kept, 20)).toEqual([21])
  })

  test.each([1, 7, 100])('of %d items is right after ten thousand', (maxItems) => {
    const kept = ring({ maxItems })
    for (let position = 11; position <= 10_010; position++) {
      kept.push(item(position))
      const from = Math.max(10, position - maxItems)
      expect(kept.from).toBe(from)
      expect(since(kept, from).length).toBe(Math.min(maxItems, position - 10))
    }
    expect(since(kept, 10_009)).toEqual([10_010])
  })

  test('gives in pieces what is wanted of it', () => {
    const kept = ring({ pieceBytes: 100 })
    for (const [position, size, channel] of [
      [11, 60, 'a'],
      [12, 900, 'b'],
      [13, 40, 'a'],
      [14, 1, 'a'],
      [15, 500, 'a'],
      [16, 1, 'a'],
      [17, 900, 'b'],
    ] as const) {
      kept.push(item(position, size, channel))
    }
    const pieces: (number | undefined)[][] = []
    for (let from: number | undefined = 10; from !== undefined;) {
      const { items, upTo } = kept.since(from, A)
      pieces.push([...items.map(({ position }) => position), upTo])
      from = upTo
    }
    expect(pieces).toEqual([
      [11, 13, 13],
      [14, 14],
      [15, 15],
      [16, undefined],
    ])
    expect(kept.since(10, new Set(['nobody']))).toEqual({ items: [], upTo: undefined })
  })
})
