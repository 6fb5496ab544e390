import { beforeEach, describe, expect, test } from '@jest/globals'
import { TestHub } from '../../test/support/testHub.ts'
import { placeAt } from '../../test/support/testRedis.ts'
import { itemOf } from '../../test/support/testSink.ts'

let run: TestHub

beforeEach(() => {
  run = new TestHub()
  run.begin(10)
  run.join('other', 'a b')
  run.ready(10, { a: 10, b: 8 })
  run.news()
})

describe('a stream that replays messages some of which the log has lost', () => {
  test('gets a gap event, with an id after which it gets that again', () => {
    const one = run.join('one', 'a', { epoch: 'e1', after: 3 })
    const items = [itemOf('a', 6, 2), itemOf('a', 9, 8), itemOf('a', 10, 9)]
    run.hub.replay(one, { items }, 10)
    expect(run.news()).toEqual([
      'one: ready at e1-3, a:10',
      'read 3-10',
      'one: a6',
      'one: a lacks 7-8, retention, at e1-6',
      'one: a9 a10',
    ])
  })

  test('gets a gap event for each channel, also if the gap spans pages', () => {
    const one = run.join('one', 'a b', { epoch: 'e1', after: 3 })
    run.news()
    run.hub.replay(one, { items: [itemOf('b', 5, 4), itemOf('a', 6, 2)] }, 6)
    run.hub.replay(one, { items: [itemOf('b', 8, 7), itemOf('a', 10, 6)] }, 10)
    expect(run.news()).toEqual([
      'one: b lacks 4-4, retention, at e1-3',
      'one: b5 a6',
      'read 6-10',
      'one: b lacks 6-7, retention, at e1-6',
      'one: b8 a10',
    ])
  })

  test('gets a gap event between the log and the buffer', () => {
    run.publish('a', 13, 12)
    run.news()
    const one = run.join('one', 'a', { epoch: 'e1', after: 9 })
    run.hub.replay(one, { items: [itemOf('a', 10, 9)] }, 10)
    expect(run.news()).toEqual([
      'one: ready at e1-9, a:13',
      'read 9-10',
      'one: a10',
      'one: a lacks 11-12, retention, at e1-10',
      'one: a13',
    ])
  })
})

describe('a stream that resumes below the end of a channel whose messages are all gone', () => {
  test('is told so, although no message follows, and of each channel once', () => {
    const one = run.join('one', 'a b', { epoch: 'e1', after: 3 })
    run.news()
    run.hub.replay(one, { items: [itemOf('b', 8, 2)] }, 10)
    expect(run.news()).toEqual(['one: b8', 'one: a lacks 4-10, retention, at e1-10'])
    run.publish('a', 11, 10)
    expect(run.news()).toEqual(['other: a11', 'one: a11'])
  })

  test('is told so before the messages that its gateway still has', () => {
    run.publish('b', 11, 8)
    run.publish('a', 12, 10)
    run.news()
    const one = run.join('one', 'a b', { epoch: 'e1', after: 9 })
    run.news()
    run.hub.replay(one, { items: [] }, 10)
    expect(run.news()).toEqual(['one: b11', 'one: a lacks 10-11, retention, at e1-11', 'one: a12'])
  })

  test('is told so if the log answers with nothing at all', () => {
    const one = run.join('one', 'a', { epoch: 'e1', after: 9 })
    run.hub.replay(one, { items: [] }, 10)
    expect(run.news()).toEqual([
      'one: ready at e1-9, a:10',
      'read 9-10',
      'one: a lacks 10-10, retention, at e1-10',
    ])
  })

  test('is not told of what it has had', () => {
    const one = run.join('one', 'a b', { epoch: 'e1', after: 10 })
    expect([run.news(), one.state]).toEqual([['one: ready at e1-10, a:10 b:8'], 'live'])
  })
})

test('a stream is told up to where a channel has lost its messages', () => {
  run.join('one', 'c')
  run.news()
  run.ready(10, { c: 9 }, { c: 7 })
  expect(run.news()).toEqual(['one: ready at e1-10, c:9 above 7'])
})

describe('a live stream that misses messages which the log has lost', () => {
  test('gets a gap event before the next message, but not for messages before its own beginning', () => {
    run.publish('a', 11, 10)
    run.news()
    run.join('one', 'a')
    run.publish('a', 13, 11)
    run.join('late', 'a')
    run.publish('a', 15, 14)
    expect(run.news().sort()).toEqual([
      'late: a lacks 14-14, retention, at e1-13',
      'late: a15',
      'late: ready at e1-13, a:13',
      'one: a lacks 14-14, retention, at e1-13',
      'one: a13',
      'one: a15',
      'one: ready at e1-11, a:11',
      'other: a lacks 14-14, retention, at e1-13',
      'other: a13',
      'other: a15',
    ])
  })

  test('that began in the middle of a gap gets its own part of the gap', () => {
    run.hub.fanout.advanceTo(placeAt(12))
    run.join('one', 'a')
    run.publish('a', 15, 14)
    expect(run.news()).toEqual([
      'one: ready at e1-12, a:10',
      'other: a lacks 11-14, retention, at e1-10',
      'one: a lacks 13-14, retention, at e1-12',
      'other: a15',
      'one: a15',
    ])
  })

  test('that read ahead of the fan-out gets no gap event for messages that it has had', () => {
    run.join('one', 'a c', { after: 3 })
    run.ready(20, { c: 0 })
    const one = [...(run.hub.channels.get('c')?.subscriptions ?? [])][0]
    expect(run.news().at(-1)).toBe('read 3-20')
    if (one !== undefined) run.hub.replay(one, { items: [itemOf('a', 19, 10)] }, 20)
    run.news()
    run.publish('a', 15, 14)
    run.publish('a', 19, 15)
    run.publish('a', 22, 21)
    expect(run.news()).toEqual([
      'other: a lacks 11-14, retention, at e1-10',
      'other: a15 a19',
      'other: a lacks 20-21, retention, at e1-19',
      'one: a lacks 21-21, retention, at e1-20',
      'other: a22',
      'one: a22',
    ])
  })
})

describe('a message that turns up after later ones', () => {
  beforeEach(() => {
    run.join('a', 'a')
    run.hub.fanout.advanceTo(placeAt(12))
    run.join('since12', 'a b')
    run.publish('b', 13, 8)
    run.news()
  })

  test('reaches streams that have not had later ones, and the others learn that it is lost to them', () => {
    run.publish('a', 11, 10)
    expect(run.news()).toEqual(['other: a lacks 11-11, lost, at e1-13', 'a: a11'])
    run.publish('a', 14, 11)
    expect(run.news()).toEqual(['other: a14', 'a: a14', 'since12: a14'])
  })

  test('and after a gap is reported after that gap', () => {
    run.publish('a', 12, 11)
    expect(run.news()).toEqual([
      'other: a lacks 11-11, retention, at e1-13',
      'a: a lacks 11-11, retention, at e1-10',
      'other: a lacks 12-12, lost, at e1-13',
      'a: a12',
    ])
  })

  test('reaches a stream that resumed by the buffer, or is reported to it as lost', () => {
    run.join('early', 'a', { after: 10 })
    run.join('both', 'a b', { after: 10 })
    run.news()
    run.publish('a', 11, 10)
    expect(run.news()).toEqual([
      'other: a lacks 11-11, lost, at e1-13',
      'a: a11',
      'early: a11',
      'both: a lacks 11-11, lost, at e1-13',
    ])
  })

  test('is read from the log by streams that resume', () => {
    run.publish('a', 11, 10)
    run.news()
    run.join('back', 'a', { after: 10 })
    expect(run.news()).toEqual(['back: ready at e1-10, a:11', 'read 10-13'])
  })

  test('is sent after the messages accepted before it in the same turn', () => {
    run.publish('b', 14, 13)
    run.publish('a', 11, 10)
    expect(run.news()).toEqual([
      'other: b14',
      'since12: b14',
      'other: a lacks 11-11, lost, at e1-14',
      'a: a11',
    ])
  })
})
