import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Entry } from '../contract/message.ts'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openHistory } from '../test/support/testHistory.ts'
import type { History } from './history.ts'

const opened = disposables()
let history: History
let epoch: string

/** a1 b2 c3 a4 b5 c6 a7 b8 c9 */
beforeAll(async () => {
  const url = await testDatabase()
  history = openHistory(url, opened)
  for (let position = 1; position <= 9; position++) {
    epoch = (await history.append(draft({ channel: 'cab'[position % 3] ?? '' }))).epoch
  }
})

const names = (entries: Entry[]): string =>
  entries.map(({ channel, position }) => channel + position).join(' ')

describe('a range', () => {
  test.each([
    [['a', 'b', 'c'], 0, 9, 100, 'a1 b2 c3 a4 b5 c6 a7 b8 c9'],
    [['b', 'a'], 0, 9, 100, 'a1 b2 a4 b5 a7 b8'],
    [['a', 'b', 'c'], 2, 7, 100, 'c3 a4 b5 c6 a7'],
    [['a', 'b', 'c'], 0, 9, 4, 'a1 b2 c3 a4'],
    [['c', 'a'], 1, 9, 2, 'c3 a4'],
    [['a'], 4, 4, 100, ''],
    [['a'], 7, 3, 100, ''],
    [['nobody'], 0, 9, 100, ''],
    [[], 0, 9, 100, ''],
    [['a'], 0, Number.MAX_SAFE_INTEGER, 100, 'a1 a4 a7'],
  ])('of %j with %d < position <= %d, at most %d of them, is %j', async (...query) => {
    const [channels, after, upTo, limit, expected] = query
    expect(names(await history.range({ epoch, channels, after, upTo, limit }))).toBe(expected)
  })

  test('holds the very encodings that were acknowledged', async () => {
    const { entry } = await history.append(draft({ channel: 'exact', data: '{"x": 1.0}' }))
    const found = await history.range({ epoch, channels: ['exact'], after: 9, upTo: 10, limit: 1 })
    expect(found).toEqual([entry])
    expect(await history.stretch({ epoch, after: 9, upTo: 10 })).toEqual([entry])
  })
})

describe('a stretch', () => {
  test.each([
    [undefined, 0, 9, 'a1 b2 c3 a4 b5 c6 a7 b8 c9'],
    [undefined, 3, 5, 'a4 b5'],
    [undefined, 5, 5, ''],
    [['c', 'a'], 2, 7, 'c3 a4 c6 a7'],
    [['nobody'], 0, 9, ''],
    [[], 0, 9, ''],
  ])('of %j with %d < position <= %d is %j', async (channels, after, upTo, expected) => {
    const query = channels === undefined ? { epoch, after, upTo } : { epoch, after, upTo, channels }
    expect(names(await history.stretch(query))).toBe(expected)
  })
})

test('positions of another life of the log are not looked up', async () => {
  const query = { epoch: 'another', channels: ['a'], after: 0, upTo: 9, limit: 9 }
  const problem = { type: 'unavailable', detail: 'The log has another epoch now.' }
  await expect(history.range(query)).rejects.toMatchObject(problem)
  await expect(history.stretch(query)).rejects.toMatchObject(problem)
  await expect(history.stretch({ ...query, upTo: 0 })).rejects.toMatchObject(problem)
})
