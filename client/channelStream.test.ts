import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { ChannelStream } from './channelStream.ts'
import { fakeEventSource } from './eventSourceFixture.ts'
import { aMessage } from './sdk/messageFixture.ts'
import { SILENCE_MS } from './streamState.ts'

let fetched: { url: URL; signal: AbortSignal | null | undefined }[]
let answer: () => Promise<Response>

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] })
  jest.spyOn(Math, 'random').mockReturnValue(1)
  fetched = []
  answer = () => new Promise(() => {})
  jest.spyOn(globalThis, 'fetch').mockImplementation((url, request) => {
    fetched.push({ url: new URL(new Request(url).url), signal: request?.signal })
    return answer()
  })
})

afterEach(() => {
  jest.restoreAllMocks()
  jest.useRealTimers()
})

/** A stream on sources that the test drives; `events` has what its handlers were told. */
function open(channels = ['lobby'], since = '4') {
  const { opened, source, EventSource } = fakeEventSource()
  const events: string[] = []
  const options = { base: 'https://chat.example/sub/', channels, since, EventSource }
  const stream = new ChannelStream(options, {
    message: ({ position }) => events.push(`m${position}`),
    gap: ({ after, before }) => events.push(`gap ${after}..${before}`),
    reset: ({ reason }) => events.push(`reset ${reason}`),
    connection: (connection) => events.push(connection.is),
  })
  return { stream, opened, events, source }
}

test('A stream asks for all its channels, below the base, from its start', () => {
  const { opened } = open(['lobby', 'rooms.berlin'])
  expect(opened.map(({ url }) => url.href)).toEqual([
    'https://chat.example/sub/events?channel=lobby&channel=rooms.berlin&since=4',
  ])
})

test('A stream tells each kind of event to its handler', () => {
  const { events, source } = open()
  source().ready(4)
  source().send('message', aMessage({ position: 5 }), 'ep-5')
  source().send('gap', { channel: 'lobby', after: 5, before: 8, reason: 'retention' })
  source().send('message', aMessage({ position: 9, previous: 7 }), 'ep-9')
  source().send('reset', { reason: 'other-epoch' })
  expect(events).toEqual([
    'connecting',
    'live',
    'm5',
    'gap 5..8',
    'm9',
    'reset other-epoch',
    'closed',
  ])
  expect(source().isClosed).toBe(true)
})

test.each([
  ['message', '{"pos'],
  ['message', { position: 5 }],
  ['ready', { position: 'four' }],
  ['heartbeat', {}],
  ['gap', { channel: 'lobby' }],
  ['reset', 'null'],
])('A stream ignores the event %s with the data %j', (name, data) => {
  const { events, source } = open()
  source().ready(4)
  source().send(name, data, 'ep-99')
  expect(events).toEqual(['connecting', 'live'])
  source().send('message', aMessage({ position: 5 }), 'ep-5')
  expect(events.at(-1)).toBe('m5')
})

test('A heartbeat moves the place at which a stream resumes', () => {
  const { source, opened } = open()
  source().ready(4)
  source().send('heartbeat', { position: 31 }, 'ep-31')
  source().end()
  jest.advanceTimersByTime(1_000)
  expect(opened.map(({ since }) => since)).toEqual(['4', 'ep-31'])
})

test('A goodbye and a dropped connection are told once, and leave the source to the browser', () => {
  const { events, source, opened } = open()
  source().ready(4)
  source().send('goodbye', { reason: 'shutdown' })
  source().drop()
  source().ready(4)
  expect(events).toEqual(['connecting', 'live', 'reconnecting', 'live'])
  expect(opened).toHaveLength(1)
})

test('A source that was replaced is closed, and nothing of it is taken any more', () => {
  const { events, opened } = open()
  opened[0]?.ready(4)
  jest.advanceTimersByTime(SILENCE_MS + 1_000)
  expect(opened.map(({ isClosed }) => isClosed)).toEqual([true, false])
  opened[1]?.ready(4)
  opened[0]?.send('message', aMessage({ position: 5 }), 'ep-5')
  opened[0]?.end()
  expect(events).toEqual(['connecting', 'live', 'reconnecting', 'live'])
})

test('A stream that fails for a long time has one source at a time, and asks why each time', async () => {
  const { opened, source } = open()
  answer = () => Promise.reject(new TypeError('no network'))
  for (let failures = 0; failures < 5; failures += 1) {
    source().end()
    await jest.advanceTimersByTimeAsync(31_000)
  }
  expect(opened.map(({ isClosed }) => isClosed)).toEqual([true, true, true, true, true, false])
  expect(fetched).toHaveLength(5)
})

test('A stream that the server refuses for good is told so, and stops its timer', async () => {
  const { events, opened, source } = open()
  const details = JSON.stringify({ type: '/problems/forbidden' })
  answer = async () => new Response(details, { status: 403 })
  source().end()
  await jest.advanceTimersByTimeAsync(0)
  expect(fetched.map(({ url }) => url.searchParams.get('since'))).toEqual(['4'])
  expect(events).toEqual(['connecting', 'reconnecting', 'refused'])
  expect(jest.getTimerCount()).toBe(0)
  await jest.advanceTimersByTimeAsync(60_000)
  expect(opened).toHaveLength(1)
})

test('A stream that is granted when the client asks why does not stay open beside the real one', async () => {
  const { source } = open()
  answer = async () => new Response('', { status: 200 })
  source().end()
  await jest.advanceTimersByTimeAsync(0)
  expect(fetched[0]?.signal?.aborted).toBe(true)
})

test('A server that does not say why it refused is asked for ten seconds', async () => {
  const { source } = open()
  source().end()
  await jest.advanceTimersByTimeAsync(9_999)
  expect(fetched[0]?.signal?.aborted).toBe(false)
  await jest.advanceTimersByTimeAsync(1)
  expect(fetched[0]?.signal?.aborted).toBe(true)
})

test('A stream replaces its source when the network is back, and tells that it was gone', () => {
  const { stream, events, opened, source } = open()
  source().ready(4)
  stream.network('offline')
  stream.network('online')
  source().ready(4)
  expect(events).toEqual(['connecting', 'live', 'offline', 'reconnecting', 'live'])
  expect(opened.map(({ isClosed }) => isClosed)).toEqual([true, false])
})

test('A check finds a silence that the late timers of a sleeping page have not', () => {
  const { stream, opened, source } = open()
  source().ready(4)
  jest.setSystemTime(Date.now() + SILENCE_MS)
  expect(opened).toHaveLength(1)
  stream.check()
  expect(opened).toHaveLength(2)
})

test('A closed stream closes its source, tells so once, and leaves no timer', () => {
  const { stream, events, source } = open()
  source().ready(4)
  stream.close()
  stream.close()
  source().send('message', aMessage({ position: 5 }), 'ep-5')
  expect(events).toEqual(['connecting', 'live', 'closed'])
  expect(source().isClosed).toBe(true)
  expect(jest.getTimerCount()).toBe(0)
})

test('A stream that is closed while it waits for its next attempt does not make it', () => {
  const { stream, opened, source } = open()
  source().end()
  stream.close()
  jest.advanceTimersByTime(60_000)
  expect(opened).toHaveLength(1)
})
