import { describe, expect, test } from '@jest/globals'
import { disposables } from '../../test/support/disposables.ts'
import { expectNothingHeld, listen } from '../../test/support/listen.ts'
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

function headersOf({ head }: RawReader): Headers {
  const lines = head.split('\r\n').slice(1)
  return Object.fromEntries(lines.map((line) => line.toLowerCase().split(': ', 2)))
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
    const reader = await listen(opened, server, 'channel=a', { ...way, 'X-Request-Id': 'r1' })
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

  test('may ask for the time between its heartbeats', async () => {
    const server = await openStreams(opened, { heartbeatMs: 20_000 })
    await listen(opened, server, 'channel=a&heartbeat=4', way)
    await listen(opened, server, 'channel=a', way)
    expect(server.begun.map(({ heartbeatMs }) => heartbeatMs)).toEqual([4_000, 20_000])
  })

  test('has an id of its own if it came without a valid one', async () => {
    const server = await openStreams(opened)
    const reader = await listen(opened, server, 'channel=a', { ...way, 'X-Request-Id': 'a b' })
    expect(headersOf(reader)['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('from an allowed page may be read by it, stream or problem, and from another may not', async () => {
    const server = await openStreams(opened)
    const good = [
      await listen(opened, server, 'channel=a', { ...way, Origin: 'https://chat.example' }),
      await ask(server, '', { ...way, Origin: 'https://chat.example' }),
    ]
    for (const reader of good) {
      expect(reader.head).toContain('\r\nAccess-Control-Allow-Origin: https://chat.example\r\n')
      expect(headersOf(reader)).toMatchObject({
        vary: 'origin',
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': 'x-request-id',
      })
    }
    for (const origin of ['https://evil.example', 'null', 'https://chat.example.evil']) {
      const { head } = await ask(server, '', { ...way, Origin: origin })
      expect(head).toContain('\r\nVary: Origin')
      expect(head).not.toContain('Access-Control')
    }
  })

  test('gets no CORS headers if no other page may listen', async () => {
    const server = await openStreams(opened, { corsOrigins: [] })
    const { head } = await ask(server, '', { ...way, Origin: 'https://chat.example' })
    expect(head).not.toMatch(/Vary|Access-Control/)
  })

  test('resumes where its id says, by header or parameter', async () => {
    const server = await openStreams(opened)
    await listen(opened, server, 'channel=a')
    for (let count = 0; count < 3; count++) server.send()
    const ids = async (query: string, headers: Headers = {}): Promise<(string | undefined)[]> => {
      const reader = await listen(opened, server, query, { ...way, ...headers })
      await waitFor(() => ['e1-3'].includes(reader.events.at(-1)?.id ?? ''))
      return reader.events.map(({ id }) => id)
    }
    expect(await ids('channel=a&since=1')).toEqual(['e1-1', 'e1-2', 'e1-3'])
    expect(await ids('channel=a&since=0&lastEventId=e1-2')).toEqual(['e1-2', 'e1-3'])
    expect(await ids('channel=a&since=0&lastEventId=e1-1', { 'Last-Event-ID': 'e1-2' })).toEqual([
      'e1-2',
      'e1-3',
    ])
    const foreign = await listen(opened, server, 'channel=a', { ...way, 'Last-Event-ID': 'e0-2' })
    await waitFor(() => foreign.events.length === 2)
    expect(foreign.events.map(({ event, id }) => [event, id])).toEqual([
      ['ready', 'e1-3'],
      ['reset', 'e1-3'],
    ])
  })

  test('that fails unforeseen is closed, logged, and holds nothing', async () => {
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
