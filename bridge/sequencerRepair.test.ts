import { beforeEach, describe, expect, test } from '@jest/globals'
import { entries, entryAt, span, TestSequencer } from '../test/support/testSequencer.ts'

let run: TestSequencer

beforeEach(() => {
  run = new TestSequencer()
})

describe('Redis', () => {
  beforeEach(() => run.level(10))

  test('that has lost some gets them from the log', () => {
    run.hear(11)
    run.sequencer.appended('e1', 7)
    expect([run.news(), run.sequencer.head]).toEqual([['append 10: 11', 'wait at 7'], 7])
    run.sequencer.waited(7)
    expect(run.news()).toEqual(['fetch 7-11'])
  })

  test('that is empty is opened anew, after what the log was seen to hold', () => {
    run.hear(11)
    run.hear(12)
    run.sequencer.appended('e1', undefined)
    expect([run.news(), run.sequencer.head]).toEqual([
      ['append 10: 11', 'open e1 at 10'],
      undefined,
    ])
    run.sequencer.opened('e1', 12)
    run.hear(13)
    expect(run.news()).toEqual(['append 12: 13'])
  })

  test('that is seen empty is opened anew, though nothing is posted', () => {
    run.sequencer.seen('e1', undefined)
    expect(run.news()).toEqual(['open e1 at 10'])
    run.sequencer.opened('e1', 10)
    run.sequencer.seen('e1', 10)
    expect([run.news(), run.sequencer.head]).toEqual([[], 10])
  })

  test('that is seen behind gets what it lost, and seen ahead is followed', () => {
    run.sequencer.seen('e1', 8)
    expect([run.news(), run.sequencer.head]).toEqual([['wait at 8'], 8])
    run.sequencer.seen('e1', 12)
    run.sequencer.waited(8)
    expect([run.news(), run.sequencer.head]).toEqual([[], 12])
  })

  test('is not looked at during an action, whose answer says more, nor in another epoch', () => {
    run.hear(11)
    run.sequencer.seen('e1', undefined)
    run.sequencer.appended('e1', 11)
    run.sequencer.seen('e2', undefined)
    expect([run.news(), run.sequencer.head]).toEqual([['append 10: 11'], 11])
    run.hear(12)
    run.sequencer.failed()
    run.sequencer.seen('e1', 11)
    expect([run.news(), run.sequencer.head]).toEqual([['append 11: 12'], undefined])
  })

  test('that fails is left in peace until the next tick, and then asked where it is', () => {
    run.hear(11)
    run.sequencer.failed()
    run.hear(12)
    run.sequencer.log('e1', 12)
    expect([run.news(), run.sequencer.head]).toEqual([['append 10: 11'], undefined])
    run.sequencer.tick()
    expect(run.news()).toEqual(['open e1 at 12'])
    // The append had been done, and only its answer was lost.
    run.sequencer.opened('e1', 11)
    expect(run.news()).toEqual(['append 11: 12'])
  })

  test('never gets more than a bounded run, however much has gathered', () => {
    run.hear(...span(11, 3_000))
    run.sequencer.appended('e1', 11)
    const [, second = ''] = run.news()
    expect(second.split(' ').length - 2).toBe(500)
  })

  test('is served from the log where more has gathered than is kept', () => {
    run.hear(11, ...span(13, 6_000))
    run.sequencer.appended('e1', 11)
    run.sequencer.fetched('e1', entries(12), 12)
    run.news()
    for (let head = 512; head <= 5_012; head += 500)
      run.sequencer.appended('e1', Math.min(head, 5_012))
    // 5,000 were kept, 13 to 5,012: the rest is read.
    expect(run.news().at(-1)).toBe('fetch 5012-5512')
  })
})

describe('another epoch', () => {
  beforeEach(() => run.level(10))

  test('begins with nothing of the one before', () => {
    run.hear(12)
    run.sequencer.log('e2', 4)
    expect([run.news(), run.sequencer.epoch, run.sequencer.head]).toEqual([
      ['wait at 10', 'open e2 at 4'],
      'e2',
      undefined,
    ])
    run.sequencer.opened('e2', 4)
    expect(run.sequencer.entry('e2', entryAt(5))).toBe(true)
    expect(run.news()).toEqual(['append 4: 5'])
  })

  test('is not touched by late answers from the one before', () => {
    run.hear(11)
    run.sequencer.log('e2', 4)
    run.sequencer.appended('e1', 11)
    expect([run.news(), run.sequencer.head]).toEqual([['append 10: 11', 'open e2 at 4'], undefined])
    run.sequencer.opened('e2', 4)
    run.sequencer.log('e2', 600)
    run.sequencer.log('e3', 2)
    run.sequencer.fetched('e2', entries(5, 6), 504)
    expect([run.news(), run.sequencer.head]).toEqual([['fetch 4-504', 'open e3 at 2'], undefined])
  })
})
