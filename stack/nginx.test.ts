import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { MAX_BODY_BYTES } from '../contract/limits.ts'
import { PROBLEMS } from '../contract/problem.ts'
import { disposables } from '../test/support/disposables.ts'
import { TestEdge, edgeOptions } from '../test/support/testEdge.ts'
import { writeConfig } from './nginx.ts'
import { freePort } from './ports.ts'
import { serverEnv } from './server.ts'

const opened = disposables()
const edge = new TestEdge()

beforeAll(() => edge.open(opened))

test('the configuration passes nginx’s own check', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-nginx-'))
  opened.add(() => rmSync(dir, { recursive: true }))
  const options = await edgeOptions(dir, edge.accessLog)
  const config = writeConfig({ ...options, ingestPorts: [1], gatewayPorts: [2, 3] })
  const check = () =>
    execFileSync('nginx', ['-t', '-q', '-e', 'stderr', '-c', config], {
      env: serverEnv(),
      stdio: 'pipe',
    })
  expect(check).not.toThrow()
})

describe('a post', () => {
  test('that an ingest takes and does not answer has an unknown outcome, and goes to no other ingest', async () => {
    let posts = 0
    edge.ingest = (request, response) => {
      posts++
      request.resume().on('end', () => response.destroy())
    }
    expect(await problem(await post('{}'))).toBe('outcome-unknown')
    expect(posts).toBe(1)
  })

  test('still goes to the ingests that have just failed', async () => {
    for (let count = 0; count < 4; count++) {
      edge.ingest = (_request, response) => response.destroy()
      await post('{}')
    }
    edge.ingest = (request, response) => request.resume().on('end', () => response.end('stored'))
    expect(await (await post('{}')).text()).toBe('stored')
  })

  test('goes to the ingest that lives if another cannot be reached', async () => {
    const half = new TestEdge()
    half.ingest = (request, response) => request.resume().on('end', () => response.end('stored'))
    const dead = await freePort()
    await half.open(opened, (config) =>
      config.replace(/server 127.0.0.1:\d+/, `server 127.0.0.1:${dead}`),
    )
    for (let count = 0; count < 4; count++) {
      const answer = await fetch(`${half.origin}/channels/a/messages`, {
        method: 'POST',
        body: '{}',
      })
      expect(await answer.text()).toBe('stored')
    }
  })

  test('is told to come back if it reaches no ingest', async () => {
    const none = new TestEdge()
    const dead = await freePort()
    await none.open(opened, (config) =>
      config.replaceAll(/server 127.0.0.1:\d+/g, `server 127.0.0.1:${dead}`),
    )
    const answer = await fetch(`${none.origin}/channels/a/messages`, { method: 'POST', body: '{}' })
    expect(answer.headers.get('retry-after')).toBe('2')
    expect(await problem(answer)).toBe('unavailable')
  })

  test('that is too large is refused', async () => {
    expect(await problem(await post('x'.repeat(1_100_000)))).toBe('too-large')
  })

  test('gets its sender’s address from the edge only', async () => {
    edge.ingest = (request, response) => response.end(JSON.stringify(request.headers))
    const response = await fetch(`${edge.origin}/channels/a`, {
      headers: {
        'X-Forwarded-For': '6.6.6.6',
        'X-Forwarded-Proto': 'gopher',
        'X-Request-Id': 'a b',
      },
    })
    const seen: unknown = await response.json()
    expect(seen).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      host: new URL(edge.origin).host,
      'x-request-id': expect.stringMatching(/^[0-9a-f]{32}$/),
    })
  })
})

test('a GET that one ingest does not answer goes to the other', async () => {
  let gets = 0
  edge.ingest = (_request, response) => {
    gets++
    if (gets === 1) response.destroy()
    else response.end('page')
  }
  expect(await (await fetch(`${edge.origin}/history?channel=a`)).text()).toBe('page')
  expect(gets).toBe(2)
})

test('an erasure of one person that one ingest does not answer goes to the other: erased twice is erased once', async () => {
  const asked: string[] = []
  edge.ingest = (request, response) => {
    asked.push(`${request.method} ${request.url}`)
    if (asked.length === 1) response.destroy()
    else response.end('erased')
  }
  const path = '/senders/user:alice/messages?after=7'
  const answer = await fetch(`${edge.origin}${path}`, { method: 'DELETE' })
  expect(await answer.text()).toBe('erased')
  expect(asked).toEqual([`DELETE ${path}`, `DELETE ${path}`])
})

test('a request keeps a sane id through the edge', async () => {
  edge.ingest = (request, response) => response.end(request.headers['x-request-id'])
  const headers = { 'X-Request-Id': 'My.id_1-2' }
  expect(await (await fetch(`${edge.origin}/channels/a`, { headers })).text()).toBe('My.id_1-2')
})

test.each([
  ['without a host', 'GET /channels/a HTTP/1.1\r\n\r\n'],
  ['with a host that is none', 'GET /channels/a HTTP/1.1\r\nHost: a b\r\n\r\n'],
  ['of another version', 'GET /channels/a HTTP/3.0\r\nHost: localhost\r\n\r\n'],
  ['with a host that is a path', 'GET /channels/a HTTP/1.1\r\nHost: /../\r\n\r\n'],
  [
    'for nothing, with a body that is none',
    'PUT /a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n',
  ],
  [
    'in another coding',
    'POST /channels/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n',
  ],
  ['with too long a line', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`],
  [
    'with too long a header',
    `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`,
  ],
  [
    'for a page from before',
    'GET / HTTP/1.1\r\nHost: localhost\r\nIf-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\nConnection: close\r\n\r\n',
  ],
])('a request %s is answered with a problem', async (_what, request) => {
  const answer = await edge.raw(request)
  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  expect(answer).toContain('Content-Type: application/problem+json')
  expect(answer).toContain('Cache-Control: no-store')
  expect(answer).toContain('"type":"/problems/malformed-request"')
  expect(answer).not.toContain('<html>')
})

test('a method that the page does not offer is answered with a problem', async () => {
  const answer = await fetch(edge.origin, { method: 'POST' })
  expect(answer.headers.get('allow')).toBe('GET, HEAD')
  expect(await problem(answer)).toBe('method-not-allowed')
})

describe('a request for an address', () => {
  test.each([
    '/nothing',
    '/assets/',
    '/assets/none.js',
    '/assets/index.js.map',
    '/assets/../package.json',
    '/contract/redisKeys.js',
    '/account',
    '/account/me',
    '/senders',
    '/senders/alice',
    '/senders/alice/messages/1',
    '/senders/a%2Fb/messages',
    '/grants',
    '/stack/main.js',
    '/nginx_status',
  ])('that does not exist, %s, is answered with a problem', async (path) => {
    expect(await problem(await fetch(`${edge.origin}${path}`))).toBe('not-found')
  })
})

function post(body: string): Promise<Response> {
  return fetch(`${edge.origin}/channels/a/messages`, { method: 'POST', body })
}

/** The slug of a problem, which must be whole: its status is that of the answer and its title that of the contract. */
async function problem(response: Response): Promise<string> {
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  const text = await response.text()
  const found = Object.entries(PROBLEMS).find(([slug]) => text.includes(`"/problems/${slug}"`))
  if (found === undefined) throw new Error(`not a problem of the list: ${text}`)
  const [slug, { status, title }] = found
  const id = response.headers.get('x-request-id')
  expect(JSON.parse(text)).toEqual({
    type: `/problems/${slug}`,
    title,
    status,
    instance: `/requests/${id}`,
    ...(slug === 'too-large'
      ? { detail: `The body may have at most ${MAX_BODY_BYTES} bytes.` }
      : {}),
  })
  expect(response.status).toBe(status)
  return slug
}
