import { beforeEach, describe, expect, test } from '@jest/globals'
import { TestHub } from '../../test/support/testHub.ts'
import { itemOf } from '../../test/support/testSink.ts'

let run: TestHub

describe('a stream that resumes', () => {
  beforeEach(() => {
    run = new TestHub()
    run.begin(10)
    run.join('other', 'a b')
    run.ready(10, { a: 9, b: 8 })
    for (const position of [11, 12, 13]) run.publish('a', position, position - 1)
    run.news()
  })

  test('a moment later is served from the replay buffer', () => {
    run.join('one', 'a', { epoch: 'e1', after: 11 })
    expect(run.news()).toEqual(['one: ready at e1-11, a:13', 'one: a12 a13'])
  })

  test('without a missed message is live at once', () => {
    run.join('one', 'b a', { epoch: 'e1', after: 13 })
    expect(run.news()).toEqual(['one: ready at e1-13, b:8 a:13'])
  })

  test('with much to catch up is served in chunks, each once the one before has left', () => {
    run.epoch = 'e2'
    run.begin(20)
    run.join('other', 'a')
    run.ready(20, { a: 0 })
    for (const position of [21, 22, 23, 24]) run.publish('a', position, position - 1)
    run.news()
    run.itemSize = 2
    const one = run.join('one', 'a', { epoch: 'e2', after: 20 })
    expect(run.news()).toEqual(['one: ready at e2-20, a:24', 'one: a21 a22', 'pause'])
    run.publish('a', 25, 24)
    run.hub.advance()
    expect(run.news()).toEqual(['other: a25'])
    run.hub.replay(one, { items: [] }, one.cursor.position)
    expect([run.news(), one.state]).toEqual([['one: a23 a24', 'pause'], 'replaying'])
    run.hub.replay(one, { items: [] }, one.cursor.position)
    expect([run.news(), one.state]).toEqual([['one: a25'], 'live'])
  })

  test('reads from the log what the buffer has dropped while a chunk waits', () => {
    run.itemSize = 3
    run.publish('a', 14, 13)
    const one = run.join('one', 'a', { epoch: 'e1', after: 11 })
    for (const position of [15, 16, 17, 18]) run.publish('a', position, position - 1)
    run.news()
    run.hub.replay(one, { items: [] }, one.cursor.position)
    expect(run.news()).toEqual(['read 12-14'])
    run.hub.replay(one, { items: [itemOf('a', 13, 12), itemOf('a', 14, 13)] }, 14)
    expect(run.news()).toEqual(['one: a13 a14', 'one: a15', 'pause'])
  })

  test('later reads the log page by page, and then gets the messages that came meanwhile', () => {
    const one = run.join('one', 'a b', { epoch: 'e1', after: 3 })
    expect(run.news()).toEqual(['one: ready at e1-3, a:13 b:8', 'read 3-10'])
    run.publish('b', 14, 8)
    expect(run.news()).toEqual(['other: b14'])
    run.hub.replay(one, { items: [itemOf('b', 8, 2), itemOf('a', 9, 1)] }, 9)
    expect([run.news(), one.cursor.position]).toEqual([['one: b8 a9', 'read 9-10'], 9])
    run.hub.replay(one, { items: [itemOf('a', 10, 9)] }, 10)
    expect([run.news(), one.state]).toEqual([['one: a10', 'one: a11 a12 a13 b14'], 'live'])
  })

  test('goes on from the end of a page although its last messages are on other channels', () => {
    const one = run.join('one', 'b', { epoch: 'e1', after: 3 })
    run.hub.replay(one, { items: [itemOf('b', 5, 2)] }, 9)
    expect(run.news()).toEqual(['one: ready at e1-3, b:8', 'read 3-10', 'one: b5', 'read 9-10'])
  })

  test('has one read at a time, and another one if that fails', () => {
    const one = run.join('one', 'a', { epoch: 'e1', after: 3 })
    run.hub.advance()
    expect(run.news()).toEqual(['one: ready at e1-3, a:13', 'read 3-10'])
    one.readFailed()
    expect(run.news()).toEqual([])
    run.hub.advance()
    expect(run.news()).toEqual(['read 3-10'])
  })

  test('with overlapping pages gets each message once', () => {
    const one = run.join('one', 'a', { epoch: 'e1', after: 3 })
    run.news()
    run.hub.replay(one, { items: [itemOf('a', 5, 2), itemOf('a', 6, 5)] }, 6)
    run.hub.replay(one, { items: [itemOf('a', 6, 5), itemOf('a', 10, 6)] }, 10)
    expect(run.news()).toEqual(['one: a5 a6', 'read 6-10', 'one: a10', 'one: a11 a12 a13'])
  })

  test('gets the very batch that others get, unless a part of it is missing or not new', () => {
    const batches: unknown[] = []
    const one = run.join('one', 'a', { epoch: 'e1', after: 3 })
    one.sink.send = (batch) => void batches.push(batch)
    const whole = { items: [itemOf('a', 5, 2), itemOf('a', 9, 5)] }
    run.hub.replay(one, whole, 9)
    expect(batches).toEqual([whole])
    expect(batches[0]).toBe(whole)
  })

  test('with an id of another log gets a reset', () => {
    run.join('one', 'a', { epoch: 'e0', after: 5 })
    run.publish('a', 14, 13)
    expect(run.news()).toEqual([
      'one: incomplete at e1-13, a:13',
      'one: reset, other-epoch, at e1-13',
      'other: a14',
      'one: a14',
    ])
  })

  test('for the last few of each channel gets these first, and sees no gap between them', () => {
    const prelude = { items: [itemOf('b', 8, 2), itemOf('a', 13, 12)] }
    run.join('one', 'a b', { epoch: 'e1', after: 13, prelude })
    run.publish('a', 14, 13)
    expect(run.news()).toEqual([
      'one: ready at e1-7, a:13 b:8',
      'one: b8 a13',
      'other: a14',
      'one: a14',
    ])
  })

  test("for the last few of channels without messages begins at the log's head", () => {
    run.join('one', 'b', { epoch: 'e1', after: 11, prelude: { items: [] } })
    run.publish('b', 14, 8)
    expect(run.news()).toEqual(['one: ready at e1-11, b:8', 'other: b14', 'one: b14'])
  })

  test('for the last few of another log does not get them', () => {
    const prelude = { items: [itemOf('a', 5, 2)] }
    run.join('one', 'a', { epoch: 'e0', after: 5, prelude })
    expect(run.news()).toEqual([
      'one: incomplete at e1-13, a:13',
      'one: reset, other-epoch, at e1-13',
    ])
  })
})
