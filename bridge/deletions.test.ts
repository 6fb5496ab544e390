import { beforeEach, describe, expect, test } from '@jest/globals'
import type { About } from '../contract/about.ts'
import { encodeMessage, type LinkedEntry } from '../contract/message.ts'
import { entryAt, idOf, TestSequencer } from '../test/support/testSequencer.ts'

let run: TestSequencer

beforeEach(() => {
  run = new TestSequencer()
  run.inSync(10)
})

/** A message with a real encoding; `deleted` if its data was taken away. */
function message(position: number, about?: About, deleted = false): LinkedEntry {
  const json = encodeMessage({
    position,
    previous: 0,
    id: idOf(position),
    channel: 'a',
    type: 'message',
    sender: { id: 'alice', name: 'Alice' },
    about,
    deleted,
    data: deleted ? 'null' : '"secret"',
    sentAt: '2026-11-21T19:33:02.123Z',
  })
  return { ...entryAt(position), json }
}

const deletion = (position: number, target: number): LinkedEntry =>
  message(position, { position: target, as: 'delete' })

const hear = (...all: LinkedEntry[]): void => {
  for (const one of all) run.sequencer.receive('e1', one)
}

/** The encodings of the last run that was appended. */
const appended = (): string[] =>
  run.asked.flatMap((action) =>
    action.type === 'append' ? action.entries.map(({ json }) => json) : [],
  )

describe('a deletion that waits with what it deletes', () => {
  test.each([
    ['later', [message(12), deletion(14, 12)]],
    ['earlier', [deletion(14, 12), message(12)]],
  ])('and comes %s has the target read from the log, at once', (_when, copies) => {
    hear(...copies)
    expect(run.news()).toEqual(['wait at 10', 'fetch 10-14'])
    hear(message(11), message(13))
    const log = [message(11), message(12, undefined, true), message(13), deletion(14, 12)]
    run.fetched('e1', log)
    expect(appended()).toEqual(log.map(({ json }) => json))
  })

  test('has the target’s edits read from the log too, and nothing else', () => {
    const edit = message(13, { position: 12, as: 'edit' })
    const reply = message(14, { position: 12, as: 'reply' })
    hear(message(11), message(12), edit, reply, deletion(15, 12))
    expect(run.news()).toEqual(['append 10: 11'])
    hear(message(16))
    expect(run.sequencer.pending.count).toBe(3)
    run.appended('e1', 11)
    expect(run.news()).toEqual(['fetch 11-16'])
    const edited = message(13, { position: 12, as: 'edit' }, true)
    run.fetched('e1', [message(12, undefined, true), edited])
    expect(run.news()).toEqual(['append 11: 12 13 14 15 16'])
  })

  test('does not have it read again if the log gave it blank', () => {
    run.log('e1', 14)
    run.news()
    run.sequencer.waited(10)
    expect(run.news()).toEqual(['fetch 10-14'])
    run.fetched('e1', [message(11), message(12, undefined, true), message(13), deletion(14, 12)])
    hear(message(12), deletion(14, 12))
    run.appended('e1', 14)
    expect(run.news()).toEqual(['append 10: 11 12 13 14'])
    expect(run.sequencer.pending).toEqual({ count: 0, length: 0 })
  })
})

test('a deletion of what Redis has already is appended like any message', () => {
  hear(deletion(11, 3), message(12))
  expect(run.news()).toEqual(['append 10: 11'])
  run.appended('e1', 11)
  expect(run.news()).toEqual(['append 11: 12'])
})
