import { describe, expect, test } from '@jest/globals'
import { Problem } from '../contract/problem.ts'
import { parseHistoryQuery } from './historyQuery.ts'

function refusal(search: string) {
  try {
    parseHistoryQuery(search)
  } catch (error) {
    if (error instanceof Problem) return [error.type, error.errors?.map(({ pointer }) => pointer)]
    throw error
  }
  return 'accepted'
}

describe('a query of history', () => {
  test('has fifty messages, newest first, unless it says otherwise', () => {
    expect(parseHistoryQuery('channel=a.b')).toEqual({
      channel: 'a.b',
      before: undefined,
      after: undefined,
      from: undefined,
      to: undefined,
      isFolded: true,
      limit: 50,
      order: 'desc',
    })
  })

  test('may have every parameter', () => {
    const search =
      'channel=a&before=9007199254740991&after=0&limit=1000&order=asc&changes=true' +
      '&from=2026-11-21T19:33:02Z&to=2026-11-21T20%3A33%3A02.5%2B01%3A00'
    expect(parseHistoryQuery(search)).toEqual({
      channel: 'a',
      before: 9_007_199_254_740_991,
      after: 0,
      from: new Date('2026-11-21T19:33:02Z'),
      to: new Date('2026-11-21T19:33:02.500Z'),
      isFolded: false,
      limit: 1000,
      order: 'asc',
    })
  })

  test.each([
    ['', ['#/channel']],
    ['channel=a&channel=b', ['#/channel']],
    ['channel=a&Limit=5', ['#']],
    ['channel=a&__proto__=1', ['#']],
    ['channel=a&before=1&before=1', ['#/before']],
    ['channel=a&before=', ['#/before']],
    ['channel=a&before=-1&after=1e3', ['#/before', '#/after']],
    ['channel=a&before=0x10&after=01', ['#/before', '#/after']],
    ['channel=a&before=%201&after=9007199254740992', ['#/before', '#/after']],
    ['channel=a&after=1.0&before=99999999999999999999', ['#/before', '#/after']],
    ['channel=a&limit=0', ['#/limit']],
    ['channel=a&limit=1001', ['#/limit']],
    ['channel=a&limit=5%00', ['#/limit']],
    ['channel=a&order=DESC', ['#/order']],
    ['channel=a&from=yesterday&to=2026-11-21', ['#/from', '#/to']],
    ['channel=a&from=2026-11-21T19:33:02+01:00', ['#/from']],
    ['channel=a&%ff=%', ['#']],
  ])('%j is refused with the names of its mistakes', (search, pointers) => {
    expect(refusal(search)).toEqual(['invalid-parameter', pointers])
  })

  test.each(['channel=', 'channel=a/b', 'channel=%23', 'channel=a..b', 'channel=%ED%A0%80'])(
    '%j is of no channel',
    (search) => expect(refusal(search)?.[0]).toBe('invalid-channel'),
  )
})
