import { describe, expect, test } from '@jest/globals'
import { FairQueue, QueueBytes, type Queued } from './fairQueue.ts'

interface Item extends Queued {
  number: number
}

let number = 0
const item = (channel: string, principal: string, bytes = 1): Item => ({
  channel,
  principal,
  bytes,
  number: ++number,
})
const newQueue = (...items: Item[]): FairQueue<Item> => {
  const queue = new FairQueue<Item>(new QueueBytes(1_000_000))
  for (const each of items) expect(queue.push(each)).toBe(true)
  return queue
}
const many = (count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => make(index))

describe('a queue', () => {
  test('of one channel and one principal gives its items in their order', () => {
    const items = many(100, () => item('a', 'p'))
    const queue = newQueue(...items)
    expect([...queue.take(30, 1_000), ...queue.take(1_000, 1_000)]).toEqual(items)
    expect([queue.length, queue.take(1, 1)]).toEqual([0, []])
  })

  test.each([
    ['channel', (index: number) => item('busy', `p${index}`)],
    ['principal', (index: number) => item(`c${index}`, 'busy')],
    ['principal on one channel', () => item('busy', 'busy')],
  ])('serves a newcomer in the round after a busy %s’s next item', (_what, make) => {
    const queue = newQueue(...many(1_000, make))
    queue.take(100, 1_000)
    const newcomer = item('quiet', 'newcomer')
    queue.push(newcomer)
    expect(queue.take(2, 1_000)).toContain(newcomer)
  })

  test('does not delay others on a channel because of a principal who is busy elsewhere too', () => {
    const queue = newQueue(...many(1_000, () => item('a', 'busy')), item('b', 'busy'))
    const other = item('b', 'other')
    queue.push(other)
    expect(queue.take(3, 1_000)).toContain(other)
  })

  test('lets nobody starve while newcomers come without an end', () => {
    const waiting = many(3, () => item('a', 'p'))
    const queue = newQueue(...waiting)
    const taken: Item[] = []
    for (let count = 0; count < 30; count++) {
      queue.push(item(`new${count}`, `new${count}`))
      queue.push(item(`more${count}`, `more${count}`))
      taken.push(...queue.take(2, 1_000))
    }
    expect(taken).toEqual(expect.arrayContaining(waiting))
  })

  test('keeps the order of each principal on each channel, whatever is pushed and taken when', () => {
    const random = seeded(1)
    const queue = newQueue()
    const taken: Item[] = []
    let pushed = 0
    for (let step = 0; step < 5_000; step++) {
      if (random(3) > 0) {
        // A few are busy.
        queue.push(item(`c${random(random(20) + 1)}`, `p${random(random(20) + 1)}`))
        pushed++
      } else taken.push(...queue.take(random(8), 1_000))
    }
    taken.push(...queue.take(Infinity, Infinity))
    expect(taken).toHaveLength(pushed)
    const last = new Map<string, number>()
    for (const { channel, principal, number: each } of taken) {
      const flow = `${channel} ${principal}`
      expect(each).toBeGreaterThan(last.get(flow) ?? 0)
      last.set(flow, each)
    }
  })

  test('gives as much as may be taken at once, and one item that is larger', () => {
    const queue = newQueue(
      item('a', 'p', 60),
      item('a', 'p', 40),
      item('a', 'p', 1),
      item('a', 'p', 500),
    )
    const sizes = (): number[] => queue.take(10, 100).map(({ bytes }) => bytes)
    expect([sizes(), sizes(), sizes()]).toEqual([[60, 40], [1], [500]])
  })

  test('lets one channel or principal fill half of it, and always has room for another', () => {
    for (const make of [
      () => item('a', 'p'),
      () => item('a', `p${++number}`),
      () => item(`a${++number}`, 'p'),
    ]) {
      const queue = new FairQueue<Item>(new QueueBytes(100))
      while (queue.push(make())) continue
      expect(queue.length).toBe(50)
      expect(queue.push(item('b', 'q', 50))).toBe(true)
      expect(queue.push(item('c', 'r', 1))).toBe(false)
    }
    expect(new FairQueue<Item>(new QueueBytes(100)).push(item('a', 'p', 100))).toBe(true)
    expect(new FairQueue<Item>(new QueueBytes(100)).push(item('a', 'p', 101))).toBe(false)
  })

  test('that shares its bytes with others leaves room for them, and one that is alone takes all', () => {
    const shared = new QueueBytes(100, true)
    const [one, other] = [new FairQueue<Item>(shared), new FairQueue<Item>(shared)]
    const fill = (queue: FairQueue<Item>): number => {
      while (queue.push(item(`c${++number}`, `p${number}`))) continue
      return queue.length
    }
    expect([fill(one), fill(other)]).toEqual([50, 25])
    one.take(1_000, 1_000)
    expect([shared.used, fill(other)]).toEqual([25, 50])
    expect(fill(new FairQueue<Item>(new QueueBytes(100)))).toBe(100)
  })

  test('has all its room again when it is empty', () => {
    const queue = new FairQueue<Item>(new QueueBytes(100))
    for (let round = 0; round < 3; round++) {
      for (let count = 0; count < 50; count++) expect(queue.push(item('a', 'p'))).toBe(true)
      expect(queue.push(item('a', 'p'))).toBe(false)
      expect(queue.take(1_000, 1_000)).toHaveLength(50)
    }
  })
})

/** Whole numbers below a bound, the same in each run. */
function seeded(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}
