import type { Socket } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { disposables } from '../../test/support/disposables.ts'
import { RawClient, REQUEST, withHeaders } from '../../test/support/rawClient.ts'
import { openStreams, type StreamServer } from '../../test/support/streamServer.ts'

const opened = disposables()

function ask(server: StreamServer, ...parts: string[]): Promise<RawClient> {
  return new RawClient(opened, server).write(...parts)
}

describe('the front door', () => {
  test.each([
    ['of curl', withHeaders('User-Agent: curl/8', 'Accept: */*')],
    ['without a wish', REQUEST],
    [
      'of a browser',
      withHeaders(
        'Connection: keep-alive',
        'sec-ch-ua: "Chromium";v="1"',
        'Accept:text/event-stream',
        'Cookie: a=b; c="d"',
        'Last-Event-ID: \t e1-0 \t',
        'X-Empty:',
      ),
    ],
    [
      'of a proxy',
      withHeaders('Connection: close', 'X-Forwarded-For: 1.1.1.1', 'X-Real-IP: 1.1.1.1'),
    ],
    [
      'with every character that a query may have',
      `GET /events?channel=a&since=&heartbeat=%34&lastEventId= HTTP/1.1\r\nhost: x\r\n\r\n`,
    ],
    ['as long as may be', withHeaders(`X: ${'x'.repeat(16_384 - withHeaders('X: ').length)}`)],
  ])('lets an ordinary request %s in', async (_whose, request) => {
    const server = await openStreams(opened)
    const client = await ask(server, request)
    await client.isTold('event:ready')
    expect([client.text.slice(0, 15), server.passedOn]).toEqual(['HTTP/1.1 200 OK', 0])
  })

  test.each<[string, string | string[]]>([
    ['another path', 'GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a longer path', 'GET /eventsx?channel=a HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['no query', 'GET /events HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['HEAD', REQUEST.replace('GET', 'HEAD')],
    ['POST', REQUEST.replace('GET', 'POST')],
    ['a method in lower case', REQUEST.replace('GET', 'get')],
    ['HTTP/1.0', REQUEST.replace('1.1', '1.0')],
    ['HTTP/2.0', REQUEST.replace('1.1', '2.0')],
    ['HTTP/0.9', 'GET /events?channel=a\r\n\r\n'],
    ['HTTP/2’s preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a URL with its origin', REQUEST.replace('/events', 'http://y/events')],
    ['a URL with a fragment', REQUEST.replace('=a', '=a#b')],
    ['two spaces', REQUEST.replace(' HTTP', '  HTTP')],
    ['a space in the query', REQUEST.replace('=a', '=a b')],
    ['a byte beyond ASCII in the query', REQUEST.replace('=a', '=\xe4')],
    ['a NUL in the query', REQUEST.replace('=a', '=a\0')],
    ['TLS', '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03'],
    ['no Host', REQUEST.replace('Host: x\r\n', '')],
    ['two Hosts', withHeaders('Host: y')],
    ['bare line feeds', REQUEST.replaceAll('\r\n', '\n')],
    ['a bare line feed between headers', REQUEST.replace('x\r\n\r\n', 'x\nA: b\r\n\r\n')],
    ['a bare carriage return', withHeaders('A: b\rC: d')],
    ['a folded header', withHeaders('A: b', ' c')],
    ['a space in front of the colon', withHeaders('A : b')],
    ['a header without a name', withHeaders(': b')],
    ['a line without a colon', withHeaders('A')],
    ['a NUL in a header', withHeaders('A: b\0')],
    ['a byte beyond ASCII in a header', withHeaders('A: \xe4')],
    ['a head of 17 KiB', withHeaders(`A: ${'b'.repeat(17 * 1024)}`)],
    ['two Last-Event-IDs', withHeaders('Last-Event-ID: e1-0', 'last-event-id: e1-1')],
    ['two Accepts', withHeaders('Accept: text/html', 'Accept: text/event-stream')],
    ['two Origins', withHeaders('Origin: a', 'Origin: a')],
    ['two request ids', withHeaders('X-Request-Id: a', 'X-Request-Id: b')],
    ['two chains of proxies', withHeaders('X-Forwarded-For: a', 'X-Forwarded-For: b')],
    ['an empty body', withHeaders('Content-Length: 0')],
    ['a body', `${withHeaders('Content-Length: 3')}abc`],
    ['a body in chunks', `${withHeaders('Transfer-Encoding: chunked')}1\r\na\r\n0\r\n\r\n`],
    ['a trailer', withHeaders('Trailer: A')],
    ['an expectation', withHeaders('Expect: 100-continue')],
    ['an upgrade', withHeaders('Connection: upgrade', 'Upgrade: websocket')],
    ['a head in two packets', [REQUEST.slice(0, 30), REQUEST.slice(30)]],
    ['a head of single bytes', REQUEST.split('')],
    ['an empty line first', `\r\n${REQUEST}`],
    ['an empty line behind', `${REQUEST}\r\n`],
    [
      'a head that is one byte too long',
      withHeaders(`X: ${'x'.repeat(16_385 - withHeaders('X: ').length)}`),
    ],
  ])(
    'passes %s on to Node, which answers it as if there were no front door',
    async (_what, parts) => {
      const answerOf = async (hasDoor: boolean): Promise<unknown> => {
        const server = await openStreams(opened, { hasDoor })
        const client = await ask(server, ...[parts].flat())
        await client.isTold('HTTP/1.1 ')
        const [, status] = client.text.split(' ')
        if (server.begun.length > 0) await client.isTold('event:ready')
        return { status, toNode: server.passedOn, streams: server.begun.length }
      }
      expect(await answerOf(true)).toEqual(await answerOf(false))
    },
  )

  test('passes on a connection with all that it needs for a second request', async () => {
    const server = await openStreams(opened)
    const client = await ask(server, 'GET /one HTTP/1.1\r\nHost: x\r\n\r\n')
    await client.isTold('404')
    client.text = ''
    await client.write('GET /two HTTP/1.1\r\nHost: x\r\n\r\n')
    await client.isTold('404')
    client.text = ''
    await client.write(REQUEST)
    await client.isTold('event:ready')
    expect(server.passedOn).toBe(3)
  })

  test('leaves no listener of its own on a connection that it passes on', async () => {
    const server = await openStreams(opened)
    const sockets: Socket[] = []
    server.server.on('request', ({ socket }: { socket: Socket }) => sockets.push(socket))
    const client = await ask(server, 'GET /one HTTP/1.1\r\nHost: x\r\n\r\n')
    await client.isTold('404')
    // Node's own: 'data', 'end' with that of every socket, 'close' and 'error'.
    expect(
      ['data', 'end', 'close', 'error'].map((name) => sockets[0]?.listenerCount(name)),
    ).toEqual([1, 2, 1, 1])
  })
})
