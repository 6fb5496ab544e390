import { beforeEach, describe, expect, test } from '@jest/globals'
import { Fanout } from './fanout.ts'
import { Ring, type Item } from './ring.ts'
import { Subscriber, type Batch } from './subscriber.ts'

let fanout: Fanout<Item>
let ring: Ring<Item>
let flushes: number
let told: string[]
let batches: Map<string, Batch<Item>[]>

beforeEach(() => {
  flushes = 0
  told = []
  batches = new Map()
  ring = new Ring(0, { maxItems: 100, maxBytes: 100, pieceBytes: 100 }, () => 1)
  fanout = new Fanout<Item>(ring, () => void flushes++)
})

const nowhere = (): void => {}

/** A stream that is live on its channels since `from`. */
function live(name: string, channels: string, from = 0): Subscriber<Item> {
  const names = channels.split(' ')
  const subscriber = new Subscriber<Item>(
    names,
    {},
    {
      ready: nowhere,
      reset: nowhere,
      end: nowhere,
      drained: () => Promise.resolve(),
      send: (batch) => {
        batches.set(name, [...(batches.get(name) ?? []), batch])
        told.push(`${name}: ${batch.items.map((one) => one.channel + one.position).join(' ')}`)
      },
      gap: ({ channel, after, before, reason }) =>
        void told.push(`${name}: ${channel} lacks ${after + 1}-${before - 1}, ${reason}`),
    },
  )
  fanout.channels.add(subscriber)
  subscriber.live = true
  subscriber.cursor = subscriber.liveFrom = from
  for (const each of names) {
    const channel = fanout.channels.setState(each, 'ready')
    channel?.live.add(subscriber)
  }
  return subscriber
}

const next = (channel: string, position: number, previous: number): boolean =>
  fanout.acceptNext({ channel, position, previous })
const accept = (channel: string, position: number, previous: number): void =>
  fanout.accept({ channel, position, previous })

function news(): string[] {
  fanout.flush()
  return told.splice(0)
}

describe('what is accepted in one turn', () => {
  test('leaves together, as the same bytes for all of its channel', () => {
    live('one', 'a')
    live('two', 'a')
    for (const position of [1, 2, 3]) accept('a', position, position - 1)
    expect([told, flushes]).toEqual([[], 1])
    expect(news()).toEqual(['one: a1 a2 a3', 'two: a1 a2 a3'])
    expect(batches.get('one')?.[0]).toBe(batches.get('two')?.[0])
    accept('a', 4, 3)
    expect([flushes, news(), news()]).toEqual([2, ['one: a4', 'two: a4'], []])
  })

  test('reaches a stream of several channels in position order', () => {
    live('both', 'a b')
    live('b', 'b')
    accept('b', 1, 0)
    accept('a', 2, 0)
    accept('b', 3, 1)
    accept('a', 4, 2)
    expect(news().sort()).toEqual(['b: b1 b3', 'both: b1 a2 b3 a4'])
  })

  test('on channels that nobody hears is kept for who comes back', () => {
    const one = live('one', 'a')
    fanout.channels.get('a')?.live.delete(one)
    accept('a', 1, 0)
    accept('nobody', 2, 0)
    expect([news(), flushes, fanout.tip]).toEqual([[], 0, 2])
    expect(ring.since(0, new Set(['a'])).items.map(({ position }) => position)).toEqual([1])
  })

  test('twice is sent once', () => {
    live('one', 'a')
    accept('a', 1, 0)
    accept('a', 1, 0)
    news()
    accept('a', 1, 0)
    expect(news()).toEqual([])
  })

  test('is told as sent only after it was', () => {
    const one = live('one', 'a')
    accept('a', 1, 0)
    fanout.flush()
    fanout.moveTip(5)
    fanout.moveTip(3)
    expect([fanout.tip, fanout.sentUpTo(one)]).toEqual([5, 5])
  })
})

describe('what a stream cannot have', () => {
  test('is told before what comes after it', () => {
    live('one', 'a')
    live('late', 'a', 5)
    accept('a', 1, 0)
    accept('a', 7, 5)
    accept('a', 9, 8)
    expect(news()).toEqual([
      'one: a1',
      'one: a lacks 2-6, retention',
      'one: a7',
      'late: a7',
      'one: a lacks 8-8, retention',
      'late: a lacks 8-8, retention',
      'one: a9',
      'late: a9',
    ])
  })

  test('because it came to light too late is told to those who have had later ones', () => {
    live('both', 'a b')
    live('a', 'a')
    live('since2', 'a b', 2)
    accept('b', 1, 0)
    accept('b', 3, 1)
    accept('a', 2, 0)
    expect(news()).toEqual(['both: b1 b3', 'since2: b3', 'both: a lacks 2-2, lost', 'a: a2'])
    // Whoever comes back reads the log: the ring cannot have it in order.
    expect([ring.from, ring.since(3, new Set(['a'])).items]).toEqual([3, []])
    accept('a', 4, 2)
    expect(news()).toEqual(['both: a4', 'a: a4', 'since2: a4'])
  })
})

test('an item before which something of its channel is missing is not accepted', () => {
  live('one', 'a')
  accept('a', 3, 0)
  expect([next('a', 3, 2), next('a', 4, 3), next('a', 6, 5)]).toEqual([true, true, false])
  // Of what nobody hears nothing can be missed.
  expect(next('nobody', 5, 4)).toBe(true)
  expect([fanout.tip, news()]).toEqual([5, ['one: a3 a4']])
})
