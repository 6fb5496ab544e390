import { describe, expect, test } from '@jest/globals'
import { Problem } from '../../contract/problem.ts'
import { parseSince, type Since } from '../../contract/since.ts'
import { requireOneLog, sinceIn } from './sinceIn.ts'

const EPOCHS = ['e0', 'e1']
const logWith = (epoch: string): number | undefined =>
  EPOCHS.includes(epoch) ? EPOCHS.indexOf(epoch) : undefined
const since = (text: string): Since => parseSince(text) ?? { kind: 'now' }
const UNNAMED = { kind: 'now', isUnnamed: true }
const LAST = { kind: 'last', count: 9 }

describe('What a request asks of log 0', () => {
  test.each<[string, string, string | undefined, unknown]>([
    ['is nothing if it has neither', '', undefined, { kind: 'now' }],
    ['is its since, which holds for each log', '-9', undefined, LAST],
    [
      'is the place that its id names',
      '~Ae0-7Be1-8',
      '-9',
      { kind: 'id', epoch: 'e0', position: 7 },
    ],
    [
      'is the place of another life of the log',
      '~Ae9-7',
      '-9',
      { kind: 'id', epoch: 'e9', position: 7 },
    ],
    ['is its since if its id does not name the log', '~Be1-8', '-9', LAST],
    ['is unknown if its id does not name the log', '~Be1-8', undefined, UNNAMED],
    [
      'is the place of an id of only this log',
      'e0-7',
      '-9',
      { kind: 'id', epoch: 'e0', position: 7 },
    ],
    ['is its since if its id is of only another log', 'e1-8', '-9', LAST],
    ['is unknown if its id is of only another log', 'e1-8', undefined, UNNAMED],
    [
      'is the place of an id of which no log is known',
      'e9-8',
      '-9',
      { kind: 'id', epoch: 'e9', position: 8 },
    ],
    [
      'is what its since names if its id does not',
      '~Be1-8',
      '~Ae0-7',
      { kind: 'id', epoch: 'e0', position: 7 },
    ],
    ['is unknown if neither names the log', '~Be1-8', '~Be1-7', UNNAMED],
  ])('%s', (_what, first, other, expected) => {
    const asked = { since: since(first), otherwise: other === undefined ? other : since(other) }
    expect(sinceIn(0, asked, logWith)).toEqual(expected)
  })
})

test.each([[{ since: since('5') }], [{ since: since('~Ae0-7'), otherwise: since('5') }]])(
  'A stream over several logs begins at no position: %j',
  (asked) => {
    expect(() => requireOneLog(asked)).toThrow(Problem)
  },
)

test('A stream over several logs begins at an id, at a time, and with the last few', () => {
  for (const text of ['', 'e0-5', '~Ae0-7', '-9', '2026-11-21T19:33:02Z']) {
    expect(() => requireOneLog({ since: since(text) })).not.toThrow()
  }
})
