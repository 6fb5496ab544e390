import { describe, expect, test } from '@jest/globals'
import { disposables } from '../../test/support/disposables.ts'
import { RawClient, REQUEST } from '../../test/support/rawClient.ts'
import { RawReader } from '../../test/support/rawReader.ts'
import { openStreams } from '../../test/support/streamServer.ts'
import { TestSocket } from '../../test/support/testSocket.ts'
import { UNLIMITED } from '../../test/support/unlimited.ts'
import { waitFor } from '../../test/support/waitFor.ts'

const opened = disposables()

describe('HEAD of /events', () => {
  test('is answered like a stream, or with a problem, without a body, and begins nothing', async () => {
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

  test.each([
    ['a stream', REQUEST, '200'],
    ['a problem', REQUEST.replace('=a', '='), '400'],
  ])('has nothing after the head of %s', async (_what, request, status) => {
    const server = await openStreams(opened)
    const client = await new RawClient(opened, server).write(request.replace('GET', 'HEAD'))
    await waitFor(() => client.isClosed)
    expect(client.text.split(' ')[1]).toBe(status)
    expect(client.text.indexOf('\r\n\r\n')).toBe(client.text.length - 4)
  })
})

test('a client that does not read a short answer is not waited for', async () => {
  const server = await openStreams(opened)
  const socket = new TestSocket()
  socket.stall()
  server.handle({ method: 'GET', search: '', headers: {}, socket })
  expect([socket.timeout, socket.destroyed]).toEqual([10_000, false])
  socket.emit('timeout')
  expect(socket.destroyed).toBe(true)
})

describe('a request that is not for the handler', () => {
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

  test('is answered by the app if it is a preflight', async () => {
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

describe('the address by which streams are counted', () => {
  test.each([
    ['the connection’s without a proxy', 0, ['10.0.0.1', '10.0.0.2'], 1],
    ['the one that the proxy names', 1, ['10.0.0.1', '10.0.0.2', '10.0.0.1'], 2],
    ['the connection’s for names that are none', 1, ['<script>', '::::', 'a'.repeat(3_000)], 1],
    ['one for a whole IPv6 network', 1, ['2001:db8::1', '2001:db8::2', '2001:db8:0:1::1'], 2],
  ])('is %s', async (_which, proxyHops, forwarded, admitted) => {
    const admission = { perAddress: { ...UNLIMITED, maxStreams: 1 } }
    const server = await openStreams(opened, { proxyHops, admission })
    for (const name of forwarded) {
      const reader = new RawReader(`${server.origin}/events?channel=a`, { 'X-Forwarded-For': name })
      opened.add(() => reader.socket.destroy())
      // One after the other: the first is in.
      await waitFor(() => reader.events.length > 0)
    }
    expect(server.connections.size).toBe(admitted)
  })
})
