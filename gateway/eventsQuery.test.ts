import { describe, expect, test } from '@jest/globals'
import { Problem } from '../contract/problem.ts'
import { parseEventsQuery } from './eventsQuery.ts'

function refusal(search: string, lastEventId?: string) {
  try {
    parseEventsQuery(search, lastEventId)
  } catch (error) {
    if (error instanceof Problem) return [error.type, error.errors?.map(({ pointer }) => pointer)]
    throw error
  }
  return 'accepted'
}

const many = (count: number): string =>
  Array.from({ length: count }, (_, index) => `channel=c${index}`).join('&')

describe('a query of events', () => {
  test.each([
    ['channel=a', ['a']],
    ['channel=a&channel=rooms.berlin', ['a', 'rooms.berlin']],
    ['channel=a&channel=b&channel=a', ['a', 'b']],
    ['channel=rooms%2Eberlin&since=', ['rooms.berlin']],
    [many(100), Array.from({ length: 100 }, (_, index) => `c${index}`)],
  ])('%j is of its channels, each once, from now on', (search, channels) => {
    expect(parseEventsQuery(search, undefined)).toEqual({ channels, since: { kind: 'now' } })
  })

  test.each([
    ['e1-42', { kind: 'id', epoch: 'e1', position: 42 }],
    ['0', { kind: 'position', position: 0 }],
    ['42', { kind: 'position', position: 42 }],
    ['9007199254740991', { kind: 'position', position: 9_007_199_254_740_991 }],
    ['-1', { kind: 'last', count: 1 }],
    ['-1000', { kind: 'last', count: 1_000 }],
    ['2026-11-21T19:33:02Z', { kind: 'time', time: new Date('2026-11-21T19:33:02Z') }],
    ['2026-11-21T20:33:02.5%2B01:00', { kind: 'time', time: new Date('2026-11-21T19:33:02.500Z') }],
    // All digits: a position, although an epoch may be all digits as well.
    ['20261121', { kind: 'position', position: 20_261_121 }],
  ])('since %j is understood', (since, expected) => {
    expect(parseEventsQuery(`channel=a&since=${since}`, undefined).since).toEqual(expected)
  })

  test('that comes back goes on where it was, and not where it began', () => {
    const { since } = parseEventsQuery('channel=a&since=-10', 'e1-42')
    expect(since).toEqual({ kind: 'id', epoch: 'e1', position: 42 })
    expect(parseEventsQuery('channel=a&since=7', '').since).toEqual({
      kind: 'position',
      position: 7,
    })
  })

  test.each([
    ['', ['#/channel']],
    ['since=1', ['#/channel']],
    ['Channel=a', ['', '#/channel']],
    ['channel=a&token=x', ['']],
    ['channel=a&__proto__=1', ['']],
    ['channel=a&since=1&since=1', ['#/since']],
    ['channel=a&since=yesterday', ['#/since']],
    ['channel=a&since=-0', ['#/since']],
    ['channel=a&since=-01', ['#/since']],
    ['channel=a&since=-1001', ['#/since']],
    ['channel=a&since=-9999999', ['#/since']],
    ['channel=a&since=%201', ['#/since']],
    ['channel=a&since=01', ['#/since']],
    ['channel=a&since=1.5', ['#/since']],
    ['channel=a&since=9007199254740992', ['#/since']],
    ['channel=a&since=E1-1', ['#/since']],
    // A plus that was not encoded is a space.
    ['channel=a&since=2026-11-21T20:33:02+01:00', ['#/since']],
    ['channel=a&since=2026-11-21', ['#/since']],
    [many(101), ['#/channel']],
  ])('%j is refused by name', (search, pointers) => {
    expect(refusal(search)).toEqual(['invalid-parameter', pointers])
  })

  test.each(['channel=', 'channel=a&channel=b%2Fc', 'channel=%23', 'channel=a..b', 'channel=%ff'])(
    '%j is of no channel',
    (search) => {
      expect(refusal(search)).toEqual(['invalid-channel', undefined])
    },
  )

  test.each([
    '42',
    'e1',
    'e1-',
    'E1-1',
    'e1-9007199254740992',
    'e1-1\u0000',
    'ü',
    'x'.repeat(10_000),
  ])('cannot come back with the id %j', (id) => {
    expect(refusal('channel=a', id)).toEqual(['invalid-event-id', undefined])
  })
})
