import { describe, expect, test } from '@jest/globals'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { disposables } from '../test/support/disposables.ts'
import { RawReader } from '../test/support/rawReader.ts'
import { openStreams, type StreamServer } from '../test/support/streamServer.ts'
import { waitFor } from '../test/support/waitFor.ts'

const opened = disposables()

type Headers = Record<string, string>

async function head(server: StreamServer, query: string, headers: Headers = {}): Promise<string> {
  const reader = new RawReader(`${server.origin}/events?${query}`, headers)
  opened.add(() => reader.socket.destroy())
  await waitFor(() => reader.events.length > 0)
  return reader.head
}

/** But for those that differ by the moment, or are for pages of other origins. */
function linesOf(answer: string): string[] {
  const lines = answer.split('\r\n')
  return lines.filter((line) => !/^(date|vary|access-control-.*):/.test(line)).sort()
}

/** As it stands: fetch and RawReader would add an Accept of their own. */
function send(server: StreamServer, method: string, path: string, headers: Headers) {
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const sent = request(`${server.origin}${path}`, { method, headers }, (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode, body }), reject)
    })
    sent.on('error', reject).end()
  })
}

describe('an ordinary request', () => {
  test.each<[string, Headers]>([
    ['of EventSource', { Accept: 'text/event-stream' }],
    ['of curl', { Accept: '*/*' }],
    ['that comes back', { Accept: 'text/event-stream', 'Last-Event-ID': 'e1-0' }],
  ])('%s becomes the same stream without Express', async (_whose, headers) => {
    const server = await openStreams(opened)
    const short = await head(server, 'channel=a', { ...headers, 'X-Request-Id': 'r1' })
    expect([server.throughApp, server.streams.size]).toEqual([0, 1])
    const long = await head(server, 'channel=a', {
      ...headers,
      'X-Request-Id': 'r1',
      Accept: 'text/event-stream, text/html;q=0.1',
    })
    expect([server.throughApp, server.streams.size]).toEqual([1, 2])
    expect(linesOf(short)).toEqual(linesOf(long))
    expect(short).toContain('x-request-id: r1')
  })

  test('without an Accept is taken too, and told to come back where there is too much', async () => {
    const server = await openStreams(opened, { admission: { maxStreams: 0 } })
    const answer = await send(server, 'GET', '/events?channel=a', {})
    expect([answer, server.throughApp]).toEqual([{ status: 200, body: 'retry:7500\n\n' }, 0])
  })

  test('whose handling fails in a way that nobody foresaw is cut off, and heard of', async () => {
    const failure = new Error('bug')
    const server = await openStreams(opened)
    Object.defineProperty(server, 'epoch', {
      get: () => {
        throw failure
      },
    })
    await expect(send(server, 'GET', '/events?channel=a', {})).rejects.toThrow('hang up')
    expect(server.errors).toEqual([failure])
  })
})

describe('a request out of the ordinary', () => {
  test.each<[string, string, string, Headers, number]>([
    ['a mistake', 'GET', '/events?channel=a%2Fb', {}, 400],
    ['no query', 'GET', '/events', {}, 400],
    ['another kind of answer', 'GET', '/events?channel=a', { Accept: 'text/html' }, 406],
    ['HEAD', 'HEAD', '/events?channel=a', {}, 200],
    ['POST', 'POST', '/events?channel=a', {}, 405],
    ['another path', 'GET', '/eventsource?channel=a', {}, 404],
  ])('(%s) is answered by Express', async (_what, method, path, headers, status) => {
    const server = await openStreams(opened)
    expect((await send(server, method, path, headers)).status).toBe(status)
    expect([server.throughApp, server.streams.size]).toEqual([1, 0])
  })

  test('(of a page of another origin) becomes a stream all the same', async () => {
    const server = await openStreams(opened)
    const answer = await head(server, 'channel=a', { Origin: 'https://chat.example' })
    expect(answer).toContain('access-control-allow-origin: https://chat.example')
    expect([server.throughApp, server.streams.size]).toEqual([1, 1])
  })
})

describe('the address that streams are counted by', () => {
  test.each([
    ['of who connects', 0, ['10.0.0.1', '10.0.0.2'], 1],
    ['that the proxy names', 1, ['10.0.0.1', '10.0.0.2', '10.0.0.1'], 2],
    [
      'that the nearest proxy names, whatever others claim',
      1,
      ['6.6.6.6, 10.0.0.1', '10.0.0.1'],
      1,
    ],
  ])('is the one %s', async (_which, proxyHops, forwarded, admitted) => {
    const server = await openStreams(opened, { proxyHops, admission: { maxStreamsPerAddress: 1 } })
    for (const value of forwarded) {
      const reader = new RawReader(`${server.origin}/events?channel=a`, {
        'X-Forwarded-For': value,
      })
      opened.add(() => reader.socket.destroy())
      // One after the other: who comes first is in.
      // oxlint-disable-next-line no-await-in-loop
      await waitFor(() => reader.retries.length > 0)
    }
    expect(server.streams.size).toBe(admitted)
  })
})
