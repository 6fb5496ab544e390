import { beforeEach, describe, expect, test } from '@jest/globals'
import { TestHub } from '../../test/support/testHub.ts'
import { itemOf } from '../../test/support/testSink.ts'

let run: TestHub

beforeEach(() => {
  run = new TestHub()
})

describe('a stream that begins', () => {
  beforeEach(() => run.begin(10))

  test('waits until all of its channels are ready', () => {
    const one = run.join('one', 'a b')
    run.ready(10, { a: 9 })
    expect([run.news(), one.state]).toEqual([['want a b'], 'waiting'])
    run.ready(10, { b: 0 })
    expect(run.news()).toEqual(['one: ready at e1-10, a:9 b:0'])
    expect([one.state, run.hub.joining.size]).toEqual(['live', 0])
  })

  test('for new messages gets each new one once', () => {
    run.join('one', 'a')
    run.ready(12, { a: 9 })
    run.publish('a', 12, 9)
    run.publish('a', 13, 12)
    run.publish('b', 14, 0)
    run.publish('a', 13, 12)
    expect(run.news()).toEqual(['want a', 'one: ready at e1-12, a:9', 'one: a13'])
  })

  test('begins at the highest position from which its channels are ready', () => {
    run.join('one', 'b a')
    run.ready(15, { b: 15 })
    run.ready(12, { a: 9 })
    expect(run.news()).toEqual(['want b a', 'one: ready at e1-15, b:15 a:9'])
    run.publish('a', 14, 9)
    run.publish('a', 16, 14)
    expect(run.news()).toEqual(['one: a16'])
  })

  test('on ready channels is live at once', () => {
    run.join('one', 'a')
    run.ready(10, { a: 0 })
    run.publish('a', 11, 0)
    run.news()
    run.join('two', 'a')
    expect(run.news()).toEqual(['two: ready at e1-11, a:11'])
  })

  test('in the middle of a turn gets nothing twice, and older streams miss nothing', () => {
    run.join('one', 'a')
    run.ready(10, { a: 0 })
    run.news()
    run.publish('a', 11, 0)
    run.join('two', 'a', { after: 10 })
    run.publish('a', 12, 11)
    expect(run.news()).toEqual([
      'two: ready at e1-10, a:11',
      'two: a11',
      'one: a11 a12',
      'two: a12',
    ])
  })

  test('and leaves gets nothing any more, whether it waited, replayed or was live', () => {
    const waiting = run.join('waiting', 'b')
    const live = run.join('live', 'a')
    run.ready(10, { a: 0 })
    const replaying = run.join('replaying', 'a', { after: 2 })
    run.news()
    for (const one of [waiting, live, replaying]) run.hub.leave(one, 0)
    run.hub.replay(replaying, { items: [itemOf('a', 5, 0)] }, 10)
    run.ready(10, { b: 0 })
    run.publish('a', 11, 5)
    expect([run.news(), run.hub.joining.size]).toEqual([[], 0])
  })

  test('and leaves while it waits for a chunk to be taken gets nothing any more', () => {
    run.join('other', 'a')
    run.ready(10, { a: 0 })
    run.itemSize = 3
    for (const position of [11, 12]) run.publish('a', position, position - 1)
    const one = run.join('one', 'a', { after: 10 })
    run.hub.leave(one, 0)
    run.news()
    run.hub.replay(one, { items: [] }, one.cursor.position)
    expect(run.news()).toEqual([])
  })
})
