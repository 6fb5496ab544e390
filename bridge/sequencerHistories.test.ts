import { beforeEach, describe, expect, test } from '@jest/globals'
import type { LinkedEntry } from '../contract/message.ts'
import {
  entries,
  entryAt,
  idOf,
  placeOf,
  span,
  TestSequencer,
} from '../test/support/testSequencer.ts'

let run: TestSequencer

beforeEach(() => {
  run = new TestSequencer()
  run.inSync(10)
})

/** A message of the history that the log has after it went back behind its position. */
const other = (position: number): LinkedEntry => ({
  ...entryAt(position),
  id: idOf(position, 'n'),
  link: idOf(position - 1, 'n'),
})

describe('a copy of another history of the log', () => {
  test('at the head leads to a look at the log, and is not kept', () => {
    expect(run.sequencer.receive('e1', other(10))).toBe(false)
    expect([run.news(), run.sequencer.pending.count]).toEqual([[], 0])
  })

  test('after the head is not appended: the log is read at once', () => {
    run.sequencer.receive('e1', other(11))
    expect(run.news()).toEqual(['wait at 10'])
    expect(run.sequencer.pending.count).toBe(0)
  })

  test('after others ends their run', () => {
    run.hear(12)
    run.sequencer.receive('e1', other(13))
    run.hear(11)
    expect(run.news()).toEqual(['wait at 10', 'append 10: 11 12'])
  })

  test('gives way to the right one, which the log has', () => {
    run.sequencer.receive('e1', other(11))
    run.sequencer.waited(10)
    run.fetched('e1', entries(11))
    expect(run.news()).toEqual(['wait at 10', 'fetch 10-11', 'append 10: 11'])
  })

  test('with an unknown link is taken', () => {
    run.sequencer.receive('e1', { ...entryAt(11), link: '' })
    expect(run.news()).toEqual(['append 10: 11'])
  })
})

describe('the epoch', () => {
  test('is ended if the log ends below the head', () => {
    run.log('e1', 9)
    expect(run.news()).toEqual(['end e1 at 10'])
  })

  test('is ended if the log has another message at the head', () => {
    run.log('e1', 15, idOf(10, 'n'))
    expect(run.news()).toEqual(['end e1 at 10'])
  })

  test.each([
    [10, idOf(10)],
    [11, idOf(10)],
    [10, ''],
    [99, ''],
  ])('is not ended by a log at %d that has %p at the head', (position, idAt) => {
    run.log('e1', position, idAt)
    expect(run.news().filter((action) => action.startsWith('end'))).toEqual([])
  })

  test('is not ended by a look that began before the head moved', () => {
    const { mark } = run.sequencer
    run.hear(11)
    run.appended('e1', 11)
    run.news()
    run.sequencer.logSeen({ epoch: 'e1', ...placeOf(10), idAt: idOf(10) }, mark)
    expect(run.news()).toEqual([])
  })

  test('is not ended by a look that began in the previous one', () => {
    const { mark } = run.sequencer
    run.log('e2', 5)
    run.opened('e2', 5)
    run.news()
    run.sequencer.logSeen({ epoch: 'e2', ...placeOf(6), idAt: '' }, mark)
    expect(run.news()).toEqual(['wait at 5'])
  })

  test('is ended if a read finds another message before the hole', () => {
    run.hear(15)
    run.sequencer.waited(10)
    const found = { entries: span(11, 15).map(other), idAt: idOf(10, 'n') }
    run.sequencer.fetched('e1', placeOf(10), found)
    expect(run.news()).toEqual(['wait at 10', 'fetch 10-15', 'end e1 at 10'])
    expect(run.sequencer.pending.count).toBe(1)
  })

  test('is ended if only Redis remembers the lost messages', () => {
    run = new TestSequencer()
    run.log('e1', 8)
    run.opened('e1', 10)
    run.log('e1', 8)
    expect(run.news()).toEqual(['open e1 at 8', 'end e1 at 10'])
  })

  test('is ended if Redis had them before it was emptied', () => {
    run.sequencer.failed()
    run.log('e1', 8)
    expect(run.news()).toEqual(['end e1 at 10'])
  })

  test('is ended once, and again if the log still contradicts it afterwards', () => {
    run.log('e1', 9)
    run.log('e1', 9)
    expect(run.news()).toEqual(['end e1 at 10'])
    run.sequencer.ended()
    run.log('e1', 9)
    expect(run.news()).toEqual(['end e1 at 10'])
  })

  test('makes way for the next one once it is ended', () => {
    run.log('e1', 9)
    run.sequencer.ended()
    run.log('e2', 9)
    run.opened('e2', 9)
    expect(run.news()).toEqual(['end e1 at 10', 'open e2 at 9'])
    expect(run.sequencer.mark).toMatchObject(placeOf(9))
  })

  test('is ended while Redis hangs', () => {
    run.hear(11)
    run.log('e1', 9)
    expect(run.news()).toEqual(['append 10: 11', 'end e1 at 10'])
  })

  test('does not hold up anything while it is being ended', () => {
    run.log('e1', 9)
    run.hear(11)
    expect(run.news()).toEqual(['end e1 at 10', 'append 10: 11'])
  })
})

test('messages read from the log are linked from the message before the hole on', () => {
  run.hear(14)
  run.sequencer.waited(10)
  const [first, ...rest] = entries(11, 12, 13)
  if (first === undefined) throw new Error('there is none')
  // One of the history before, which came late.
  run.sequencer.receive('e1', other(12))
  run.fetched('e1', [first, ...rest])
  expect(run.news().at(-1)).toBe('append 10: 11 12 13 14')
})
