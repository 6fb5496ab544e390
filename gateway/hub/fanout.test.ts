import { beforeEach, describe, expect, test } from '@jest/globals'
import { idAt, placeAt } from '../../test/support/testRedis.ts'
import { testSink } from '../../test/support/testSink.ts'
import { Hub } from './hub.ts'
import { ReplayBuffer, type Batch, type Item } from './replayBuffer.ts'
import type { Subscription } from './subscription.ts'

let hub: Hub<Item>
let firsts: number[]
let told: string[]
let batches: Map<string, Batch<Item>[]>

const nowhere = (): void => {}

beforeEach(() => {
  firsts = []
  told = []
  batches = new Map()
  hub = new Hub<Item>(
    {
      want: nowhere,
      askSoon: nowhere,
      pause: nowhere,
      read: nowhere,
      flushSoon: ({ position }) => void firsts.push(position),
      idOf: ({ position }) => idAt(position),
    },
    new ReplayBuffer({ maxItems: 100, maxBytes: 100, chunkBytes: 100, sizeOf: () => 1 }),
  )
  hub.begin('e1', placeAt(0))
})

/** A stream that is live on its channels. */
function live(name: string, channels: string): Subscription<Item> {
  const sink = testSink<Item>(name, told)
  const { send } = sink
  sink.send = (batch) => {
    batches.set(name, [...(batches.get(name) ?? []), batch])
    send(batch)
  }
  const subscription = hub.join(channels.split(' '), {}, sink)
  hub.come()
  const question = hub.nextQuestion()
  const heads = { epoch: 'e1', ...hub.fanout.place, channels: new Map(), lows: new Map() }
  if (question !== undefined) hub.answered(question, heads)
  told.splice(0)
  return subscription
}

const next = (channel: string, position: number, previous: number): boolean =>
  hub.fanout.publishNext({ channel, position, previous })
const publish = (channel: string, position: number, previous: number): void =>
  hub.fanout.publish({ channel, position, previous })

function news(): string[] {
  hub.fanout.flush()
  return told.splice(0)
}

describe('an item accepted in a turn', () => {
  test('leaves together with the others, as the same bytes for all streams of its channel', () => {
    for (const name of ['one', 'two']) live(name, 'a')
    for (const position of [1, 2, 3]) publish('a', position, position - 1)
    expect([told, firsts]).toEqual([[], [1]])
    expect(news()).toEqual(['one: a1 a2 a3', 'two: a1 a2 a3'])
    expect(batches.get('one')?.[0]).toBe(batches.get('two')?.[0])
    publish('a', 4, 3)
    expect([firsts, news(), news()]).toEqual([[1, 4], ['one: a4', 'two: a4'], []])
  })

  test('has the same bytes for streams of several channels too if all are on one channel', () => {
    for (const name of ['one', 'two']) live(name, 'a b')
    publish('b', 1, 0)
    news()
    expect(batches.get('one')?.[0]).toBe(batches.get('two')?.[0])
  })

  test('shares one flush with those of other channels', () => {
    live('one', 'a')
    live('two', 'b')
    publish('a', 1, 0)
    publish('b', 2, 0)
    publish('a', 3, 1)
    expect([firsts, news()]).toEqual([[1], ['one: a1 a3', 'two: b2']])
  })

  test('reaches a stream of several channels in position order, whole', () => {
    live('both', 'a b')
    live('b', 'b')
    publish('b', 1, 0)
    publish('a', 2, 0)
    publish('b', 3, 1)
    publish('a', 4, 2)
    expect(news().sort()).toEqual(['b: b1 b3', 'both: b1 a2 b3 a4'])
  })

  test('on a channel without a stream is kept for streams that resume', () => {
    hub.leave(live('one', 'a'), 0)
    publish('a', 1, 0)
    publish('nobody', 2, 0)
    expect([news(), firsts, hub.fanout.watermark]).toEqual([[], [], 2])
    const { batch } = hub.buffer.since(0, ['a', 'nobody'])
    expect(batch.items.map(({ position }) => position)).toEqual([1])
  })

  test('twice is sent once', () => {
    live('one', 'a')
    publish('a', 1, 0)
    publish('a', 1, 0)
    expect(news()).toEqual(['one: a1'])
    publish('a', 1, 0)
    expect([news(), hub.buffer.since(0, ['a']).batch.items.length]).toEqual([[], 1])
  })

  test('moves the watermark, which never moves back', () => {
    live('one', 'a')
    publish('a', 4, 0)
    hub.fanout.advanceTo(placeAt(3))
    publish('nobody', 2, 0)
    expect(hub.fanout.watermark).toBe(4)
    hub.fanout.advanceTo(placeAt(5))
    expect(hub.fanout.watermark).toBe(5)
  })

  test('stands at the watermark until that moves by something else', () => {
    expect(hub.fanout.place).toEqual({ position: 0, id: '' })
    publish('nobody', 4, 0)
    publish('nobody', 2, 0)
    hub.fanout.advanceTo({ position: 3, id: 'below' })
    hub.fanout.advanceTo({ position: 4, id: 'another' })
    expect(hub.fanout.place).toEqual(placeAt(4))
    hub.fanout.advanceTo({ position: 5, id: 'five' })
    expect(hub.fanout.place).toEqual({ position: 5, id: 'five' })
    hub.begin('e2', { position: 1, id: 'one' })
    expect(hub.fanout.place).toEqual({ position: 1, id: 'one' })
  })

  test('is the last message of its channel', () => {
    live('one', 'a')
    publish('a', 4, 0)
    expect(hub.channels.get('a')).toMatchObject({ head: 4, last: 4 })
  })
})

describe('an item that is offered as the next', () => {
  test('is refused if an earlier one of its channel is missing', () => {
    live('one', 'a')
    publish('a', 3, 0)
    expect([next('a', 3, 2), next('a', 4, 3), next('a', 6, 5)]).toEqual([true, true, false])
    expect([hub.fanout.watermark, news()]).toEqual([4, ['one: a3 a4']])
  })

  test('is accepted on a channel that can miss nothing', () => {
    expect(next('nobody', 5, 4)).toBe(true)
    hub.join(['a'], {}, testSink('waiting', told))
    expect(next('a', 7, 6)).toBe(true)
    expect([hub.fanout.watermark, news()]).toEqual([7, []])
  })

  test('is refused on one channel without holding up another', () => {
    live('one', 'a b')
    publish('a', 3, 0)
    expect([next('a', 6, 5), next('b', 7, 0), next('a', 8, 6)]).toEqual([false, true, false])
    expect(news()).toEqual(['one: a3 b7'])
  })
})
