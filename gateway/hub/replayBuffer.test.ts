import { describe, expect, test } from '@jest/globals'
import { stillHeld } from '../../test/support/memory.ts'
import { ReplayBuffer, type Item } from './replayBuffer.ts'

interface Sized extends Item {
  size: number
}

const item = (position: number, size = 1, channel = 'a'): Sized => ({
  position,
  previous: 0,
  channel,
  size,
})

/** A buffer that knows what comes after 10. */
function bufferOf(bounds: { maxItems?: number; maxBytes?: number; chunkBytes?: number }) {
  const buffer = new ReplayBuffer<Sized>({
    maxItems: 1_000,
    maxBytes: 1_000_000,
    chunkBytes: 1_000_000,
    ...bounds,
    sizeOf: ({ size }) => size,
  })
  buffer.clear(10)
  return buffer
}

const since = (buffer: ReplayBuffer<Sized>, position: number): number[] =>
  buffer.since(position, ['a']).batch.items.map((one) => one.position)

describe('a replay buffer', () => {
  test('gives the kept items above a position', () => {
    const buffer = bufferOf({})
    for (const position of [12, 15, 20]) buffer.push(item(position))
    expect(buffer.from).toBe(10)
    expect([10, 12, 14, 20, 99].map((position) => since(buffer, position))).toEqual([
      [12, 15, 20],
      [15, 20],
      [15, 20],
      [],
      [],
    ])
  })

  test('drops the oldest above its count, and knows from which position it is complete', () => {
    const buffer = bufferOf({ maxItems: 3 })
    for (const position of [11, 12, 13, 14, 15]) buffer.push(item(position))
    expect([buffer.from, since(buffer, buffer.from)]).toEqual([12, [13, 14, 15]])
  })

  test('drops the oldest above its bytes, as many as one large item needs', () => {
    const buffer = bufferOf({ maxBytes: 100 })
    for (const position of [11, 12, 13]) buffer.push(item(position, 40))
    expect([buffer.from, since(buffer, 11)]).toEqual([11, [12, 13]])
    buffer.push(item(14, 100))
    expect([buffer.from, since(buffer, 13)]).toEqual([13, [14]])
    for (const position of [15, 16]) buffer.push(item(position, 50))
    expect([buffer.from, since(buffer, 14)]).toEqual([14, [15, 16]])
  })

  test.each([
    ['one item larger than all its bytes', { maxBytes: 10 }, 11, [12]],
    ['any items', { maxItems: 0 }, 1, []],
    ['any bytes', { maxBytes: 0 }, 1, []],
  ])('that cannot keep %s drops it, and goes on with the next', (_what, bounds, size, kept) => {
    const buffer = bufferOf(bounds)
    buffer.push(item(11, size))
    expect([buffer.from, since(buffer, 11)]).toEqual([11, []])
    buffer.push(item(12, 1))
    expect(since(buffer, 11)).toEqual(kept)
  })

  test('that is cleared has only newer items', () => {
    const buffer = bufferOf({ maxItems: 2, maxBytes: 100 })
    for (const position of [11, 12, 13]) buffer.push(item(position, 50))
    buffer.clear(20)
    expect([buffer.from, since(buffer, 20)]).toEqual([20, []])
    for (const position of [21, 22]) buffer.push(item(position, 50))
    expect([buffer.from, since(buffer, 20)]).toEqual([20, [21, 22]])
  })

  test.each([1, 7, 100])('of %d items is right after ten thousand', (maxItems) => {
    const buffer = bufferOf({ maxItems })
    for (let position = 11; position <= 10_010; position++) {
      buffer.push(item(position))
      const from = Math.max(10, position - maxItems)
      const isRight =
        buffer.from === from && since(buffer, from).length === Math.min(maxItems, position - 10)
      if (!isRight) throw new Error(`At ${position} it is whole from ${buffer.from}.`)
    }
    expect(since(buffer, 10_009)).toEqual([10_010])
  })

  test('gives items in chunks, and a large item in a chunk of its own', () => {
    const buffer = bufferOf({ chunkBytes: 100 })
    for (const [position, size, channel] of [
      [11, 60, 'a'],
      [12, 900, 'b'],
      [13, 40, 'a'],
      [14, 1, 'a'],
      [15, 500, 'a'],
      [16, 1, 'a'],
      [17, 900, 'b'],
    ] as const) {
      buffer.push(item(position, size, channel))
    }
    const chunks: (number | undefined)[][] = []
    for (let from: number | undefined = 10; from !== undefined;) {
      const { batch, upTo } = buffer.since(from, ['a'])
      chunks.push([...batch.items.map(({ position }) => position), upTo])
      from = upTo
    }
    expect(chunks).toEqual([
      [11, 13, 13],
      [14, 14],
      [15, 15],
      [16, undefined],
    ])
    expect(buffer.since(10, ['nobody'])).toEqual({ batch: { items: [] }, upTo: undefined })
  })

  test('gives the same batch for the same question, until something comes', () => {
    const buffer = bufferOf({})
    buffer.push(item(11))
    const { batch } = buffer.since(10, ['a', 'b'])
    expect(buffer.since(10, ['a', 'b']).batch).toBe(batch)
    buffer.push(item(12, 1, 'b'))
    expect(buffer.since(10, ['a', 'b']).batch.items.length).toBe(2)
    expect(buffer.since(10, ['a']).batch.items.length).toBe(1)
    expect(buffer.since(11, ['a']).batch.items.length).toBe(0)
    buffer.clear(12)
    expect(buffer.since(11, ['a']).batch.items.length).toBe(0)
  })
})

describe('a replay buffer keeps in memory', () => {
  test('only items that it can still give, however large they are', async () => {
    const buffer = bufferOf({ maxItems: 50_000, maxBytes: 1_000 })
    const push = (position: number): WeakRef<Sized> => {
      const one = item(position, 100)
      buffer.push(one)
      return new WeakRef(one)
    }
    const refs = Array.from({ length: 100 }, (_, index) => push(11 + index))
    expect([since(buffer, buffer.from).length, await stillHeld(refs)]).toEqual([10, 10])
  })

  test('no item after it was cleared, and no last answer after another item', async () => {
    const buffer = bufferOf({ maxItems: 1 })
    const push = (position: number): WeakRef<Sized> => {
      const one = item(position)
      buffer.push(one)
      since(buffer, 10)
      return new WeakRef(one)
    }
    const refs = [push(11), push(12)]
    expect(await stillHeld(refs)).toBe(1)
    buffer.clear(20)
    expect(await stillHeld(refs)).toBe(0)
  })
})
