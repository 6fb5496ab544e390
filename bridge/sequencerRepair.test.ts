import { beforeEach, describe, expect, test } from '@jest/globals'
import { entries, entryAt, span, TestSequencer } from '../test/support/testSequencer.ts'

let run: TestSequencer

beforeEach(() => {
  run = new TestSequencer()
})

describe('Redis', () => {
  beforeEach(() => run.inSync(10))

  test('gets the messages that it lost from the log', () => {
    run.hear(11)
    run.appended('e1', 7)
    expect([run.news(), run.sequencer.head]).toEqual([['append 10: 11', 'wait at 7'], 7])
    run.sequencer.waited(7)
    expect(run.news()).toEqual(['fetch 7-11'])
  })

  test("is opened again if it is empty, after the log's head", () => {
    run.hear(11)
    run.hear(12)
    run.appended('e1', undefined)
    expect([run.news(), run.sequencer.head]).toEqual([
      ['append 10: 11', 'open e1 at 10'],
      undefined,
    ])
    run.opened('e1', 12)
    run.hear(13)
    expect(run.news()).toEqual(['append 12: 13'])
  })

  test('is opened again if it is seen empty, even while nobody posts', () => {
    run.seen('e1', undefined)
    expect(run.news()).toEqual(['open e1 at 10'])
    run.opened('e1', 10)
    run.seen('e1', 10)
    expect([run.news(), run.sequencer.head]).toEqual([[], 10])
  })

  test('gets what it lost if it is seen behind, and is followed if it is seen ahead', () => {
    run.seen('e1', 8)
    expect([run.news(), run.sequencer.head]).toEqual([['wait at 8'], 8])
    run.seen('e1', 12)
    run.sequencer.waited(8)
    expect([run.news(), run.sequencer.head]).toEqual([[], 12])
  })

  test('is not looked at during an action, whose answer says more, nor in another epoch', () => {
    run.hear(11)
    run.seen('e1', undefined)
    run.appended('e1', 11)
    run.seen('e2', undefined)
    expect([run.news(), run.sequencer.head]).toEqual([['append 10: 11'], 11])
    run.hear(12)
    run.sequencer.failed()
    run.seen('e1', 11)
    expect([run.news(), run.sequencer.head]).toEqual([['append 11: 12'], undefined])
  })

  test('is left in peace after a failure until the next tick, and then asked for its head', () => {
    run.hear(11)
    run.sequencer.failed()
    run.hear(12)
    run.log('e1', 12)
    expect([run.news(), run.sequencer.head]).toEqual([['append 10: 11'], undefined])
    run.sequencer.tick()
    expect(run.news()).toEqual(['open e1 at 12'])
    // The append had been done, and only its answer was lost.
    run.opened('e1', 11)
    expect(run.news()).toEqual(['append 11: 12'])
  })

  test('is asked once at each tick while it fails, and then gets the copies that gathered', () => {
    run.hear(11)
    for (let attempt = 0; attempt < 3; attempt++) {
      run.sequencer.failed()
      run.hear(12 + attempt)
      run.log('e1', 12 + attempt)
      run.sequencer.waited(10)
      run.seen('e1', 10)
      expect([run.news().length, run.sequencer.head]).toEqual([1, undefined])
      run.sequencer.tick()
      run.sequencer.tick()
    }
    expect(run.news()).toEqual(['open e1 at 14'])
    run.opened('e1', 11)
    expect(run.news()).toEqual(['append 11: 12 13 14'])
  })
})

test('the lag counts from the last known head while Redis is empty or cannot be asked', () => {
  run.inSync(10)
  run.log('e1', 13)
  run.sequencer.failed()
  expect(run.sequencer.lag).toBe(3)
  run.sequencer.tick()
  run.opened('e1', 13)
  run.seen('e1', undefined)
  expect([run.sequencer.head, run.sequencer.lag]).toEqual([undefined, 0])
  run.log('e2', 4)
  expect(run.sequencer.lag).toBe(4)
})

describe('another epoch', () => {
  beforeEach(() => run.inSync(10))

  test('begins with nothing of the previous one', () => {
    run.hear(12)
    run.log('e2', 4)
    expect([run.news(), run.sequencer.epoch, run.sequencer.head]).toEqual([
      ['wait at 10', 'open e2 at 4'],
      'e2',
      undefined,
    ])
    run.opened('e2', 4)
    expect(run.sequencer.receive('e2', entryAt(5))).toBe(true)
    expect(run.news()).toEqual(['append 4: 5'])
  })

  test('is not touched by late answers for the previous one', () => {
    run.hear(11)
    run.log('e2', 4)
    run.appended('e1', 11)
    expect([run.news(), run.sequencer.head]).toEqual([['append 10: 11', 'open e2 at 4'], undefined])
    run.opened('e2', 4)
    run.log('e2', 600)
    run.log('e3', 2)
    run.fetched('e2', entries(5, 6))
    expect([run.news(), run.sequencer.head]).toEqual([['fetch 4-504', 'open e3 at 2'], undefined])
  })

  test('waits for its own holes, also at positions of holes in the previous one', () => {
    run.hear(12)
    run.sequencer.waited(10)
    run.log('e2', 10)
    run.fetched('e1', entries(11, 12))
    run.opened('e2', 10)
    run.log('e2', 12)
    expect(run.news()).toEqual(['wait at 10', 'fetch 10-12', 'open e2 at 10', 'wait at 10'])
  })

  test('keeps no copies of the previous one', () => {
    run.hear(...span(12, 20))
    run.log('e2', 10)
    expect(run.sequencer.pending).toEqual({ count: 0, length: 0 })
  })
})
