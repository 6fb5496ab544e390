import { expect, jest, test } from '@jest/globals'
import { Causeway } from './causeway.ts'
import { type FakeRequest, settled } from './fetchFixture.ts'
import { aMessage } from './messageFixture.ts'
import { BASE, fakeStreams } from './openStreamFixture.ts'

const { requests, newest, open, live, passes } = fakeStreams()

test('A stream asks for all its channels, below the base, from its start', () => {
  open(['lobby', 'rooms.berlin'])
  expect(requests.map(({ url }) => url.href)).toEqual([
    'https://chat.example/sub/events?channel=lobby&channel=rooms.berlin&since=4',
  ])
  expect(newest().headers.get('Accept')).toBe('text/event-stream')
})

test.each([
  ['ep-4', 'ep-4', null],
  ['-20', null, '-20'],
  ['2026-11-21T19:33:02Z', null, '2026-11-21T19:33:02Z'],
  ['', null, null],
])('A stream that begins at "%s" says so by header or parameter', (since, header, parameter) => {
  open(['lobby'], since)
  const { headers, url } = newest()
  expect([headers.get('Last-Event-ID'), url.searchParams.get('since')]).toEqual([header, parameter])
})

test('A stream sends the headers of its caller, read for each request', async () => {
  let token = 'one'
  const headers = () => ({ Authorization: `Bearer ${token}` })
  open(['lobby'], '4', new Causeway({ base: BASE, headers }))
  token = 'two'
  newest().fail()
  await settled()
  await passes(1_000)
  expect(requests.map((request) => request.headers.get('Authorization'))).toEqual([
    'Bearer one',
    'Bearer two',
  ])
})

test('A stream tells each kind of event to its handler', async () => {
  const { events } = await live()
  newest().send('message', aMessage({ position: 5 }), 'ep-5')
  newest().send('gap', { channel: 'lobby', after: 5, before: 8, reason: 'retention' })
  newest().send('message', aMessage({ position: 9, previous: 7 }), 'ep-9')
  newest().send('reset', { reason: 'other-epoch' })
  await settled()
  expect(events).toEqual([
    'connecting',
    'live',
    'm5',
    'gap 5..8',
    'm9',
    'reset other-epoch',
    'closed',
  ])
  expect(newest().isClosed).toBe(true)
})

test.each([
  ['message', '{"pos'],
  ['message', { position: 5 }],
  ['ready', { position: 'four' }],
  ['heartbeat', {}],
  ['gap', { channel: 'lobby' }],
  ['reset', 'null'],
  ['goodbye', '7'],
  ['presence', {}],
])('A stream ignores the event %s with the data %j', async (name, data) => {
  const { events } = await live()
  newest().send(name, data, 'ep-99')
  newest().send('message', aMessage({ position: 5 }), 'ep-5')
  await settled()
  expect(events).toEqual(['connecting', 'live', 'm5'])
})

test.each([
  ['breaks', (request: FakeRequest) => request.fail(), 'broken'],
  ['ends', (request: FakeRequest) => request.end(), 'broken'],
  [
    'sends no end of a line',
    (request: FakeRequest) => request.write('x'.repeat(2 ** 22)),
    'broken',
  ],
])('A stream that %s is resumed after its last id', async (_what, breaks, reason) => {
  const { events } = await live()
  newest().send('heartbeat', { position: 31 }, 'ep-31')
  breaks(newest())
  await settled()
  await passes(1_000)
  expect(requests.map(({ since }) => since)).toEqual(['4', 'ep-31'])
  expect(events).toEqual(['connecting', 'live', `reconnecting ${reason}`, `reconnecting ${reason}`])
})

test('A stream that says goodbye is resumed after the wait that the server asked for', async () => {
  await live()
  newest().write('retry: 3000\n')
  newest().send('goodbye', { reason: 'shutdown' }, 'ep-7')
  newest().end()
  await settled()
  await passes(2_999)
  expect(requests).toHaveLength(1)
  await passes(1_000)
  expect(requests.map(({ since }) => since)).toEqual(['4', 'ep-7'])
})

test.each([
  ['no answer', (request: FakeRequest) => request.fail(), 'unreachable'],
  ['a page', (request: FakeRequest) => request.open('text/html'), 'no-stream'],
  ['an error of a proxy', (request: FakeRequest) => request.refuse(502, 'odd'), 'unavailable'],
])('A stream that gets %s tries again, and tells why', async (_what, answer, reason) => {
  const { events } = open()
  answer(newest())
  await settled()
  expect(events).toEqual(['connecting', `reconnecting ${reason}`])
  await passes(1_000)
  expect(requests).toHaveLength(2)
})

test('A stream that the server refuses for good is told so, and stops its timer', async () => {
  const { events } = open()
  newest().refuse(403, 'forbidden')
  await settled()
  expect(events).toEqual(['connecting', 'refused'])
  expect(jest.getTimerCount()).toBe(0)
})
