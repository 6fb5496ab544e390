import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Entry } from '../contract/message.ts'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog } from '../test/support/testLog.ts'
import type { LogWriter } from './logWriter.ts'
import type { Range } from './types.ts'

const opened = disposables()
let history: LogWriter
let epoch: string

/** a1 b2 c3 a4 b5 c6 a7 b8 c9, each with three bytes of data but b5, which has a thousand. */
beforeAll(async () => {
  history = openLog(await testDatabase(), opened)
  for (let position = 1; position <= 9; position++) {
    const data = JSON.stringify('x'.repeat(position === 5 ? 998 : 1))
    const channel = 'cab'[position % 3] ?? ''
    epoch = (await history.append(draft({ channel, data }))).epoch
  }
})

const names = (entries: Entry[]): string =>
  entries.map(({ channel, position }) => channel + position).join(' ')

const answer = ({ entries, upTo }: Range): [string, number] => [names(entries), upTo]

const ALL = 1_000_000
const EVER = Number.MAX_SAFE_INTEGER

describe('a range', () => {
  test.each([
    [['a', 'b', 'c'], 0, 9, 100, ALL, 'a1 b2 c3 a4 b5 c6 a7 b8 c9', 9],
    [['b', 'a'], 0, 9, 100, ALL, 'a1 b2 a4 b5 a7 b8', 9],
    [['b', 'a', 'b', 'a'], 0, 9, 100, ALL, 'a1 b2 a4 b5 a7 b8', 9],
    [['a', 'b', 'c'], 2, 7, 100, ALL, 'c3 a4 b5 c6 a7', 7],
    [['a', 'b', 'c'], 0, 9, 4, ALL, 'a1 b2 c3 a4', 4],
    [['c', 'a'], 1, 9, 2, ALL, 'c3 a4', 4],
    [['c', 'a'], 1, 9, 1, ALL, 'c3', 3],
    // Exactly as many as may be: there are no more, and nobody has to ask.
    [['a'], 0, 9, 3, ALL, 'a1 a4 a7', 9],
    [['a'], 4, 4, 100, ALL, '', 4],
    [['a'], 7, 3, 100, ALL, '', 3],
    [['nobody'], 0, 9, 100, ALL, '', 9],
    [[], 0, 9, 100, ALL, '', 9],
    [['a'], 0, EVER, 100, ALL, 'a1 a4 a7', EVER],
    // Bytes: to the very last that fits, and at least one message.
    [['a', 'c'], 0, 9, 100, 18, 'a1 c3 a4 c6 a7 c9', 9],
    [['a', 'c'], 0, 9, 100, 17, 'a1 c3 a4 c6 a7', 7],
    [['a', 'b'], 0, 9, 100, 1_008, 'a1 b2 a4', 4],
    [['a', 'b'], 0, 9, 100, 1_009, 'a1 b2 a4 b5', 5],
    [['b'], 4, 9, 100, 10, 'b5', 5],
    [['b'], 4, 7, 100, 10, 'b5', 7],
    [['a'], 0, 9, 100, 0, 'a1', 1],
    [['a', 'b', 'c'], 0, 9, 2, 9, 'a1 b2', 2],
  ])(
    'of %j with %d < position <= %d, at most %d of them and %d bytes, is %j, whole up to %d',
    async (...given) => {
      const [channels, after, upTo, limit, maxBytes, ...expected] = given
      const query = { epoch, channels, after, upTo, limit, maxBytes }
      expect(answer(await history.range(query))).toEqual(expected)
    },
  )
})

describe('a scan', () => {
  test.each([
    [undefined, 0, 9, ALL, 'a1 b2 c3 a4 b5 c6 a7 b8 c9', 9],
    [undefined, 3, 5, ALL, 'a4 b5', 5],
    [undefined, 5, 5, ALL, '', 5],
    [['c', 'a'], 2, 7, ALL, 'c3 a4 c6 a7', 7],
    [['nobody'], 0, 9, ALL, '', 9],
    [[], 0, 9, ALL, '', 9],
    [undefined, 0, 9, 12, 'a1 b2 c3 a4', 4],
    [undefined, 4, 9, 12, 'b5', 5],
    [undefined, 4, 5, 12, 'b5', 5],
    [['a'], 0, 9, 6, 'a1 a4', 4],
    [['a'], 0, 9, 9, 'a1 a4 a7', 9],
    [['a'], 0, 9, 0, 'a1', 1],
    // It goes through a thousand positions and says so.
    [undefined, 7, EVER, ALL, 'b8 c9', 1_007],
  ])(
    'of %j with %d < position <= %d and at most %d bytes is %j, whole up to %d',
    async (channels, after, upTo, maxBytes, ...expected) => {
      expect(answer(await history.scan({ epoch, channels, after, upTo, maxBytes }))).toEqual(
        expected,
      )
    },
  )
})

test('a range and a scan hold the very encodings that were acknowledged', async () => {
  const { entry } = await history.append(draft({ channel: 'exact', data: '{"x": 1.0, "ü": "€"}' }))
  const query = { epoch, channels: ['exact'], after: 9, upTo: 10, maxBytes: ALL }
  expect(await history.range({ ...query, limit: 1 })).toEqual({ entries: [entry], upTo: 10 })
  expect(await history.scan(query)).toMatchObject({ entries: [entry], upTo: 10 })
})

test('positions of another epoch are not looked up', async () => {
  const query = { epoch: 'another', channels: ['a'], after: 0, upTo: 9, limit: 9, maxBytes: ALL }
  const problem = { type: 'unavailable', detail: 'The log has another epoch now.' }
  await expect(history.range(query)).rejects.toMatchObject(problem)
  await expect(history.scan(query)).rejects.toMatchObject(problem)
  await expect(history.scan({ ...query, upTo: 0 })).rejects.toMatchObject(problem)
})
