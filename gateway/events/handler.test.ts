import { describe, expect, test } from '@jest/globals'
import express from 'express'
import { EventSource } from 'eventsource'
import { Problem } from '../../contract/problem.ts'
import { disposables } from '../../test/support/disposables.ts'
import { RawReader } from '../../test/support/rawReader.ts'
import { openStreams, type StreamServer } from '../../test/support/streamServer.ts'
import { waitFor } from '../../test/support/waitFor.ts'

const opened = disposables()

type Headers = Record<string, string>

/** Node answers whatever announces a trailer; what does not is answered at the front door. */
const WAYS: [string, Headers, number][] = [
  ['at the front door', {}, 0],
  ['behind Node', { Trailer: 'x' }, 1],
]

/** A request for `/events`, answered to its end. */
async function ask(server: StreamServer, query: string, headers: Headers = {}): Promise<RawReader> {
  const reader = new RawReader(`${server.origin}/events?${query}`, headers)
  opened.add(() => reader.socket.destroy())
  await waitFor(() => reader.ended !== undefined)
  expect(reader.ended).toBe('cleanly')
  return reader
}

/** A stream that has been told something. */
async function listen(
  server: StreamServer,
  query: string,
  headers: Headers = {},
): Promise<RawReader> {
  const reader = new RawReader(`${server.origin}/events?${query}`, headers)
  opened.add(() => reader.socket.destroy())
  await waitFor(() => reader.events.length > 0)
  return reader
}

function headersOf({ head }: RawReader): Headers {
  const lines = head.split('\r\n').slice(1)
  return Object.fromEntries(lines.map((line) => line.toLowerCase().split(': ', 2)))
}

/** Nothing is held for anybody: a place in everything that has places. */
async function expectNothingHeld(server: StreamServer): Promise<void> {
  await waitFor(() => server.connections.size === 0 && server.hub.joiningCount === 0)
  // The server was opened for one stream at most.
  await waitFor(() => server.admission.admit('127.0.0.1', 0, performance.now()) === undefined)
  server.admission.release('127.0.0.1')
  for (const name of server.hub.channels.names()) {
    expect(server.hub.channels.get(name)?.subscriptions.size).toBe(0)
  }
}

const ONE = { admission: { maxStreams: 1 } }

describe.each(WAYS)('a request %s', (_where, way, passedOn) => {
  test.each([
    ['since=1', {}, 400, 'invalid-parameter'],
    ['channel=a&token=x', {}, 400, 'invalid-parameter'],
    ['channel=a%2Fb', {}, 400, 'invalid-channel'],
    ['channel=a', { 'Last-Event-ID': 'x' }, 400, 'invalid-event-id'],
    ['channel=a', { Accept: 'application/json' }, 406, 'not-acceptable'],
  ])('%j %j is answered %d %s', async (query, headers: Headers, status, type) => {
    const server = await openStreams(opened, ONE)
    const answer = new RawReader(`${server.origin}/events?${query}`, {
      ...way,
      ...headers,
      'X-Request-Id': 'r1',
    })
    let body = ''
    answer.socket.on('data', (chunk: string) => (body += chunk))
    await waitFor(() => answer.ended === 'cleanly')
    body = body.slice(body.indexOf('\r\n\r\n') + 4)
    expect(answer.head).toMatch(new RegExp(`^HTTP/1.1 ${status} [A-Z][a-z]+`))
    expect(headersOf(answer)).toMatchObject({
      'content-type': 'application/problem+json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': 'r1',
      connection: 'close',
    })
    expect(JSON.parse(body)).toMatchObject({
      type: `/problems/${type}`,
      status,
      instance: '/requests/r1',
    })
    expect([await server.count('rejections', type), server.passedOn]).toEqual([1, passedOn])
    expect(server.log).toMatchObject([
      { requestId: 'r1', problem: type, req: { method: 'GET', path: '/events' }, res: { status } },
    ])
    await expectNothingHeld(server)
  })

  test('becomes a stream, with the headers that a stream needs', async () => {
    const server = await openStreams(opened)
    const reader = await listen(server, 'channel=a', { ...way, 'X-Request-Id': 'r1' })
    expect(reader.head).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    const { date, ...headers } = headersOf(reader)
    expect(Date.parse(date ?? '')).toBeGreaterThan(Date.now() - 60_000)
    expect(headers).toEqual({
      'content-type': 'text/event-stream',
      'x-accel-buffering': 'no',
      connection: 'close',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'x-request-id': 'r1',
      vary: 'origin',
    })
    expect(reader.retries).toEqual([1_500])
    expect(reader.events).toEqual([
      {
        event: 'ready',
        id: 'e1-0',
        data: '{"position":0,"complete":true,"channels":{"a":{"head":0}}}',
      },
    ])
    expect([server.passedOn, await server.count('starts', 'now'), server.log]).toEqual([
      passedOn,
      1,
      [],
    ])
  })

  test('has an id of its own if it came without a sane one', async () => {
    const server = await openStreams(opened)
    const reader = await listen(server, 'channel=a', { ...way, 'X-Request-Id': 'a b' })
    expect(headersOf(reader)['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('of an allowed page may be read by it, stream or problem, and of another may not', async () => {
    const server = await openStreams(opened)
    const from = (origin: string): Headers => ({ ...way, Origin: origin })
    const good = [
      await listen(server, 'channel=a', from('https://chat.example')),
      await ask(server, '', from('https://chat.example')),
    ]
    for (const reader of good) {
      expect(reader.head).toContain('\r\nAccess-Control-Allow-Origin: https://chat.example\r\n')
      expect(headersOf(reader)).toMatchObject({
        vary: 'origin',
        'access-control-expose-headers': 'x-request-id',
      })
      expect(reader.head).not.toContain('Credentials')
    }
    for (const origin of ['https://evil.example', 'null', 'https://chat.example.evil']) {
      const { head } = await ask(server, '', from(origin))
      expect(head).toContain('\r\nVary: Origin')
      expect(head).not.toContain('Access-Control')
    }
  })

  test('is told nothing of origins if no other page may listen', async () => {
    const server = await openStreams(opened, { corsOrigins: [] })
    const { head } = await ask(server, '', { ...way, Origin: 'https://chat.example' })
    expect(head).not.toMatch(/Vary|Access-Control/)
  })

  test('resumes where its id says, by header or parameter', async () => {
    const server = await openStreams(opened)
    await listen(server, 'channel=a')
    for (let count = 0; count < 3; count++) server.send()
    const ids = async (query: string, headers: Headers = {}): Promise<(string | undefined)[]> => {
      const reader = await listen(server, query, { ...way, ...headers })
      await waitFor(() => ['e1-3'].includes(reader.events.at(-1)?.id ?? ''))
      return reader.events.map(({ id }) => id)
    }
    expect(await ids('channel=a&since=1')).toEqual(['e1-1', 'e1-2', 'e1-3'])
    expect(await ids('channel=a&since=0&lastEventId=e1-2')).toEqual(['e1-2', 'e1-3'])
    expect(await ids('channel=a&since=0&lastEventId=e1-1', { 'Last-Event-ID': 'e1-2' })).toEqual([
      'e1-2',
      'e1-3',
    ])
    const foreign = await listen(server, 'channel=a', { ...way, 'Last-Event-ID': 'e0-2' })
    await waitFor(() => foreign.events.length === 2)
    expect(foreign.events.map(({ event, id }) => [event, id])).toEqual([
      ['ready', 'e1-3'],
      ['reset', 'e1-3'],
    ])
  })

  test('whose failure nobody foresaw is cut, told to the log, and holds nothing', async () => {
    const server = await openStreams(opened, ONE)
    server.hub.join = () => {
      throw new Error('bug')
    }
    const reader = new RawReader(`${server.origin}/events?channel=a`, way)
    await waitFor(() => reader.ended !== undefined)
    expect([reader.head, server.log.map(({ msg }) => msg)]).toEqual([
      '',
      ['a stream could not be begun'],
    ])
    await expectNothingHeld(server)
  })
})

const comeBack = (ms: number, id?: string): string =>
  `retry:${ms}\nevent:goodbye\ndata:{"reason":"unavailable"}\n${id === undefined ? '' : `id:${id}\n`}\n`

async function bodyOf(server: StreamServer, query: string, headers: Headers = {}): Promise<string> {
  const answer = await fetch(`${server.origin}/events?${query}`, { headers })
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
  return answer.text()
}

describe('a request that may succeed later', () => {
  test.each<[string, (server: StreamServer) => void]>([
    ['before the log has been seen', () => {}],
    [
      'while draining',
      (server) => {
        server.hub.begin('e1', 0)
        server.isDraining = true
      },
    ],
  ])('%s is told to come back, with the id that it came with', async (_when, change) => {
    const server = await openStreams(opened, { ...ONE, isUnseen: true })
    change(server)
    expect(await bodyOf(server, 'channel=a')).toBe(comeBack(1_500))
    expect(await bodyOf(server, 'channel=a&since=7')).toBe(comeBack(1_500))
    expect(await bodyOf(server, 'channel=a', { 'Last-Event-ID': 'e1-9' })).toBe(
      comeBack(1_500, 'e1-9'),
    )
    expect(await bodyOf(server, 'channel=a&lastEventId=e0-8')).toBe(comeBack(1_500, 'e0-8'))
    await expectNothingHeld(server)
  })

  test.each([
    ['streams', { maxStreams: 1 }],
    ['address', { maxStreamsPerAddress: 1 }],
    ['channels', { maxChannels: 1 }],
    ['rate', { burst: 1, ratePerSecond: 0.001 }],
  ])('of which there are too many by %s is told to come back later', async (reason, admission) => {
    const server = await openStreams(opened, { admission })
    const first = await listen(server, 'channel=a')
    expect(await bodyOf(server, 'channel=b', { 'Last-Event-ID': 'e1-9' })).toBe(
      comeBack(7_500, 'e1-9'),
    )
    expect([await server.count('refusals', reason), server.connections.size]).toEqual([1, 1])
    first.socket.destroy()
    await waitFor(() => server.connections.size === 0)
    if (reason !== 'rate') await listen(server, 'channel=a')
  })

  test('is refused by channels only for names that are new here', async () => {
    const server = await openStreams(opened, { admission: { maxChannels: 2 } })
    await listen(server, 'channel=a&channel=b')
    await listen(server, 'channel=b')
    expect(await bodyOf(server, 'channel=b&channel=c')).toBe(comeBack(7_500))
  })

  test('is refused if the channels were taken while its start was looked up', async () => {
    const server: StreamServer = await openStreams(opened, {
      admission: { maxChannels: 1 },
      findStart: async ({ channels }) => {
        if (channels[0] === 'b') await listen(server, 'channel=a')
        return {}
      },
    })
    expect(await bodyOf(server, 'channel=b')).toBe(comeBack(7_500))
    expect([await server.count('refusals', 'channels'), server.connections.size]).toEqual([1, 1])
  })

  test.each([
    ['the log is away', new Problem('unavailable'), 0],
    ['of a failure that nobody foresaw', new Error('bug'), 1],
  ])('because %s comes back by itself, until it succeeds', async (_why, failure, lines) => {
    let away = true
    const server = await openStreams(opened, {
      ...ONE,
      findStart: async () => {
        if (away) throw failure
        return {}
      },
    })
    expect(await bodyOf(server, 'channel=a', { 'Last-Event-ID': 'e1-9' })).toBe(
      comeBack(1_500, 'e1-9'),
    )
    expect(server.log.length).toBe(lines)
    await expectNothingHeld(server)
    const source = new EventSource(`${server.origin}/events?channel=a`)
    opened.add(() => source.close())
    await new Promise((resolve) => source.addEventListener('error', resolve))
    expect(source.readyState).toBe(EventSource.CONNECTING)
    away = false
    await new Promise((resolve) => source.addEventListener('ready', resolve))
    expect(server.connections.size).toBe(1)
  })

  test.each<[string, (server: StreamServer) => void]>([
    ['the log became another one', (server) => server.hub.begin('e2', 0)],
    ['a drain began', (server) => (server.isDraining = true)],
  ])('because %s while it was looked up is told to come back', async (_why, change) => {
    const server: StreamServer = await openStreams(opened, {
      ...ONE,
      findStart: async () => {
        change(server)
        return {}
      },
    })
    expect(await bodyOf(server, 'channel=a&since=5')).toBe(comeBack(1_500))
    expect(await server.count('starts', 'position')).toBe(0)
    await expectNothingHeld(server)
  })
})

test.each<[string, (reader: RawReader) => void]>([
  ['breaks off', ({ socket }) => socket.resetAndDestroy()],
  ['closes its side', ({ socket }) => socket.end()],
])('a reader that %s while its start is looked up is not wanted any more', async (_how, leave) => {
  let isWanted: (() => boolean) | undefined
  let found: (() => void) | undefined
  const server = await openStreams(opened, {
    ...ONE,
    findStart: (_query, wanted) => {
      isWanted = wanted
      return new Promise((resolve) => (found = () => resolve({})))
    },
  })
  const reader = new RawReader(`${server.origin}/events?channel=a`)
  opened.add(() => reader.socket.destroy())
  await waitFor(() => isWanted !== undefined)
  expect(isWanted?.()).toBe(true)
  leave(reader)
  await waitFor(() => isWanted?.() === false)
  await expectNothingHeld(server)
  found?.()
  await expectNothingHeld(server)
  expect([await server.count('starts', 'now'), server.begun.length]).toEqual([0, 0])
})

describe('HEAD of /events', () => {
  test('is told of a stream, or of a problem, without a body, and begins nothing', async () => {
    const server = await openStreams(opened)
    const head = (query: string): Promise<Response> =>
      fetch(`${server.origin}/events?${query}`, { method: 'HEAD' })
    const [good, bad] = [await head('channel=a'), await head('')]
    expect([good.status, good.headers.get('content-type'), await good.text()]).toEqual([
      200,
      'text/event-stream',
      '',
    ])
    expect([bad.status, bad.headers.get('content-type'), await bad.text()]).toEqual([
      400,
      'application/problem+json; charset=utf-8',
      '',
    ])
    expect([server.begun.length, await server.count('starts', 'now')]).toEqual([0, 0])
  })
})

describe('what is not for the handler', () => {
  test.each([
    ['POST', '/events?channel=a', 405],
    ['DELETE', '/events', 405],
    ['GET', '/eventsource?channel=a', 404],
    ['GET', '/events/?channel=a', 404],
    ['GET', '/Events?channel=a', 404],
    ['GET', '/x/events?channel=a', 404],
    ['HEAD', '/', 404],
  ])('%s %s goes to the app', async (method, path, status) => {
    const server = await openStreams(opened)
    const answer = await fetch(`${server.origin}${path}`, { method })
    expect([answer.status, answer.headers.get('allow')]).toEqual([
      status,
      status === 405 ? 'GET, HEAD' : null,
    ])
    expect(server.begun.length).toBe(0)
  })

  test('a preflight is answered by the app', async () => {
    const server = await openStreams(opened)
    const answer = await fetch(`${server.origin}/events?channel=a`, {
      method: 'OPTIONS',
      headers: { Origin: 'https://chat.example', 'Access-Control-Request-Method': 'GET' },
    })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([
      204,
      'https://chat.example',
    ])
  })
})

describe('an Accept header', () => {
  const accepts = (accept: string): boolean => {
    const request = Object.assign(Object.create(express.request), { headers: { accept } })
    return (request as express.Request).accepts('text/event-stream') !== false
  }
  const forms = [
    '',
    'text/event-stream',
    '*/*',
    'text/*',
    'application/json',
    'text/html',
    'text/event',
    'text/event-stream-x',
    'TEXT/Event-Stream',
    'text/event-stream, text/html;q=0.1',
    'application/json, text/event-stream',
    'application/json,*/*;q=0.8',
    'text/event-stream;q=0',
    'text/event-stream; q=0.0',
    'text/event-stream;q=0.001',
    'text/event-stream;q=0, */*',
    '*/*, text/event-stream;q=0',
    'text/*;q=0, */*',
    'text/*;q=0, text/event-stream',
    '*/*;q=0',
    '*/*;q=0, */*',
    'text/event-stream;charset=utf-8',
    'text/event-stream;charset=utf-8, */*;q=0.1',
    '*',
    'nonsense',
    ',',
    'text/event-stream;',
    '*/event-stream',
    'text/event-stream;q=x',
  ]

  test.each(forms)('%j is understood as Express does', async (accept) => {
    const server = await openStreams(opened)
    const reader = new RawReader(`${server.origin}/events?channel=a`, { Accept: accept })
    opened.add(() => reader.socket.destroy())
    await waitFor(() => reader.events.length > 0 || reader.ended !== undefined)
    expect(reader.head.split(' ')[1]).toBe(accepts(accept) ? '200' : '406')
  })

  test('is not needed', async () => {
    expect(forms.filter((form) => accepts(form)).length).toBeGreaterThan(10)
    const server = await openStreams(opened)
    const reader = new RawReader(`${server.origin}/events?channel=a`, { Accept: undefined })
    opened.add(() => reader.socket.destroy())
    await waitFor(() => reader.events.length > 0)
  })
})

describe('the address that streams are counted by', () => {
  test.each([
    ['the connection’s without a proxy', 0, ['10.0.0.1', '10.0.0.2'], 1],
    ['the one that the proxy names', 1, ['10.0.0.1', '10.0.0.2', '10.0.0.1'], 2],
    ['the connection’s for names that are none', 1, ['<script>', '::::', 'a'.repeat(3_000)], 1],
    ['one for a whole IPv6 network', 1, ['2001:db8::1', '2001:db8::2', '2001:db8:0:1::1'], 2],
  ])('is %s', async (_which, proxyHops, forwarded, admitted) => {
    const server = await openStreams(opened, { proxyHops, admission: { maxStreamsPerAddress: 1 } })
    for (const name of forwarded) {
      await listen(server, 'channel=a', { 'X-Forwarded-For': name })
    }
    expect(server.connections.size).toBe(admitted)
  })
})
