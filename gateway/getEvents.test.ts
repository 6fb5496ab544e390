import { describe, expect, test } from '@jest/globals'
import { EventSource } from 'eventsource'
import { disposables } from '../test/support/disposables.ts'
import { RawReader } from '../test/support/rawReader.ts'
import { openStreams, type StreamServer } from '../test/support/streamServer.ts'
import { entry } from '../test/support/testRedis.ts'
import { waitFor } from '../test/support/waitFor.ts'

const opened = disposables()

const ask = (server: StreamServer, query: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${server.origin}/events?${query}`, init)

async function read(
  server: StreamServer,
  query: string,
  headers: Record<string, string> = {},
): Promise<RawReader> {
  const reader = new RawReader(`${server.origin}/events?${query}`, headers)
  opened.add(() => reader.socket.destroy())
  await waitFor(() => reader.events.length > 0 || reader.ended !== undefined)
  return reader
}

describe('a request that can never succeed', () => {
  test.each([
    ['', {}, 400, 'invalid-parameter'],
    ['channel=a&token=x', {}, 400, 'invalid-parameter'],
    ['channel=a&since=yesterday', {}, 400, 'invalid-parameter'],
    ['channel=a%2Fb', {}, 400, 'invalid-channel'],
    ['channel=a', { 'Last-Event-ID': 'x' }, 400, 'invalid-event-id'],
    ['channel=a', { Accept: 'application/json' }, 406, 'not-acceptable'],
  ])('%j %j is answered %d %s, and not come back for', async (query, headers, status, type) => {
    const server = await openStreams(opened)
    const answer = await ask(server, query, { headers })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      status,
      'application/problem+json; charset=utf-8',
    ])
    expect(await answer.json()).toMatchObject({ type: `/problems/${type}`, status })
    const source = new EventSource(`${server.origin}/events?${query}`, {
      fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, ...headers } }),
    })
    const code = await new Promise((resolve) => {
      source.addEventListener('error', (event) => resolve(event.code))
    })
    expect([code, source.readyState]).toEqual([status, EventSource.CLOSED])
  })

  test('is told so to a page of another origin too', async () => {
    const server = await openStreams(opened)
    const headers = { Origin: 'https://chat.example' }
    const [bad, good] = [
      await ask(server, '', { headers }),
      await read(server, 'channel=a', headers),
    ]
    expect(bad.headers.get('access-control-allow-origin')).toBe('https://chat.example')
    expect(good.head.toLowerCase()).toContain('access-control-allow-origin: https://chat.example')
  })
})

describe('a request that may succeed later', () => {
  test.each<[string, (server: StreamServer) => void]>([
    ['before the log has been seen', (server) => (server.epoch = undefined)],
    ['while draining', (server) => (server.isDraining = true)],
  ])('%s is told when to come back, and ended', async (_when, change) => {
    const server = await openStreams(opened)
    change(server)
    const answer = await ask(server, 'channel=a')
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    expect(await answer.text()).toBe('retry:1500\n\n')
    expect(server.streams.size).toBe(0)
  })

  test.each([
    ['streams', { maxStreams: 1 }],
    ['address', { maxStreamsPerAddress: 1 }],
    ['rate', { burst: 1, ratePerSecond: 0.001 }],
  ])('for which there are too many by %s is told to come back later', async (reason, admission) => {
    const server = await openStreams(opened, { admission })
    const first = await read(server, 'channel=a')
    expect(await (await ask(server, 'channel=a')).text()).toBe('retry:7500\n\n')
    expect([await server.count('refusals', reason), server.streams.size]).toEqual([1, 1])
    first.socket.destroy()
    await waitFor(() => server.streams.size === 0)
    if (reason === 'rate') return
    expect((await read(server, 'channel=a')).events[0]?.event).toBe('ready')
  })

  test('while the log is away comes back by itself, until it succeeds', async () => {
    let away = true
    const server = await openStreams(opened, {
      log: {
        head: () =>
          away ? Promise.reject(new Error('away')) : Promise.resolve({ epoch: 'e1', position: 0 }),
        positionBefore: () => Promise.resolve(0),
        page: () => Promise.resolve({ entries: [] }),
      },
    })
    const source = new EventSource(`${server.origin}/events?channel=a&since=-1`)
    opened.add(() => source.close())
    await new Promise((resolve) => source.addEventListener('error', resolve))
    expect(source.readyState).toBe(EventSource.CONNECTING)
    away = false
    await new Promise((resolve) => source.addEventListener('ready', resolve))
    expect(server.streams.size).toBe(1)
  })

  test.each<[string, (server: StreamServer) => void]>([
    ['the log became another one', (server) => (server.epoch = 'e2')],
    ['a drain began', (server) => (server.isDraining = true)],
  ])('because %s while it was looked up is told to come back', async (_why, change) => {
    const server: StreamServer = await openStreams(opened, {
      log: {
        head: () => Promise.resolve({ epoch: 'e1', position: 0 }),
        positionBefore: async () => {
          change(server)
          return 0
        },
        page: () => Promise.resolve({ entries: [] }),
      },
    })
    const answer = await ask(server, 'channel=a&since=2026-11-21T19:33:02Z')
    expect([await answer.text(), server.streams.size]).toEqual(['retry:1500\n\n', 0])
  })
})

describe('a stream', () => {
  test('begins where it was asked to', async () => {
    const server = await openStreams(opened)
    await read(server, 'channel=a')
    const frames = [1, 2, 3].map(() => server.send())
    const ids = async (query: string, id?: string): Promise<(string | undefined)[]> => {
      const reader = await read(server, query, id === undefined ? {} : { 'Last-Event-ID': id })
      await waitFor(() => reader.events.length > 0)
      const last = server.send()
      frames.push(last)
      await waitFor(() => reader.named().at(-1)?.id === `e1-${last.position}`)
      return reader.events.map((event) => `${event.event ?? ''} ${event.id ?? ''}`.trim())
    }
    expect(await ids('channel=a')).toEqual(['ready e1-3', 'e1-4'])
    expect(await ids('channel=a&since=')).toEqual(['ready e1-4', 'e1-5'])
    expect(await ids('channel=a&since=3')).toEqual(['ready e1-3', 'e1-4', 'e1-5', 'e1-6'])
    expect(await ids('channel=a&since=e1-5')).toEqual(['ready e1-5', 'e1-6', 'e1-7'])
    expect(await ids('channel=a&since=0', 'e1-6')).toEqual(['ready e1-6', 'e1-7', 'e1-8'])
    expect(await ids('channel=a', 'e0-6')).toEqual(['ready e1-8', 'reset', 'e1-9'])
    expect(await ids('channel=a&since=99')).toEqual(['ready e1-9', 'reset', 'e1-10'])
    expect(await server.count('resets', 'other-epoch')).toBe(1)
    expect(await server.count('resets', 'ahead-of-log')).toBe(1)
  })

  test('begins with the last few of each channel', async () => {
    const server = await openStreams(opened, {
      log: {
        head: () => Promise.resolve({ epoch: 'e1', position: 0 }),
        positionBefore: () => Promise.resolve(0),
        page: ({ limit }) =>
          Promise.resolve({ entries: [entry(7, 6), entry(6, 5)].slice(0, limit) }),
      },
    })
    const reader = await read(server, 'channel=a&since=-2')
    await waitFor(() => reader.named().length === 2)
    expect(reader.events.map(({ id }) => id)).toEqual(['e1-5', 'e1-6', 'e1-7'])
  })

  test('is told of to HEAD, and not begun', async () => {
    const server = await openStreams(opened)
    const answer = await ask(server, 'channel=a', { method: 'HEAD' })
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      '',
    ])
    expect((await ask(server, '', { method: 'HEAD' })).status).toBe(400)
    expect(server.streams.size).toBe(0)
  })

  test('is not to be posted to', async () => {
    const server = await openStreams(opened)
    const answer = await ask(server, 'channel=a', { method: 'POST' })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })
})
