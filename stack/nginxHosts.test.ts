import { beforeAll, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { TestEdge } from '../test/support/testEdge.ts'

const opened = disposables()
const edge = new TestEdge()
/** The Host that reached the ingest. */
let host: string | undefined

beforeAll(async () => {
  await edge.open(opened, undefined, { hosts: ['chat.example', '*.wild.example'] })
  edge.ingest = (request, response) => {
    host = request.headers.host
    response.end('served')
  }
})

const ask = (target: string, ...lines: string[]) =>
  edge.raw(`GET ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`)

describe('a request', () => {
  test.each([
    'chat.example',
    'CHAT.example:8080',
    'chat.example.',
    'a.wild.example',
    'localhost:1',
    '127.0.0.1:1',
    '10.1.2.3',
    '[::1]:1',
    '[2001:db8::1]',
  ])('for the host %s is served, and its service gets the host', async (name) => {
    expect(await ask('/channels/a', `Host: ${name}`)).toMatch(/^HTTP\/1\.1 200 .*served$/s)
    expect(host).toBe(name)
  })

  test.each([
    ['another host', '/channels/a', 'evil.example'],
    ['a host that begins as one of ours', '/channels/a', 'chat.example.evil.example'],
    ['a host that begins as an address', '/channels/a', '127.0.0.1.evil.example'],
    ['the page of another host', '/', 'evil.example'],
    ['a stream of another host', '/events?channel=a', 'evil.example'],
    ['another host in its address', 'http://evil.example/channels/a', 'localhost'],
    ['another host than in its address', 'http://localhost/channels/a', 'evil.example'],
    ['another host of ours than in its address', 'http://localhost/channels/a', 'chat.example'],
  ])('for %s is refused', async (_what, target, name) => {
    const answer = await ask(target, `Host: ${name}`)
    expect(answer).toMatch(/^HTTP\/1\.1 421 /)
    expect(answer).toContain('Content-Type: application/problem+json\r\n')
    expect(answer).toContain('Cache-Control: no-store\r\n')
    expect(answer).toContain('"type":"/problems/misdirected-request"')
    expect(answer).not.toContain('evil')
  })

  test.each([
    ['has a method that nobody offers', 'TRACE', 'X: y'],
    ['has a length that is none', 'POST', 'Content-Length: x'],
    ['has a body that is none', 'PUT', 'Transfer-Encoding: chunked\r\n\r\nno chunk'],
  ])('for another host that %s is refused as one', async (_what, method, line) => {
    const answer = await edge.raw(`${method} / HTTP/1.1\r\nHost: evil.example\r\n${line}\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 (421|400) .*application\/problem\+json/s)
  })

  test('of HTTP/1.0 without a host is served', async () => {
    expect(await edge.raw('GET /channels/a HTTP/1.0\r\n\r\n')).toContain('served')
    expect(host).toBe('localhost')
  })

  test('of HTTP/0.9 gets no stream', async () => {
    edge.gateway = (_request, response) => response.end('data: 1\n\n')
    expect(await edge.raw('GET /events?channel=a\r\n')).toContain('misdirected-request')
  })

  test('is never redirected: a Location would name whatever host was asked for', async () => {
    expect(await ask('/channels', 'Host: localhost')).toMatch(/^HTTP\/1\.1 200 .*served/s)
    for (const path of ['/account', '/assets', '/assets/', '/reference']) {
      expect(await ask(path, 'Host: localhost')).toMatch(/^HTTP\/1\.1 404 /)
    }
  })
})
