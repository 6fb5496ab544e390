import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { type RequestListener, createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { PROBLEMS } from '../contract/problem.ts'
import { nginx, writeConfig } from './nginx.ts'
import { freePort } from './ports.ts'
import { serverEnv } from './server.ts'
import { Supervisor } from './supervisor.ts'

/** What the backend behind a port does; without an entry nothing listens there. */
let ingest: RequestListener
let gateway: RequestListener
let origin: string
let dir: string
let supervisor: Supervisor
let accessLog: string
const backends: ReturnType<typeof createServer>[] = []

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'causeway-nginx-'))
  await chmod(dir, 0o755)
  supervisor = await Supervisor.open({ dir })
  accessLog = supervisor.logs.create('nginx-access')
  const ports = [
    await listen((request, response) => ingest(request, response)),
    await listen((request, response) => gateway(request, response)),
  ]
  const edge = nginx({
    ...(await options()),
    ingestPorts: [ports[0] ?? 0],
    // One of the two gateways is always dead.
    gatewayPorts: [await freePort(), ports[1] ?? 0],
  })
  await supervisor.start(edge)
  origin = edge.url
})
afterAll(async () => {
  await supervisor.stop()
  await rm(dir, { recursive: true, force: true })
  for (const backend of backends) backend.closeAllConnections()
  for (const backend of backends) backend.close()
})

test('the configuration passes nginx’s own check', async () => {
  const config = writeConfig({ ...(await options()), ingestPorts: [1], gatewayPorts: [2, 3] })
  const check = () =>
    execFileSync('nginx', ['-t', '-q', '-e', 'stderr', '-c', config], {
      env: serverEnv(),
      stdio: 'pipe',
    })
  expect(check).not.toThrow()
})

describe('a stream', () => {
  test('comes from the gateway that lives, and at once', async () => {
    gateway = (_request, response) => response.write('data: 1\n\n')
    for (let time = 0; time < 4; time++) {
      const aborted = new AbortController()
      // oxlint-disable-next-line no-await-in-loop
      const response = await fetch(`${origin}/events?channel=a`, { signal: aborted.signal })
      // oxlint-disable-next-line no-await-in-loop
      const first = await response.body?.getReader().read()
      expect(new TextDecoder().decode(first?.value)).toBe('data: 1\n\n')
      aborted.abort()
    }
  })

  test('without any gateway is one that asks to come back', async () => {
    gateway = (_request, response) => response.destroy()
    const response = await fetch(`${origin}/events?channel=a`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(await response.text()).toMatch(/^retry: \d{4}\n\n$/)
  })

  test('that the gateway refuses is refused with its own words', async () => {
    gateway = (_request, response) => response.writeHead(400).end('no')
    const response = await fetch(`${origin}/events?channel=a b`)
    expect([response.status, await response.text()]).toEqual([400, 'no'])
  })
})

describe('a post', () => {
  test('that an ingest takes and does not answer is of unknown outcome, and is not repeated', async () => {
    let posts = 0
    ingest = (request, response) => {
      posts++
      request.resume().on('end', () => response.destroy())
    }
    expect(await problem(await post('{}'))).toBe('outcome-unknown')
    expect(posts).toBe(1)
  })

  test('that is too large is refused', async () => {
    expect(await problem(await post('x'.repeat(1_100_000)))).toBe('too-large')
  })

  test('is told where it comes from by the edge alone', async () => {
    ingest = (request, response) => response.end(JSON.stringify(request.headers))
    const response = await fetch(`${origin}/channels/a`, {
      headers: { 'X-Forwarded-For': '6.6.6.6', 'X-Request-Id': 'a b' },
    })
    const seen: unknown = await response.json()
    expect(seen).toMatchObject({ 'x-forwarded-for': '127.0.0.1', host: new URL(origin).host })
    expect(seen).toMatchObject({ 'x-request-id': expect.stringMatching(/^[0-9a-f]{32}$/) })
  })
})

describe('an address', () => {
  test.each([
    '/nothing',
    '/client/tsconfig.json',
    '/client/none.js',
    '/stack/main.js',
    '/nginx_status',
  ])('%s is not there', async (path) => {
    expect(await problem(await fetch(`${origin}${path}`))).toBe('not-found')
  })

  test('that holds a query is logged without it', async () => {
    await fetch(`${origin}/nowhere?token=secret`)
    let log = ''
    // nginx gathers lines for up to a second.
    // oxlint-disable-next-line no-await-in-loop
    while (!log.includes('/nowhere')) log = await readFile(accessLog, 'utf8')
    expect(log).not.toContain('secret')
    for (const line of log.trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow()
  })
})

test('the page may load nothing from elsewhere', async () => {
  const { headers } = await fetch(`${origin}/`)
  expect(headers.get('content-security-policy')).toContain("default-src 'self'")
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('access-control-allow-origin')).toBeNull()
})

function post(body: string): Promise<Response> {
  return fetch(`${origin}/channels/a/messages`, { method: 'POST', body })
}

async function options() {
  return {
    dir: join(dir, `nginx-${Math.random()}`),
    host: '127.0.0.1',
    port: await freePort(),
    statusPort: await freePort(),
    accessLog,
  }
}

async function listen(listener: RequestListener): Promise<number> {
  const port = await freePort()
  const server = createServer(listener).listen(port, '127.0.0.1')
  await once(server, 'listening')
  backends.push(server)
  return port
}

/** The slug of a problem, which must be whole: its status is that of the answer and its title that of the contract. */
async function problem(response: Response): Promise<string> {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
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
  })
  expect(response.status).toBe(status)
  return slug
}
