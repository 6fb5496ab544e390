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
      channels: ['a.b'],
      sender: undefined,
      type: undefined,
      about: undefined,
      before: undefined,
      after: undefined,
      from: undefined,
      to: undefined,
      isFolded: true,
      limit: 50,
      order: 'desc',
      wait: 0,
    })
  })

  test('may have every parameter', () => {
    const search =
      'channel=a&channel=b&channel=a&sender=user%3Aalice&type=tide&about=7' +
      '&before=9007199254740991&after=0&limit=1000&order=asc&changes=true' +
      '&from=2026-11-21T19:33:02Z&to=2026-11-21T20%3A33%3A02.5%2B01%3A00'
    expect(parseHistoryQuery(search)).toEqual({
      channels: ['a', 'b'],
      sender: 'user:alice',
      type: 'tide',
      about: 7,
      before: 9_007_199_254_740_991,
      after: 0,
      from: new Date('2026-11-21T19:33:02Z'),
      to: new Date('2026-11-21T19:33:02.500Z'),
      isFolded: false,
      limit: 1000,
      order: 'asc',
      wait: 0,
    })
  })

  test('that waits is oldest first, because its reader reads on', () => {
    expect(parseHistoryQuery('channel=a&after=5&wait=60')).toMatchObject({ wait: 60, order: 'asc' })
    expect(parseHistoryQuery('channel=a&after=5&wait=5&order=desc')).toMatchObject({
      order: 'desc',
    })
    expect(parseHistoryQuery('channel=a&wait=0')).toMatchObject({ wait: 0, order: 'desc' })
  })

  test.each([
    ['', ['#/channel']],
    [Array.from({ length: 101 }, (_, at) => `channel=c${at}`).join('&'), ['#/channel']],
    ['channel=a&sender=&type=&about=', ['#/sender', '#/type', '#/about']],
    ['channel=a&sender=a%00&type=a%20b&about=-1', ['#/sender', '#/type', '#/about']],
    ['channel=a&sender=robot:a&sender=b', ['#/sender', '#/sender']],
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
    ['channel=a&after=1&wait=61', ['#/wait']],
    ['channel=a&after=1&wait=0.5', ['#/wait']],
    ['channel=a&wait=5', ['#/wait']],
    ['channel=a&after=1&before=9&wait=5', ['#/wait']],
    ['channel=a&after=1&to=2026-11-21T19:33:02Z&wait=5', ['#/wait']],
    ['channel=a&from=yesterday&to=2026-11-21', ['#/from', '#/to']],
    ['channel=a&from=2026-11-21T19:33:02+01:00', ['#/from']],
    ['channel=a&%ff=%', ['#']],
  ])('%j is refused with the names of its mistakes', (search, pointers) => {
    expect(refusal(search)).toEqual(['invalid-parameter', pointers])
  })

  test.each([
    'channel=',
    'channel=a&channel=b/c',
    'channel=a/b',
    'channel=%23',
    'channel=a..b',
    'channel=%ED%A0%80',
  ])('%j is of no channel', (search) => expect(refusal(search)?.[0]).toBe('invalid-channel'))
})
