import { once } from 'node:events'
import { connect, type Server } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from '@jest/globals'
import { Registry } from 'prom-client'
import { Problem } from '../contract/problem.ts'
import { createApp, createHttpServer } from './http.ts'
import { createLogger } from './logger.ts'

let server: Server | undefined
let origin: string
let registry: Registry
let log: string[]

afterEach(() => {
  server?.close()
  server = undefined
})

async function serve(corsOrigins: string[] = []): Promise<void> {
  log = []
  registry = new Registry()
  const app = createApp({
    logger: createLogger('test', 'info', { write: (line) => void log.push(line) }),
    registry,
    corsOrigins,
    routes: [
      { path: '/things/:id', get: (request, response) => void response.json(request.params) },
      { path: '/both', get: (_, response) => void response.end(), post: (_, r) => void r.end() },
      {
        path: '/problem',
        get: () => {
          throw new Problem('unavailable', 'Shown.', { cause: new Error('hidden cause') })
        },
      },
      { path: '/bug', get: () => Promise.reject(new Error('hidden detail')) },
      {
        path: '/half',
        get: (_request, response) => {
          response.write('half')
          throw new Error('too late')
        },
      },
      { path: '/before', answeredBefore: ['GET', 'HEAD'] },
    ],
  })
  server = createHttpServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  origin = `http://127.0.0.1:${address.port}`
}

test('An answer has safe headers and an id that also is in the access log, which has no query', async () => {
  await serve()
  const answer = await fetch(`${origin}/things/1?ticket=secret`, {
    headers: { 'X-Request-Id': 'from-the-proxy', Cookie: 'secret' },
  })
  expect([answer.status, await answer.json()]).toEqual([200, { id: '1' }])
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'x-request-id': 'from-the-proxy',
  })
  for (const name of ['x-powered-by', 'etag', 'access-control-allow-origin', 'vary']) {
    expect(answer.headers.has(name)).toBe(false)
  }
  expect(log.map((line) => JSON.parse(line))).toMatchObject([
    {
      level: 'info',
      requestId: 'from-the-proxy',
      req: { method: 'GET', path: '/things/1' },
      res: { status: 200 },
    },
  ])
  expect(log.join('')).not.toMatch('secret')
})

test.each(['has space', 'x'.repeat(65), '{"x":1}'])(
  'An answer has an id of its own if the one of the request is %p',
  async (given) => {
    await serve()
    const answer = await fetch(`${origin}/both`, { headers: { 'X-Request-Id': given } })
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  },
)

test('An answer to HEAD is the answer to GET without its body', async () => {
  await serve()
  const answer = await fetch(`${origin}/things/1`, { method: 'HEAD' })
  expect([answer.status, answer.headers.get('content-length')]).toEqual([200, '10'])
})

test.each([
  ['GET', '/nothing', 404, 'not-found'],
  ['GET', '/both/', 404, 'not-found'],
  ['GET', '/BOTH', 404, 'not-found'],
  ['GET', '//', 404, 'not-found'],
  ['DELETE', '/both', 405, 'method-not-allowed'],
  ['OPTIONS', '/both', 405, 'method-not-allowed'],
  ['POST', '/things/1', 405, 'method-not-allowed'],
  ['GET', '/things/%', 400, 'malformed-request'],
  ['GET', '/things/%ff', 400, 'malformed-request'],
  ['GET', '/bug', 500, 'internal'],
  ['GET', '/problem', 503, 'unavailable'],
])('The request %s %s is answered with the problem %d %s', async (method, path, status, type) => {
  await serve()
  const answer = await fetch(`${origin}${path}`, { method, headers: { 'X-Request-Id': 'r1' } })
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.get('retry-after')).toBe(status === 503 ? '1' : null)
  expect(await answer.json()).toMatchObject({
    type: `/problems/${type}`,
    status,
    instance: '/requests/r1',
  })
})

test('A problem about a method lists the allowed methods', async () => {
  await serve()
  const both = await fetch(`${origin}/both`, { method: 'PUT' })
  const one = await fetch(`${origin}/things/1`, { method: 'PATCH' })
  const before = await fetch(`${origin}/before`, { method: 'PUT' })
  expect([both, one, before].map(({ headers }) => headers.get('allow'))).toEqual([
    'GET, HEAD, POST',
    'GET, HEAD',
    'GET, HEAD',
  ])
})

test('A problem shows its detail, and the log its cause', async () => {
  await serve()
  const shown = await (await fetch(`${origin}/problem`)).text()
  expect(shown).toMatch('Shown.')
  expect(shown).not.toMatch('hidden')
  expect(log.join('')).toMatch('hidden cause')
})

test('A problem that is a bug shows nothing, and the log its stack', async () => {
  await serve()
  expect(await (await fetch(`${origin}/bug`)).text()).not.toMatch('hidden')
  expect(log.join('')).toMatch(/hidden detail.*http\.test\.ts/)
})

test('A problem in the middle of an answer breaks the connection', async () => {
  await serve()
  const half = fetch(`${origin}/half`).then((answer) => answer.text())
  await expect(half).rejects.toThrow(/terminated|failed/)
})

async function preflight(from: string): Promise<Response> {
  return fetch(`${origin}/both`, {
    method: 'OPTIONS',
    headers: { Origin: from, 'Access-Control-Request-Method': 'POST' },
  })
}

test('A page of another origin gets no CORS headers if no origin is allowed', async () => {
  await serve()
  const answer = await preflight('https://chat.example')
  expect([...answer.headers.keys()].filter((name) => /^(access-|vary)/.test(name))).toEqual([])
})

test('A page of an allowed origin may call, and read the headers that it needs', async () => {
  await serve(['https://chat.example', 'https://b.example'])
  const asked = await preflight('https://chat.example')
  expect(asked.status).toBe(204)
  expect(Object.fromEntries(asked.headers)).toMatchObject({
    'access-control-allow-origin': 'https://chat.example',
    'access-control-allow-headers':
      'Authorization,Content-Type,Last-Event-ID,Idempotency-Key,Causeway-Sender,Causeway-Sender-Name',
    'access-control-allow-credentials': 'true',
    vary: expect.stringMatching(/^Origin/),
  })
  const answer = await fetch(`${origin}/nothing`, { headers: { Origin: 'https://b.example' } })
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'access-control-allow-origin': 'https://b.example',
    'access-control-expose-headers': 'Location,Link,X-Request-Id',
    vary: 'Origin',
  })
})

test.each(['https://evil.example', 'null', 'https://chat.example.evil'])(
  'A page at %s is not allowed because another origin is',
  async (from) => {
    await serve(['https://chat.example'])
    const answers = [
      await preflight(from),
      await fetch(`${origin}/both`, { headers: { Origin: from } }),
    ]
    for (const { headers } of answers) {
      expect(headers.get('access-control-allow-origin')).toBe(null)
      expect(headers.get('vary')).toMatch('Origin')
    }
  },
)

test('Requests are measured by route, never by path', async () => {
  await serve()
  for (const path of ['/things/1', '/things/2', '/nothing', '/bug']) {
    await (await fetch(`${origin}${path}`)).text()
  }
  await fetch(`${origin}/both`, { method: 'PROPFIND' })
  const metrics = await registry.metrics()
  const counts = metrics.split('\n').filter((line) => line.includes('_seconds_count{'))
  expect(counts.sort().map((line) => /\{(.*)\} (\d+)/.exec(line)?.slice(1))).toEqual([
    ['route="/both",method="other",status="4xx"', '1'],
    ['route="/bug",method="GET",status="5xx"', '1'],
    ['route="/things/:id",method="GET",status="2xx"', '2'],
    ['route="none",method="GET",status="4xx"', '1'],
  ])
})

test.each([
  'GET /both HTTP/1.1\r\n\r\n',
  'GET http://elsewhere/both HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n',
  'nonsense\r\n\r\n',
  `GET /both HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
  'GET /things/a\\b?%&=%00 HTTP/1.1\r\nHost: x y\r\nConnection: close\r\n\r\n',
  'POST /both HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
])('A strange request is answered, and not with 5xx: %j', async (bytes) => {
  await serve()
  const socket = connect({ port: Number(new URL(origin).port), host: '127.0.0.1' })
  socket.write(bytes)
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 [24]/)
})
