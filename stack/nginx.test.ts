import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { MAX_BODY_BYTES } from '../contract/limits.ts'
import { PROBLEMS } from '../contract/problem.ts'
import { disposables } from '../test/support/disposables.ts'
import { TestEdge, edgeOptions } from '../test/support/testEdge.ts'
import { writeConfig } from './nginx.ts'
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
  test('that an ingest takes and does not answer is of unknown outcome, and is not repeated', async () => {
    let posts = 0
    edge.ingest = (request, response) => {
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
    edge.ingest = (request, response) => response.end(JSON.stringify(request.headers))
    const response = await fetch(`${edge.origin}/channels/a`, {
      headers: { 'X-Forwarded-For': '6.6.6.6', 'X-Request-Id': 'a b' },
    })
    const seen: unknown = await response.json()
    expect(seen).toMatchObject({ 'x-forwarded-for': '127.0.0.1', host: new URL(edge.origin).host })
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
    expect(await problem(await fetch(`${edge.origin}${path}`))).toBe('not-found')
  })

  test('that holds a query is logged without it', async () => {
    await fetch(`${edge.origin}/nowhere?token=secret`)
    let log = ''
    // nginx gathers lines for up to a second.
    while (!log.includes('/nowhere')) log = await readFile(edge.accessLog, 'utf8')
    expect(log).not.toContain('secret')
    for (const line of log.trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow()
  })
})

test('an answer that its reader does not take is not kept by the edge, and is whole in the end', async () => {
  const chunk = 'x'.repeat(100_000)
  const chunks = 500
  let written = 0
  edge.ingest = (request, response) => {
    const write = (): void => {
      while (request.url === '/history?channel=slow' && written < chunks) {
        written++
        if (!response.write(chunk)) return
      }
      response.end()
    }
    response.on('drain', write)
    write()
  }
  const slow = await fetch(`${edge.origin}/history?channel=slow`)
  // As long as others take, nothing more of it has been asked for.
  for (let before = -1; before < written;) {
    before = written
    for (let count = 0; count < 20; count++) await fetch(`${edge.origin}/history?channel=other`)
  }
  expect(written).toBeLessThan(chunks / 2)
  expect((await slow.text()).length).toBe(chunks * chunk.length)
})

test('the page may load nothing from elsewhere', async () => {
  const { headers } = await fetch(`${edge.origin}/`)
  expect(headers.get('content-security-policy')).toContain("default-src 'self'")
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('access-control-allow-origin')).toBeNull()
})

function post(body: string): Promise<Response> {
  return fetch(`${edge.origin}/channels/a/messages`, { method: 'POST', body })
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
    ...(slug === 'too-large'
      ? { detail: `The body may have at most ${MAX_BODY_BYTES} bytes.` }
      : {}),
  })
  expect(response.status).toBe(status)
  return slug
}
