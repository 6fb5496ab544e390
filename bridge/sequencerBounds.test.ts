import { beforeEach, expect, test } from '@jest/globals'
import { entries, entryAt, span, TestSequencer } from '../test/support/testSequencer.ts'
import type { Action } from './actions.ts'
import { MAX_PENDING } from './pending.ts'

let run: TestSequencer

beforeEach(() => {
  run = new TestSequencer()
  run.inSync(10)
})

/** The length of its entries, for an append. */
const lengthOf = (action: Action): number =>
  action.type === 'append' ? action.entries.reduce((sum, { json }) => sum + json.length, 0) : 0

/**
 * A bridge whose log holds messages of this length up to `last`, and whose Redis is held up at 0 while copies of them come;
 * then all goes well. Answers what was done.
 */
function carry(length: number, last: number, copies: number[]): { kept: number; done: Action[] } {
  const done: Action[] = []
  const carried = new TestSequencer()
  const { sequencer, asked } = carried
  carried.log('e1', 0)
  for (const at of copies) sequencer.receive('e1', entryAt(at, length))
  const kept = sequencer.pending.length
  for (let action = asked.shift(); action !== undefined; action = asked.shift()) {
    done.push(action)
    if (done.length > 200) throw new Error(`It does not come to an end: ${action.type}`)
    if (action.type === 'open') carried.opened('e1', 0)
    else if (action.type === 'wait') sequencer.waited(action.head)
    else if (action.type === 'append')
      carried.appended('e1', action.after.position + action.entries.length)
    else if (action.type === 'end') throw new Error('It ends the epoch')
    else {
      const read = span(action.after.position + 1, Math.min(action.upTo, last))
      carried.fetched(
        'e1',
        read.map((at) => entryAt(at, length)),
      )
    }
  }
  expect(sequencer.pending).toEqual({ count: 0, length: 0 })
  return { kept, done }
}

const appendedBy = (done: Action[]): number[] =>
  done.flatMap((action) =>
    action.type === 'append' ? action.entries.map(({ position }) => position) : [],
  )

test('a run has 500 messages at most', () => {
  const runs = carry(1, 1_499, span(1, 1_499)).done.filter(({ type }) => type === 'append')
  expect(runs.map((action) => lengthOf(action))).toEqual([500, 500, 499])
})

test('a run of long messages has 2 MiB at most', () => {
  const { done } = carry(65_536, 100, span(1, 100))
  expect(done.map((action) => lengthOf(action) / 65_536)).toEqual([0, 32, 32, 32, 4])
})

test('a message that is longer than a run may be is appended alone', () => {
  const { done } = carry(2_097_153, 3, span(1, 3))
  expect(appendedBy(done)).toEqual([1, 2, 3])
  expect(done.map(({ type }) => type)).toEqual(['open', 'append', 'append', 'append'])
})

test('long messages that gather are kept up to a length; the rest is read from the log', () => {
  const { kept, done } = carry(1_048_576, 100, span(1, 100))
  expect(kept).toBe(MAX_PENDING.length)
  expect(appendedBy(done)).toEqual(span(1, 100))
  expect(done.some(({ type }) => type === 'fetch')).toBe(true)
})

test('short messages that gather are kept up to a number; the rest is read from the log', () => {
  const { kept, done } = carry(1, 6_000, span(1, 6_000))
  expect(kept).toBe(MAX_PENDING.count)
  expect(appendedBy(done)).toEqual(span(1, 6_000))
  const reads = done.flatMap((action) => (action.type === 'fetch' ? [action.after.position] : []))
  expect(reads).toEqual([5_000, 5_500])
})

test('a copy that comes twice takes room once', () => {
  for (let time = 0; time < 3; time++) run.sequencer.receive('e1', entryAt(12, 100))
  expect(run.sequencer.pending).toEqual({ count: 1, length: 100 })
})

test('copies that another bridge appends are dropped, so that there is room again, time after time', () => {
  for (let head = 10; head < 20_000; head += 6_000) {
    run.hear(...span(head + 1, head + 6_000))
    expect(run.sequencer.pending.count).toBe(MAX_PENDING.count)
    run.appended('e1', head + 6_000)
    expect([run.sequencer.head, run.sequencer.pending.count]).toEqual([head + 6_000, 0])
  }
})

test('copies that Redis turns out to have are dropped when it is opened and when it is looked at', () => {
  run.hear(...span(12, 20))
  run.seen('e1', 15)
  expect(run.sequencer.pending.count).toBe(0)
  run.sequencer.failed()
  run.hear(...span(21, 30))
  run.sequencer.tick()
  run.opened('e1', 25)
  expect(run.news().at(-1)).toBe('append 25: 26 27 28 29 30')
  expect(run.sequencer.pending.count).toBe(0)
})

test('copies with invented positions are dropped', () => {
  for (const at of span(9_000, 9_100)) run.sequencer.receive('e1', entryAt(at, 100))
  run.fetched('e1', [])
  expect(run.sequencer.pending).toEqual({ count: 0, length: 0 })
})

test('messages read from the log are kept even without room: they are next', () => {
  run.hear(...span(12, 6_000))
  run.fetched('e1', entries(11))
  expect(run.news().at(-1)?.startsWith('append 10: 11 12 13 ')).toBe(true)
})
