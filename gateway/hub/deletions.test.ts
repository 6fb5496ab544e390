import { beforeEach, describe, expect, test } from '@jest/globals'
import { stillHeld } from '../../test/support/memory.ts'
import { TestHub } from '../../test/support/testHub.ts'
import { itemOf } from '../../test/support/testSink.ts'
import { ReplayBuffer, type Item } from './replayBuffer.ts'

let run: TestHub

beforeEach(() => {
  run = new TestHub()
  run.begin(10)
  run.join('live', 'a b')
  run.ready(10, { a: 0, b: 0 })
  run.publish('a', 11, 0)
  run.publish('b', 12, 0)
  run.news()
})

const bufferOf = (): ReplayBuffer<Item> =>
  new ReplayBuffer({ maxItems: 9, maxBytes: 9, chunkBytes: 9, sizeOf: () => 1 })

const remove = (channel: string, position: number, previous: number): void =>
  run.hub.fanout.publish({ ...itemOf(channel, position, previous), isDeletion: true })

describe('after a deletion', () => {
  test('live streams get it as they get any message', () => {
    remove('a', 13, 11)
    run.publish('b', 14, 12)
    expect(run.news()).toEqual(['live: a13 b14'])
  })

  test('a reader that resumes before it reads its channel up to it, then gets what followed', () => {
    remove('a', 13, 11)
    run.publish('a', 14, 13)
    const late = run.join('late', 'a', { epoch: 'e1', after: 10 })
    expect(run.news()).toEqual(['late: ready at e1-10, a:14', 'read 10-13', 'live: a13 a14'])
    run.hub.replay(late, { items: [itemOf('a', 11, 0), itemOf('a', 13, 11)] }, 13)
    expect(run.news()).toEqual(['late: a11 a13', 'late: a14'])
    run.publish('a', 15, 14)
    expect(run.news()).toEqual(['live: a15', 'late: a15'])
  })

  test('a reader that resumes after it needs no read', () => {
    remove('a', 13, 11)
    run.publish('a', 14, 13)
    run.news()
    run.join('late', 'a', { epoch: 'e1', after: 13 })
    expect(run.news()).toEqual(['late: ready at e1-13, a:14', 'late: a14'])
  })

  test('other channels are still replayed from the buffer', () => {
    remove('a', 13, 11)
    run.news()
    run.join('late', 'b', { epoch: 'e1', after: 10 })
    expect(run.news()).toEqual(['late: ready at e1-10, b:12', 'late: b12'])
  })

  test('a reader in the middle of a long replay reads on from the log, without a gap', () => {
    run.itemSize = 3
    const late = run.join('late', 'a b', { epoch: 'e1', after: 10 })
    expect(run.news()).toEqual(['late: ready at e1-10, a:11 b:12', 'late: a11', 'pause'])
    remove('a', 13, 11)
    run.hub.replay(late, { items: [] }, 11)
    expect(run.news()).toEqual(['read 11-13', 'live: a13'])
    run.hub.replay(late, { items: [itemOf('b', 12, 0), itemOf('a', 13, 11)] }, 13)
    expect(run.news()).toEqual(['late: b12 a13'])
  })
})

describe('a replay buffer', () => {
  test('gives and keeps nothing of what it was told to forget, and the rest in order', async () => {
    const buffer = bufferOf()
    const refs = [1, 2, 3, 4, 5].map((position) => {
      const item = itemOf(position % 2 === 0 ? 'b' : 'a', position, 0)
      buffer.push(item)
      return new WeakRef(item)
    })
    buffer.since(0, ['a'])
    expect(await stillHeld(refs)).toBe(5)
    buffer.forget(new Map([['a', 3]]))
    expect(await stillHeld(refs)).toBe(3)
    const kept = buffer.since(0, ['a', 'b']).batch.items
    expect(kept.map(({ position }) => position)).toEqual([2, 4, 5])
  })

  test('has room again for what it forgot', () => {
    const buffer = bufferOf()
    for (let position = 1; position <= 9; position++) buffer.push(itemOf('a', position, 0))
    buffer.forget(new Map([['a', 6]]))
    for (let position = 10; position <= 15; position++) buffer.push(itemOf('a', position, 0))
    expect([buffer.from, buffer.since(0, ['a']).batch.items.length]).toEqual([0, 9])
  })
})

test('a channel that is forgotten leaves nothing in the buffer', () => {
  run.hub.forget([...run.hub.channels.take(['a']).channels])
  expect(run.hub.buffer.since(10, ['a', 'b']).batch.items).toEqual([itemOf('b', 12, 0)])
})
