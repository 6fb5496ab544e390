import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Entry } from '../contract/message.ts'
import { Sequencer, type Action } from './sequencer.ts'

let actions: string[]
let sequencer: Sequencer

beforeEach(() => {
  actions = []
  sequencer = new Sequencer((action) => void actions.push(describeAction(action)))
})

function describeAction(action: Action): string {
  switch (action.type) {
    case 'open':
      return `open ${action.epoch} at ${action.floor}`
    case 'append':
      return `append ${action.after}: ${action.entries.map(({ position }) => position).join(' ')}`
    case 'fetch':
      return `fetch ${action.after}-${action.upTo}`
    case 'wait':
      return `wait at ${action.head}`
  }
}

const entry = (position: number): Entry => ({ position, previous: 0, channel: 'a', json: '' })
const entries = (...positions: number[]): Entry[] => positions.map(entry)
const span = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)

/** The actions since it was asked last. */
function news(): string[] {
  return actions.splice(0)
}

function hear(...positions: number[]): void {
  for (const position of positions) sequencer.entry('e1', entry(position))
}

/** Redis has the log whole, up to `head`. */
function level(head: number): void {
  sequencer.log('e1', head)
  sequencer.opened('e1', head)
  expect(news()).toEqual([`open e1 at ${head}`])
}

describe('at its beginning', () => {
  test('it does nothing before it has seen the log, and asks for that', () => {
    expect(sequencer.entry('e1', entry(1))).toBe(false)
    sequencer.tick()
    expect([news(), sequencer.epoch, sequencer.head]).toEqual([[], undefined, undefined])
  })

  test('it opens Redis once, and gathers meanwhile', () => {
    sequencer.log('e1', 5)
    sequencer.log('e1', 5)
    hear(6, 7)
    sequencer.tick()
    expect(news()).toEqual(['open e1 at 5'])
    sequencer.opened('e1', 5)
    expect([news(), sequencer.head]).toEqual([['append 5: 6 7'], 5])
  })

  test('a Redis that has something already goes on from there', () => {
    sequencer.log('e1', 5)
    sequencer.opened('e1', 3)
    expect([news(), sequencer.head]).toEqual([['open e1 at 5', 'wait at 3'], 3])
  })

  test('a Redis that is ahead, because another bridge is faster, is left alone', () => {
    sequencer.log('e1', 5)
    hear(6)
    sequencer.opened('e1', 9)
    expect([news(), sequencer.head]).toEqual([['open e1 at 5'], 9])
  })
})

describe('a message', () => {
  beforeEach(() => level(10))

  test('that is next is appended at once', () => {
    hear(11)
    expect(news()).toEqual(['append 10: 11'])
    sequencer.appended('e1', 11)
    expect([news(), sequencer.head]).toEqual([[], 11])
  })

  test('that Redis has is dropped', () => {
    hear(10, 3)
    expect(news()).toEqual([])
  })

  test('that comes twice is appended once', () => {
    hear(11, 11)
    sequencer.appended('e1', 11)
    hear(11)
    expect(news()).toEqual(['append 10: 11'])
  })

  test('that comes while another is appended goes with the next run', () => {
    hear(11, 13, 12, 15)
    expect(news()).toEqual(['append 10: 11'])
    sequencer.appended('e1', 11)
    expect(news()).toEqual(['append 11: 12 13'])
    sequencer.appended('e1', 13)
    expect(news()).toEqual(['wait at 13'])
  })

  test('that another bridge has appended meanwhile is not appended again', () => {
    hear(11, 12, 13, 14)
    sequencer.appended('e1', 13)
    expect(news()).toEqual(['append 10: 11', 'append 13: 14'])
  })

  test('of another epoch is refused, so that the log is looked at', () => {
    expect(sequencer.entry('e2', entry(11))).toBe(false)
    expect(news()).toEqual([])
  })
})

describe('a hole', () => {
  beforeEach(() => level(10))

  test('is waited for, and closed by its message', () => {
    hear(12)
    expect(news()).toEqual(['wait at 10'])
    hear(13, 11)
    expect(news()).toEqual(['append 10: 11 12 13'])
    sequencer.appended('e1', 13)
    sequencer.waited(10)
    expect(news()).toEqual([])
  })

  test('is waited for once, and then read from the log, as far as it goes', () => {
    hear(14, 17)
    sequencer.tick()
    hear(15)
    expect(news()).toEqual(['wait at 10'])
    sequencer.waited(10)
    expect(news()).toEqual(['fetch 10-17'])
    sequencer.fetched('e1', entries(11, 12, 13))
    expect(news()).toEqual(['append 10: 11 12 13 14 15'])
    sequencer.appended('e1', 15)
    expect(news()).toEqual(['wait at 15'])
  })

  test('after a hole is read with it: one wait for all, where one ingest is late with everything', () => {
    hear(12, 14, 16, 18)
    sequencer.waited(10)
    expect(news()).toEqual(['wait at 10', 'fetch 10-18'])
    sequencer.fetched('e1', entries(...span(11, 18)))
    expect(news()).toEqual(['append 10: 11 12 13 14 15 16 17 18'])
  })

  test('that closes during the read does no harm', () => {
    hear(12)
    sequencer.waited(10)
    hear(11)
    expect(news()).toEqual(['wait at 10', 'fetch 10-12'])
    sequencer.fetched('e1', entries(11))
    expect(news()).toEqual(['append 10: 11 12'])
  })

  test('at the end of the log is found by looking at its head', () => {
    sequencer.log('e1', 12)
    expect(news()).toEqual(['wait at 10'])
    sequencer.waited(10)
    expect(news()).toEqual(['fetch 10-12'])
  })

  test('that has moved on while it was waited for is waited for anew', () => {
    hear(12, 11, 14)
    sequencer.appended('e1', 12)
    // The first wait, for 12's, is still running: there is one at a time.
    sequencer.waited(10)
    expect(news()).toEqual(['wait at 10', 'append 10: 11 12', 'wait at 12'])
  })

  test('too large to be on its way is read at once, in pieces', () => {
    sequencer.log('e1', 1_200)
    expect(news()).toEqual(['fetch 10-510'])
    sequencer.fetched('e1', entries(...span(11, 510)))
    sequencer.appended('e1', 510)
    expect(news()[1]).toBe('fetch 510-1010')
    sequencer.fetched('e1', entries(...span(511, 1_010)))
    sequencer.appended('e1', 1_010)
    // What is left might be on its way.
    expect(news()[1]).toBe('wait at 1010')
  })

  test('that the log does not have is not asked for again, until there is news', () => {
    hear(13)
    sequencer.waited(10)
    sequencer.fetched('e1', [])
    sequencer.tick()
    sequencer.log('e1', 10)
    expect([news(), sequencer.head]).toEqual([['wait at 10', 'fetch 10-13'], 10])
    hear(11)
    expect(news()).toEqual(['append 10: 11'])
  })

  test('announced by somebody who makes up a position leads nowhere, again and again', () => {
    for (let count = 0; count < 3; count++) {
      hear(9_000_000_000)
      expect(news()).toEqual(['fetch 10-510'])
      sequencer.fetched('e1', [])
      expect([news(), sequencer.head]).toEqual([[], 10])
    }
  })
})

describe('Redis', () => {
  beforeEach(() => level(10))

  test('that has lost some gets them from the log', () => {
    hear(11)
    sequencer.appended('e1', 7)
    expect([news(), sequencer.head]).toEqual([['append 10: 11', 'wait at 7'], 7])
    sequencer.waited(7)
    expect(news()).toEqual(['fetch 7-11'])
  })

  test('that is empty is opened anew, after what is known to exist', () => {
    hear(11)
    hear(12)
    sequencer.appended('e1', undefined)
    expect([news(), sequencer.head]).toEqual([['append 10: 11', 'open e1 at 12'], undefined])
    sequencer.opened('e1', 12)
    hear(13)
    expect(news()).toEqual(['append 12: 13'])
  })

  test('that is seen empty is opened anew, though nothing is posted', () => {
    sequencer.seen('e1', undefined)
    expect(news()).toEqual(['open e1 at 10'])
    sequencer.opened('e1', 10)
    sequencer.seen('e1', 10)
    expect([news(), sequencer.head]).toEqual([[], 10])
  })

  test('that is seen behind gets what it lost, and seen ahead is followed', () => {
    sequencer.seen('e1', 8)
    expect([news(), sequencer.head]).toEqual([['wait at 8'], 8])
    sequencer.seen('e1', 12)
    sequencer.waited(8)
    expect([news(), sequencer.head]).toEqual([[], 12])
  })

  test('is not looked at during an action, whose answer says more, nor in another epoch', () => {
    hear(11)
    sequencer.seen('e1', undefined)
    sequencer.appended('e1', 11)
    sequencer.seen('e2', undefined)
    expect([news(), sequencer.head]).toEqual([['append 10: 11'], 11])
    hear(12)
    sequencer.failed()
    sequencer.seen('e1', 11)
    expect([news(), sequencer.head]).toEqual([['append 11: 12'], undefined])
  })

  test('that fails is left in peace until the next tick, and then asked where it is', () => {
    hear(11)
    sequencer.failed()
    hear(12)
    sequencer.log('e1', 12)
    expect([news(), sequencer.head]).toEqual([['append 10: 11'], undefined])
    sequencer.tick()
    expect(news()).toEqual(['open e1 at 12'])
    // The append had been done, and only its answer was lost.
    sequencer.opened('e1', 11)
    expect(news()).toEqual(['append 11: 12'])
  })

  test('never gets more than a bounded run, however much has gathered', () => {
    hear(...span(11, 3_000))
    sequencer.appended('e1', 11)
    const [, run = ''] = news()
    expect(run.split(' ').length - 2).toBe(500)
  })

  test('is served from the log where more has gathered than is kept', () => {
    hear(11, ...span(13, 6_000))
    sequencer.appended('e1', 11)
    sequencer.fetched('e1', entries(12))
    news()
    for (let head = 512; head <= 5_012; head += 500) sequencer.appended('e1', Math.min(head, 5_012))
    // 5,000 were kept, 13 to 5,012: the rest is read.
    expect(news().at(-1)).toBe('fetch 5012-5512')
  })
})

describe('another epoch', () => {
  beforeEach(() => level(10))

  test('begins with nothing of the one before', () => {
    hear(12)
    sequencer.log('e2', 4)
    expect([news(), sequencer.epoch, sequencer.head]).toEqual([
      ['wait at 10', 'open e2 at 4'],
      'e2',
      undefined,
    ])
    sequencer.opened('e2', 4)
    expect(sequencer.entry('e2', entry(5))).toBe(true)
    expect(news()).toEqual(['append 4: 5'])
  })

  test('is not touched by late answers from the one before', () => {
    hear(11)
    sequencer.log('e2', 4)
    sequencer.appended('e1', 11)
    expect([news(), sequencer.head]).toEqual([['append 10: 11', 'open e2 at 4'], undefined])
    sequencer.opened('e2', 4)
    sequencer.log('e2', 600)
    sequencer.log('e3', 2)
    sequencer.fetched('e2', entries(5, 6))
    expect([news(), sequencer.head]).toEqual([['fetch 4-504', 'open e3 at 2'], undefined])
  })
})
