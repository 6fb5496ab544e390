import { expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { serveApp } from '../test/support/testApp.ts'

const opened = disposables()

test('An answer has safe headers and an id that also is in the access log, which has no query', async () => {
  const { log, origin } = await serveApp(opened)
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
    const { origin } = await serveApp(opened)
    const answer = await fetch(`${origin}/both`, { headers: { 'X-Request-Id': given } })
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  },
)

test('An answer to HEAD is the answer to GET without its body', async () => {
  const { origin } = await serveApp(opened)
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
  const { origin } = await serveApp(opened)
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
  const { origin } = await serveApp(opened)
  const both = await fetch(`${origin}/both`, { method: 'PUT' })
  const one = await fetch(`${origin}/things/1`, { method: 'PATCH' })
  const before = await fetch(`${origin}/before`, { method: 'PUT' })
  const change = await fetch(`${origin}/change`)
  expect([both, one, before, change].map(({ headers }) => headers.get('allow'))).toEqual([
    'GET, HEAD, POST',
    'GET, HEAD',
    'GET, HEAD',
    'PUT, DELETE',
  ])
})

test.each([
  ['PUT', 'put'],
  ['DELETE', 'gone'],
])('A route answers %s', async (method, body) => {
  const { origin } = await serveApp(opened)
  expect(await (await fetch(`${origin}/change`, { method })).text()).toBe(body)
})

test('A problem shows its detail, and the log its cause', async () => {
  const { log, origin } = await serveApp(opened)
  const shown = await (await fetch(`${origin}/problem`)).text()
  expect(shown).toMatch('Shown.')
  expect(shown).not.toMatch('hidden')
  expect(log.join('')).toMatch('hidden cause')
})

test('A problem that is a bug shows nothing, and the log its stack', async () => {
  const { log, origin } = await serveApp(opened)
  expect(await (await fetch(`${origin}/bug`)).text()).not.toMatch('hidden')
  expect(log.join('')).toMatch(/hidden detail.*testApp\.ts/)
})

test('A problem in the middle of an answer breaks the connection', async () => {
  const { origin } = await serveApp(opened)
  const half = fetch(`${origin}/half`).then((answer) => answer.text())
  await expect(half).rejects.toThrow(/terminated|failed/)
})

test('Requests are measured by route, never by path', async () => {
  const { origin, registry } = await serveApp(opened)
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
