import { beforeEach, describe, expect, test } from '@jest/globals'
import { TestHub } from '../../test/support/testHub.ts'
import { placeAt } from '../../test/support/testRedis.ts'
import { itemOf } from '../../test/support/testSink.ts'

let run: TestHub

beforeEach(() => {
  run = new TestHub()
})

test('a hub knows no epoch until the log has been seen', () => {
  expect([run.hub.epoch, run.hub.logHead]).toEqual([undefined, 0])
  run.begin(10)
  expect([run.hub.epoch, run.hub.logHead, run.hub.fanout.watermark]).toEqual(['e1', 10, 10])
})

test("a channel is ready at the watermark if the log's answer is older", () => {
  run.begin(10)
  run.join('one', 'a')
  run.come('a')
  const question = run.ask()
  run.hub.fanout.advanceTo(placeAt(14))
  run.answer(question, 12, { a: 12 })
  // 13 passed before the channel was ready, and will not come again.
  expect(run.hub.fanout.publishNext(itemOf('a', 15, 13))).toBe(true)
  run.join('back', 'a', { after: 12 })
  expect(run.news()).toEqual([
    'want a',
    'ask a',
    'one: ready at e1-14, a:12',
    'back: ready at e1-12, a:15',
    'read 12-14',
    'one: a15',
  ])
})

test('the place of the log is the highest known one, by an answer or by a message', () => {
  run.begin(10)
  run.join('one', 'a')
  run.come('a')
  expect(run.hub.place).toEqual(placeAt(10))
  run.answer(run.ask(), 12, { a: 12 })
  // A stream was told that everything up to there has been sent.
  expect([run.hub.fanout.watermark, run.hub.place]).toEqual([10, placeAt(12)])
  run.hub.fanout.advanceTo(placeAt(13))
  expect(run.hub.place).toEqual(placeAt(13))
  run.epoch = 'e2'
  run.begin(4)
  expect(run.hub.place).toEqual(placeAt(4))
})

test('another log ends every stream, and gives each its place in the previous one', () => {
  run.begin(10)
  const live = run.join('live', 'a')
  run.ready(10, { a: 0 })
  const replaying = run.join('replaying', 'a', { after: 2 })
  run.join('waiting', 'b', { after: 7 })
  run.come('b')
  const late = run.ask()
  run.news()
  run.publish('a', 11, 0)
  run.epoch = 'e2'
  run.begin(4)
  // What was accepted before is still of the log that it was accepted from.
  expect(run.news().sort()).toEqual([
    'live: a11',
    'live: end, reset, at e1-11',
    'replaying: end, reset, at e1-2',
    'waiting: end, reset, at e1-7',
  ])
  expect([run.hub.channels.size, run.hub.joining.size]).toEqual([0, 0])
  run.hub.replay(replaying, { items: [itemOf('a', 3, 0)] }, 4)
  run.hub.leave(live, 0)
  run.answer(late, 10, { b: 9 })
  run.join('new', 'a', { epoch: 'e2', after: 4 })
  run.ready(4, { a: 3 })
  run.publish('a', 5, 3)
  expect(run.news()).toEqual(['want a', 'new: ready at e2-4, a:3', 'new: a5'])
})

test('messages accepted in a log that is gone are neither sent nor kept in the next', () => {
  run.begin(10)
  run.join('one', 'a')
  run.ready(10, { a: 0 })
  run.publish('a', 50, 0)
  run.epoch = 'e2'
  run.begin(4)
  run.join('two', 'a')
  run.ready(4, { a: 0 })
  run.news()
  run.publish('a', 5, 0)
  run.join('three', 'a', { after: 4 })
  expect(run.news()).toEqual(['three: ready at e2-4, a:5', 'three: a5', 'two: a5'])
})

describe('the place where a stream resumes if it ends', () => {
  beforeEach(() => {
    run.begin(10)
    run.join('other', 'a')
    run.ready(10, { a: 0 })
    run.publish('a', 11, 0)
  })

  test.each([
    ['for new messages is where the hub stood when it came', {}, 'e1-11'],
    ['after a position is that position', { after: 5 }, 'e1-5'],
    ['after the first message of all is before it', { after: 0 }, 'e1-0'],
    ['after a future position is that position', { after: 99 }, 'e1-99'],
    ['with an id is that id', { epoch: 'e1', after: 5 }, 'e1-5'],
    ['with an id of another log is that id', { epoch: 'e0', after: 5 }, 'e0-5'],
    ['for the last few is not known', { after: 11, prelude: { items: [] } }, undefined],
  ])('while it waits %s', (_what, start, place) => {
    expect(run.hub.resumeAt(run.join('one', 'b', start))?.toString()).toBe(place)
  })

  test('does not move with new messages while it waits', () => {
    const one = run.join('one', 'b')
    run.publish('a', 12, 11)
    run.ready(12, { b: 12 })
    const two = run.join('two', 'c b')
    run.publish('b', 13, 12)
    expect([run.hub.resumeAt(one)?.toString(), run.hub.resumeAt(two)?.toString()]).toEqual([
      'e1-13',
      'e1-12',
    ])
  })

  test('is the end of what it got while it replays', () => {
    const one = run.join('one', 'a', { after: 2 })
    expect(run.hub.resumeAt(one)?.toString()).toBe('e1-2')
    run.hub.replay(one, { items: [itemOf('a', 5, 0)] }, 7)
    expect(run.hub.resumeAt(one)?.toString()).toBe('e1-7')
  })

  test('is after the last few once it got them', () => {
    run.publish('a', 12, 11)
    const prelude = { items: [itemOf('a', 3, 2), itemOf('a', 5, 3)] }
    const one = run.join('one', 'a', { epoch: 'e1', after: 5, prelude })
    expect([run.hub.resumeAt(one)?.toString(), one.state]).toEqual(['e1-5', 'replaying'])
  })

  test('is the watermark while it is live, and the messages up to there are sent first', () => {
    const one = run.join('one', 'a')
    run.publish('a', 12, 11)
    run.hub.fanout.advanceTo(placeAt(15))
    expect(run.told.at(-1)).toBe('one: ready at e1-11, a:11')
    expect(run.hub.resumeAt(one)?.toString()).toBe('e1-15')
    expect(run.told.at(-1)).toBe('one: a12')
  })

  test('is its own cursor if it has read ahead of the watermark', () => {
    const one = run.join('one', 'b')
    run.ready(20, { b: 20 })
    expect(run.hub.resumeAt(one)?.toString()).toBe('e1-20')
  })
})
