import { describe, expect, test } from '@jest/globals'
import { Problem } from '../../contract/problem.ts'
import { requestedId, parseEventsQuery } from './query.ts'

function refusal(search: string, lastEventId?: string): Problem {
  try {
    parseEventsQuery(search, lastEventId)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('accepted')
}

function outcome(search: string): unknown {
  try {
    return parseEventsQuery(search, 'e1-7')
  } catch (error) {
    return error
  }
}

const many = (count: number): string =>
  Array.from({ length: count }, (_, index) => `channel=c${index}`).join('&')

const last = (count: number, channels: string): string => `since=-${count}&${channels}`

describe('a query of events', () => {
  test.each([
    ['channel=a', ['a']],
    ['channel=a&channel=rooms.berlin', ['a', 'rooms.berlin']],
    ['channel=a&channel=b&channel=a', ['a', 'b']],
    ['channel=rooms%2Eberlin&since=&heartbeat=&lastEventId=', ['rooms.berlin']],
    [many(100), Array.from({ length: 100 }, (_, index) => `c${index}`)],
  ])('%j names its channels, each once, from now on', (search, channels) => {
    expect(parseEventsQuery(search, undefined)).toEqual({
      channels,
      since: { kind: 'now' },
      heartbeat: undefined,
    })
  })

  // An empty `heartbeat` counts as none, and sends a query the long way.
  test.each([
    'channel=a',
    'channel=b-c_D9.e&channel=a&channel=b-c_D9.e',
    'channel=..',
    'channel=a.',
    'channel=a&channel=-&channel=_',
    `channel=${'x'.repeat(129)}`,
    many(100),
    many(101),
  ])('%j says the same as with an empty parameter beside it', (search) => {
    expect(outcome(search)).toEqual(outcome(`heartbeat=&${search}`))
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
  ])('may have since=%s', (since, expected) => {
    expect(parseEventsQuery(`channel=a&since=${since}`, undefined).since).toEqual(expected)
  })

  test.each([
    ['the header beats lastEventId and since', 'lastEventId=e1-7&since=-10', 'e1-42', 'e1-42'],
    ['lastEventId beats since', 'lastEventId=e1-7&since=-10', undefined, 'e1-7'],
    ['an empty header is as good as none', 'lastEventId=e1-7&since=-10', '', 'e1-7'],
    ['an empty lastEventId is as good as none', 'lastEventId=&since=e1-9', '', 'e1-9'],
    ['a place without an id has none', 'since=9', undefined, undefined],
  ])('resumes as it should: %s', (_what, search, header, id) => {
    expect(requestedId(parseEventsQuery(`channel=a&${search}`, header))).toBe(id)
  })

  test.each(['2', '9', '10', '59', '60'])('may have heartbeat=%s', (seconds) => {
    const { heartbeat } = parseEventsQuery(`channel=a&heartbeat=${seconds}`, undefined)
    expect(heartbeat).toBe(Number(seconds))
  })

  test.each([
    ['', ['#/channel']],
    ['since=1', ['#/channel']],
    ['Channel=a', ['#', '#/channel']],
    ['channel=a&token=x', ['#']],
    ['channel=a&__proto__=1', ['#']],
    ['channel=a&since=1&since=1', ['#/since']],
    ['channel=a&lastEventId=e1-1&lastEventId=e1-2', ['#/lastEventId']],
    ['channel=a&heartbeat=4&heartbeat=4', ['#/heartbeat']],
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
    ['channel=a&heartbeat=1', ['#/heartbeat']],
    ['channel=a&heartbeat=61', ['#/heartbeat']],
    ['channel=a&heartbeat=04', ['#/heartbeat']],
    ['channel=a&heartbeat=4.5', ['#/heartbeat']],
    ['channel=a&heartbeat=-4', ['#/heartbeat']],
    ['channel=a&heartbeat=4s', ['#/heartbeat']],
    [many(101), ['#/channel']],
    ['since=x&heartbeat=x&y=', ['#', '#/channel', '#/since', '#/heartbeat']],
  ])('%j is refused with the names of its mistakes', (search, pointers) => {
    const { type, errors } = refusal(search)
    expect([type, errors?.map(({ pointer }) => pointer)]).toEqual(['invalid-parameter', pointers])
  })

  test('may ask for a thousand of the last messages, on all its channels together', () => {
    expect(parseEventsQuery(last(10, many(100)), undefined).channels.length).toBe(100)
    expect(parseEventsQuery(last(500, 'channel=a&channel=b&channel=a'), undefined).since).toEqual({
      kind: 'last',
      count: 500,
    })
    for (const [count, channels] of [
      [11, many(100)],
      [501, many(2)],
      [1_000, many(2)],
    ] as const) {
      expect(refusal(last(count, channels)).errors).toEqual([
        { pointer: '#/since', detail: 'N times the number of channels may be at most 1000' },
      ])
    }
  })

  test.each(['channel=', 'channel=a&channel=b%2Fc', 'channel=%23', 'channel=a..b', 'channel=%ff'])(
    '%j is of no channel',
    (search) => {
      expect(refusal(search).type).toBe('invalid-channel')
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
  ])('cannot resume from the id %j', (id) => {
    expect(refusal('channel=a', id).type).toBe('invalid-event-id')
    expect(refusal(`channel=a&lastEventId=${encodeURIComponent(id)}`).type).toBe('invalid-event-id')
  })
})
