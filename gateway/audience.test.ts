import { beforeEach, describe, expect, test } from '@jest/globals'
import { itemOf, TestAudience } from '../test/support/testAudience.ts'

let run: TestAudience

beforeEach(() => {
  run = new TestAudience()
})

describe('a stream', () => {
  test('waits until the log has been seen and its channels come', () => {
    const one = run.join('one', 'a b')
    expect([run.news(), one.started, run.audience.epoch]).toEqual([['want a b'], false, undefined])
    run.audience.begin('e1', 10)
    run.activate(10, { a: 9 })
    expect(run.news()).toEqual([])
    run.activate(10, { b: 0 })
    expect(run.news()).toEqual(['one: ready at 10, a:9 b:0'])
    expect([one.live, run.audience.sentUpTo(one), run.audience.joiningCount]).toEqual([true, 10, 0])
  })

  test('from now on gets what comes from now on, each once', () => {
    run.audience.begin('e1', 10)
    run.join('one', 'a')
    run.activate(12, { a: 9 })
    run.accept('a', 12, 9)
    run.accept('a', 13, 12)
    run.accept('b', 14, 0)
    run.accept('a', 13, 12)
    expect(run.news()).toEqual(['want a', 'one: ready at 12, a:9', 'one: a13'])
  })

  test('that came later to channels that are ready is live at once', () => {
    run.audience.begin('e1', 10)
    run.join('one', 'a')
    run.activate(10, { a: 0 })
    run.accept('a', 11, 0)
    run.news()
    run.join('two', 'a')
    expect(run.news()).toEqual(['two: ready at 11, a:11'])
  })

  test('in the middle of a turn gets nothing twice, and those before it miss nothing', () => {
    run.audience.begin('e1', 10)
    run.join('one', 'a')
    run.activate(10, { a: 0 })
    run.news()
    run.accept('a', 11, 0)
    run.join('two', 'a', { after: 10 })
    run.accept('a', 12, 11)
    expect(run.news()).toEqual(['two: ready at 10, a:11', 'two: a11', 'one: a11 a12', 'two: a12'])
  })

  test('that left gets nothing any more, whether it waited, caught up or was live', () => {
    run.audience.begin('e1', 10)
    const waiting = run.join('waiting', 'b')
    const live = run.join('live', 'a')
    run.activate(10, { a: 0 })
    const catching = run.join('catching', 'a', { after: 2 })
    run.news()
    for (const one of [waiting, live, catching]) run.audience.leave(one, 0)
    run.audience.page(catching, [itemOf('a', 5, 0)], 10)
    run.activate(10, { b: 0 })
    run.accept('a', 11, 5)
    expect([run.news(), run.audience.joiningCount]).toEqual([[], 0])
  })
})

describe('a stream that comes back', () => {
  beforeEach(() => {
    run.audience.begin('e1', 10)
    run.join('other', 'a b')
    run.activate(10, { a: 9, b: 8 })
    for (const position of [11, 12, 13]) run.accept('a', position, position - 1)
    run.news()
  })

  test('a moment later is served from the ring', () => {
    run.join('one', 'a', { epoch: 'e1', after: 11 })
    expect(run.news()).toEqual(['one: ready at 11, a:13', 'one: a12 a13'])
  })

  test('to much is served in pieces, each when the one before has left', () => {
    run.audience.begin('e2', 20)
    run.join('other', 'a')
    run.activate(20, { a: 0 }, 'e2')
    for (const position of [21, 22, 23, 24]) run.accept('a', position, position - 1)
    run.news()
    run.itemSize = 2
    const one = run.join('one', 'a', { epoch: 'e2', after: 20 })
    expect(run.news()).toEqual(['one: ready at 20, a:24', 'one: a21 a22', 'pause'])
    run.accept('a', 25, 24)
    run.audience.advance()
    expect(run.news()).toEqual(['other: a25'])
    run.audience.page(one, [], one.cursor)
    expect([run.news(), one.live]).toEqual([['one: a23 a24', 'pause'], false])
    run.audience.page(one, [], one.cursor)
    expect([run.news(), one.live]).toEqual([['one: a25'], true])
  })

  test('and missed nothing is live at once', () => {
    run.join('one', 'b a', { epoch: 'e1', after: 13 })
    expect(run.news()).toEqual(['one: ready at 13, b:8 a:13'])
  })

  test('later reads the log page by page, and then what came meanwhile', () => {
    const one = run.join('one', 'a b', { epoch: 'e1', after: 3 })
    expect(run.news()).toEqual(['one: ready at 3, a:13 b:8', 'read 3-10'])
    run.accept('b', 14, 8)
    expect(run.news()).toEqual(['other: b14'])
    run.audience.page(one, [itemOf('b', 8, 2), itemOf('a', 9, 1)], 9)
    expect([run.news(), run.audience.sentUpTo(one)]).toEqual([['one: b8 a9', 'read 9-10'], 9])
    run.audience.page(one, [itemOf('a', 10, 9)], 10)
    expect([run.news(), one.live]).toEqual([['one: a10', 'one: a11 a12 a13 b14'], true])
  })

  test('is not read for twice at once, and again when a read failed', () => {
    const one = run.join('one', 'a', { epoch: 'e1', after: 3 })
    run.audience.advance()
    expect(run.news()).toEqual(['one: ready at 3, a:13', 'read 3-10'])
    run.audience.pageFailed(one)
    expect(run.news()).toEqual([])
    run.audience.advance()
    expect(run.news()).toEqual(['read 3-10'])
  })

  test('to messages that the log has no more is told which', () => {
    const one = run.join('one', 'a', { epoch: 'e1', after: 3 })
    run.audience.page(one, [itemOf('a', 6, 2), itemOf('a', 9, 8), itemOf('a', 10, 9)], 10)
    expect(run.news()).toEqual([
      'one: ready at 3, a:13',
      'read 3-10',
      'one: a6',
      'one: a lacks 7-8, retention',
      'one: a9 a10',
      'one: a11 a12 a13',
    ])
  })

  test('with an id of another log is told to begin anew', () => {
    run.join('one', 'a', { epoch: 'e0', after: 5 })
    expect(run.news()).toEqual(['one: incomplete at 13, a:13', 'one: reset, other-epoch'])
  })

  test('from the future is believed where the log has it', () => {
    const one = run.join('one', 'a', { epoch: 'e1', after: 15 })
    expect(run.news()).toEqual(['ask'])
    run.audience.advance()
    expect(run.news()).toEqual([])
    run.audience.activated({ epoch: 'e1', position: 15, channels: new Map() })
    expect([run.news(), one.live]).toEqual([['one: ready at 15, a:13'], true])
    run.accept('a', 14, 13)
    run.accept('a', 15, 14)
    run.accept('a', 16, 15)
    expect(run.news().filter((line) => line.startsWith('one'))).toEqual(['one: a16'])
  })

  test('from a future that the log does not have is told to begin anew', () => {
    run.join('one', 'a', { epoch: 'e1', after: 15 })
    run.audience.headFailed()
    run.audience.advance()
    expect(run.news()).toEqual(['ask', 'ask'])
    run.audience.activated({ epoch: 'e1', position: 14, channels: new Map() })
    expect(run.news()).toEqual(['one: incomplete at 13, a:13', 'one: reset, ahead-of-log'])
  })

  test('for the last few of each channel gets those first, and sees no gap between', () => {
    const prelude = [itemOf('b', 8, 2), itemOf('a', 13, 12)]
    run.join('one', 'a b', { epoch: 'e1', after: 13, prelude })
    run.accept('a', 14, 13)
    expect(run.news()).toEqual([
      'one: ready at 7, a:13 b:8',
      'one: b8 a13',
      'other: a14',
      'one: a14',
    ])
  })
})

test('another log ends every stream, for its ids mean nothing any more', () => {
  run.audience.begin('e1', 10)
  const live = run.join('live', 'a')
  run.activate(10, { a: 0 })
  const catching = run.join('catching', 'a', { after: 2 })
  run.join('waiting', 'b')
  run.news()
  run.accept('a', 11, 0)
  run.audience.begin('e2', 4)
  // What was accepted before is still of the log that it was accepted from.
  expect(run.news().sort()).toEqual([
    'catching: end, reset',
    'live: a11',
    'live: end, reset',
    'waiting: end, reset',
  ])
  expect([run.audience.epoch, run.audience.tip, run.audience.channels.size]).toEqual(['e2', 4, 0])
  run.audience.page(catching, [itemOf('a', 3, 0)], 4)
  run.audience.leave(live, 0)
  run.join('new', 'a', { epoch: 'e2', after: 4 })
  run.activate(4, { a: 3 }, 'e2')
  expect(run.news()).toEqual(['want a', 'new: ready at 4, a:3'])
})
