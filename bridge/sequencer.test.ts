import { beforeEach, describe, expect, test } from '@jest/globals'
import { entries, entryAt, span, TestSequencer } from '../test/support/testSequencer.ts'

let run: TestSequencer

beforeEach(() => {
  run = new TestSequencer()
})

describe('a sequencer that begins', () => {
  test('does nothing before it has seen the log, and asks for that', () => {
    expect(run.sequencer.receive('e1', entryAt(1))).toBe(false)
    run.sequencer.tick()
    expect([run.news(), run.sequencer.epoch, run.sequencer.head]).toEqual([
      [],
      undefined,
      undefined,
    ])
  })

  test('opens Redis once, and gathers copies meanwhile', () => {
    run.log('e1', 5)
    run.log('e1', 5)
    run.hear(6, 7)
    run.sequencer.tick()
    expect(run.news()).toEqual(['open e1 at 5'])
    run.opened('e1', 5)
    expect([run.news(), run.sequencer.head]).toEqual([['append 5: 6 7'], 5])
  })

  test('goes on from the head of a Redis that is not empty', () => {
    run.log('e1', 5)
    run.opened('e1', 3)
    expect([run.news(), run.sequencer.head]).toEqual([['open e1 at 5', 'wait at 3'], 3])
  })

  test('leaves a Redis alone that is ahead because another bridge is faster', () => {
    run.log('e1', 5)
    run.hear(6)
    run.opened('e1', 9)
    expect([run.news(), run.sequencer.head]).toEqual([['open e1 at 5'], 9])
  })
})

describe('a message', () => {
  beforeEach(() => run.inSync(10))

  test('that is next is appended at once', () => {
    run.hear(11)
    expect(run.news()).toEqual(['append 10: 11'])
    run.appended('e1', 11)
    expect([run.news(), run.sequencer.head]).toEqual([[], 11])
  })

  test('that Redis has is dropped', () => {
    run.hear(10, 3)
    expect([run.news(), run.sequencer.pending.count]).toEqual([[], 0])
  })

  test('that comes twice is appended once', () => {
    run.hear(11, 11)
    run.appended('e1', 11)
    run.hear(11)
    expect(run.news()).toEqual(['append 10: 11'])
  })

  test('that comes while another is appended goes with the next run', () => {
    run.hear(11, 13, 12, 15)
    expect(run.news()).toEqual(['append 10: 11'])
    run.appended('e1', 11)
    expect(run.news()).toEqual(['append 11: 12 13'])
    run.appended('e1', 13)
    expect(run.news()).toEqual(['wait at 13'])
  })

  test('that another bridge has appended meanwhile is not appended again', () => {
    run.hear(11, 12, 13, 14)
    run.appended('e1', 13)
    expect(run.news()).toEqual(['append 10: 11', 'append 13: 14'])
  })

  test('of another epoch is refused, so that the log is looked at', () => {
    expect(run.sequencer.receive('e2', entryAt(11))).toBe(false)
    expect(run.news()).toEqual([])
  })
})

describe('a hole', () => {
  beforeEach(() => run.inSync(10))

  test('is waited for, and closed by its message', () => {
    run.hear(12)
    expect(run.news()).toEqual(['wait at 10'])
    run.hear(13, 11)
    expect(run.news()).toEqual(['append 10: 11 12 13'])
    run.appended('e1', 13)
    run.sequencer.waited(10)
    expect(run.news()).toEqual([])
  })

  test('is waited for once, and then read from the log, to its end', () => {
    run.hear(14, 17)
    run.sequencer.tick()
    run.hear(15)
    expect(run.news()).toEqual(['wait at 10'])
    run.sequencer.waited(10)
    expect(run.news()).toEqual(['fetch 10-17'])
    run.fetched('e1', entries(11, 12, 13))
    expect(run.news()).toEqual(['append 10: 11 12 13 14 15'])
    run.appended('e1', 15)
    expect(run.news()).toEqual(['fetch 15-17'])
  })

  test('after a hole is read with it: one wait serves all if one ingest is late with everything', () => {
    run.hear(12, 14, 16, 18)
    run.sequencer.waited(10)
    expect(run.news()).toEqual(['wait at 10', 'fetch 10-18'])
    run.fetched('e1', entries(...span(11, 18)))
    expect(run.news()).toEqual(['append 10: 11 12 13 14 15 16 17 18'])
  })

  test('that closes during the read does no harm', () => {
    run.hear(12)
    run.sequencer.waited(10)
    run.hear(11)
    expect(run.news()).toEqual(['wait at 10', 'fetch 10-12'])
    run.fetched('e1', entries(11))
    expect(run.news()).toEqual(['append 10: 11 12'])
  })

  test('at the end of the log is found by a look at the head', () => {
    run.log('e1', 12)
    expect(run.news()).toEqual(['wait at 10'])
    run.sequencer.waited(10)
    expect(run.news()).toEqual(['fetch 10-12'])
  })

  test('that has moved on while it was waited for is waited for again', () => {
    run.hear(12, 11, 14)
    run.appended('e1', 12)
    // The first wait, for 12's, is still running: there is one at a time.
    run.sequencer.waited(10)
    expect(run.news()).toEqual(['wait at 10', 'append 10: 11 12', 'wait at 12'])
  })

  test('as large as one read is waited for; one more message is too many to be on their way', () => {
    run.hear(510)
    expect(run.news()).toEqual(['wait at 10'])
    run.hear(511)
    expect(run.news()).toEqual(['fetch 10-510'])
  })

  test('that the log answers in parts is read on at once, part by part, also after a failure', () => {
    run.hear(20)
    run.sequencer.waited(10)
    expect(run.news()).toEqual(['wait at 10', 'fetch 10-20'])
    run.fetched('e1', entries(11))
    run.appended('e1', 11)
    expect(run.news()).toEqual(['append 10: 11', 'fetch 11-20'])
    run.sequencer.failed()
    run.sequencer.tick()
    run.opened('e1', 11)
    expect(run.news()).toEqual(['open e1 at 10', 'fetch 11-20'])
    run.fetched('e1', entries(...span(12, 20)))
    run.appended('e1', 20)
    // The next hole is another one: its messages may be on their way.
    run.hear(22)
    expect(run.news()).toEqual(['append 11: 12 13 14 15 16 17 18 19 20', 'wait at 20'])
  })

  test('too large to be on its way is read at once, in chunks', () => {
    run.log('e1', 1_200)
    expect(run.news()).toEqual(['fetch 10-510'])
    run.fetched('e1', entries(...span(11, 510)))
    run.appended('e1', 510)
    expect(run.news()[1]).toBe('fetch 510-1010')
    run.fetched('e1', entries(...span(511, 1_010)))
    run.appended('e1', 1_010)
    // What is left might be on its way.
    expect(run.news()[1]).toBe('wait at 1010')
  })

  test('that the log does not have is not asked for again until there is news', () => {
    run.hear(13)
    run.sequencer.waited(10)
    run.fetched('e1', [])
    run.sequencer.tick()
    run.log('e1', 10)
    expect([run.news(), run.sequencer.head]).toEqual([['wait at 10', 'fetch 10-13'], 10])
    run.hear(11)
    expect(run.news()).toEqual(['append 10: 11'])
  })

  test('announced with invented positions leads nowhere, again and again', () => {
    for (let count = 0; count < 3; count++) {
      run.hear(9_000_000_000)
      expect(run.news()).toEqual(['fetch 10-510'])
      run.fetched('e1', [])
      expect([run.news(), run.sequencer.head]).toEqual([[], 10])
    }
    // Nor does it spare a real hole its wait.
    run.hear(12)
    expect(run.news()).toEqual(['wait at 10'])
  })
})
