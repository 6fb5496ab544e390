import { beforeAll, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { TestEdge } from '../test/support/testEdge.ts'

const opened = disposables()
const edge = new TestEdge()

beforeAll(() => edge.open(opened))

test.each(['/history', '/senders/user:alice/messages'])(
  'the edge keeps no answer from %s that its reader does not take, and the reader gets it whole in the end',
  async (path) => {
    // More than the buffers of both connections may grow to: 32 MiB each on some machines.
    const chunk = 'x'.repeat(1_000_000)
    const chunks = 300
    let written = 0
    edge.ingest = (request, response) => {
      const write = (): void => {
        while (request.url === `${path}?after=1` && written < chunks) {
          written++
          if (!response.write(chunk)) return
        }
        response.end()
      }
      response.on('drain', write)
      write()
    }
    const slow = await fetch(`${edge.origin}${path}?after=1`)
    // While others are answered, the edge asks for nothing more of it.
    for (let before = -1; before < written;) {
      before = written
      for (let count = 0; count < 20; count++) await fetch(`${edge.origin}${path}?after=2`)
    }
    expect(written).toBeLessThan(chunks)
    expect((await slow.arrayBuffer()).byteLength).toBe(chunks * chunk.length)
  },
)

test.each(['application/json', 'application/x-ndjson'])(
  'the edge compresses history as %s if its reader takes that; its tag then is a weak one',
  async (type) => {
    const body = '{"data":"hi"}'.repeat(1_000)
    edge.ingest = (_request, response) => {
      response.writeHead(200, { 'Content-Type': type, ETag: '"e-1-0"', Vary: 'Accept' }).end(body)
    }
    const ask = (encoding: string): Promise<Response> =>
      fetch(`${edge.origin}/history?channel=a`, { headers: { 'Accept-Encoding': encoding } })
    const small = await ask('gzip')
    expect([small.headers.get('content-encoding'), small.headers.get('etag')]).toEqual([
      'gzip',
      'W/"e-1-0"',
    ])
    expect(small.headers.get('vary')?.split(', ').sort()).toEqual(['Accept', 'Accept-Encoding'])
    expect(await small.text()).toBe(body)
    const whole = await ask('identity')
    expect([whole.headers.get('content-encoding'), whole.headers.get('etag')]).toEqual([
      null,
      '"e-1-0"',
    ])
    expect(await whole.text()).toBe(body)
  },
)

test('the edge compresses no stream', async () => {
  edge.gateway = (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end('data:x\n\n'.repeat(1_000))
  }
  const answer = await fetch(`${edge.origin}/events?channel=a`, {
    headers: { 'Accept-Encoding': 'gzip' },
  })
  expect(answer.headers.get('content-encoding')).toBeNull()
  await answer.text()
})

test('the page may not load anything from elsewhere, and is framed, opened and loaded by nobody else', async () => {
  const { headers } = await fetch(`${edge.origin}/`)
  const policy = headers.get('content-security-policy')?.split('; ')
  expect(policy).toEqual(
    expect.arrayContaining([
      "default-src 'none'",
      "connect-src 'self'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ]),
  )
  expect(Object.fromEntries(headers)).toMatchObject({
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': expect.stringContaining('camera=()'),
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-cache',
    'x-request-id': expect.stringMatching(/^[0-9a-f]{32}$/),
  })
  expect(headers.get('access-control-allow-origin')).toBeNull()
  // A browser would then refuse http for every port of this host.
  expect(headers.get('strict-transport-security')).toBeNull()
})

/** How long a browser may keep a file. */
const kept = async (path: string): Promise<string | null> =>
  (await fetch(`${edge.origin}${path}`)).headers.get('cache-control')

const LINKED = /(?:href|src)="([^"]+)"/g
const IMPORTED = /(?:from|import)\s*\(?\s*["'`](\.[\w./-]+)["'`]/g

test('the page has all that it loads, and no part of it names a file that is not there', async () => {
  const seen = new Map<string, number>()
  const visit = async (path: string): Promise<void> => {
    if (seen.has(path)) return
    const answer = await fetch(`${edge.origin}${path}`)
    seen.set(path, answer.status)
    // In a script, what looks like a part of a page is a text.
    const linked = path.endsWith('.js') ? IMPORTED : LINKED
    for (const [, found = ''] of (await answer.text()).matchAll(linked)) {
      await visit(new URL(found, `${edge.origin}${path}`).pathname)
    }
  }
  await visit('/')
  expect([...seen].filter(([, status]) => status !== 200)).toEqual([])
  const kinds = [/^\/assets\/index-[\w-]+\.js$/, /^\/assets\/index-[\w-]+\.css$/, /^\/icon\.svg$/]
  for (const kind of kinds)
    expect([...seen.keys()].filter((path) => kind.test(path))).toHaveLength(1)
  // What comes only when it is needed.
  expect([...seen.keys()].filter((path) => path.includes('/emojiList-'))).toHaveLength(1)
  // A file whose name has a hash of its content never changes.
  const assets = [...seen.keys()].filter((path) => path.startsWith('/assets/'))
  expect(new Set(await Promise.all(assets.map(kept)))).toEqual(
    new Set(['max-age=31536000, immutable']),
  )
  expect([await kept('/'), await kept('/icon.svg')]).toEqual(['no-cache', 'no-cache'])
})

test.each([
  [
    'a service',
    '/channels/a',
    { 'Cache-Control': 'max-age=5', 'X-Content-Type-Options': 'nosniff' },
    'max-age=5',
  ],
  ['nginx', '/nothing', {}, 'no-store'],
])('each header of an answer of %s is there once', async (_whose, path, sent, cacheControl) => {
  edge.ingest = (request, response) => {
    const id = request.headers['x-request-id'] ?? ''
    response.writeHead(200, { ...sent, 'X-Request-Id': id }).end()
  }
  const headers = { 'X-Request-Id': 'mine' }
  const answer = await fetch(`${edge.origin}${path}`, { headers })
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'cache-control': cacheControl,
    'x-content-type-options': 'nosniff',
    'x-request-id': 'mine',
  })
})
