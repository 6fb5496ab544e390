import { once } from 'node:events'
import { connect, type Server } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { Registry } from 'prom-client'
import { waitFor } from '../test/support/waitFor.ts'
import { createApp, createHttpServer } from './http.ts'
import { createLogger } from './logger.ts'

interface Line {
  level: string
  msg: string
  req?: { path: string }
  res?: { status: number }
  err?: unknown
}

let server: Server | undefined
afterEach(() => void server?.close())

/** An app with one route that answers as the test says. */
async function serve(answer: (end: () => void) => void) {
  const lines: Line[] = []
  const registry = new Registry()
  const app = createApp({
    logger: createLogger('test', 'info', { write: (line) => void lines.push(JSON.parse(line)) }),
    registry,
    corsOrigins: [],
    routes: [{ path: '/:name', get: (_request, response) => answer(() => response.end()) }],
  })
  server = createHttpServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port }: { port: number } = Object(server.address())
  const metrics = () => registry.metrics()
  const counts = async () => (await metrics()).match(/_count\{.*$/gm)
  return { lines, port, counts, metrics, origin: `http://127.0.0.1:${port}` }
}

const access = (lines: Line[]): Line[] => lines.filter(({ res }) => res !== undefined)

test('A request that fails on our side has one line of access at the level of an error, without it', async () => {
  const { lines, origin } = await serve(() => {
    throw new Error('a bug')
  })
  await fetch(`${origin}/a`)
  await waitFor(() => access(lines).length > 0, 10)
  expect(access(lines)).toMatchObject([{ level: 'error', res: { status: 500 } }])
  expect(access(lines)[0]).not.toHaveProperty('err')
  expect(lines.filter(({ err }) => err !== undefined)).toHaveLength(1)
})

test('A request that is refused has a line of access at the level of information', async () => {
  const { lines, origin } = await serve((end) => end())
  await fetch(`${origin}/a/b`)
  await waitFor(() => access(lines).length > 0, 10)
  expect(access(lines)).toMatchObject([{ level: 'info', res: { status: 404 } }])
})

test('A line of access has at most 512 characters of the path', async () => {
  const { lines, origin } = await serve((end) => end())
  await fetch(`${origin}/${'x'.repeat(2_000)}?y`)
  await waitFor(() => access(lines).length > 0, 10)
  expect(access(lines)[0]?.req?.path).toBe(`/${'x'.repeat(511)}`)
})

test('A request whose client leaves before the answer is measured as aborted, once', async () => {
  const begun: unknown[] = []
  const { port, counts } = await serve(() => void begun.push(1))
  const socket = connect({ port, host: '127.0.0.1' })
  socket.write('GET /a HTTP/1.1\r\nHost: x\r\n\r\n')
  await waitFor(() => begun.length > 0, 10)
  socket.destroy()
  await waitFor(async () => (await counts()) !== null, 10)
  expect(await counts()).toEqual(['_count{route="/:name",method="GET",status="aborted"} 1'])
})

test('A request whose client leaves before the answer has one line of access, which says so', async () => {
  const begun: unknown[] = []
  const { port, lines } = await serve(() => void begun.push(1))
  const socket = connect({ port, host: '127.0.0.1' })
  socket.write('GET /a HTTP/1.1\r\nHost: x\r\nX-Request-Id: r1\r\n\r\n')
  await waitFor(() => begun.length > 0, 10)
  socket.destroy()
  await waitFor(() => access(lines).length > 0, 10)
  expect(access(lines)).toMatchObject([{ msg: 'request aborted', requestId: 'r1' }])
})

test('Two answers over one connection have a line of access each', async () => {
  const { port, lines } = await serve((end) => end())
  const socket = connect({ port, host: '127.0.0.1' })
  socket.write('GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n')
  await waitFor(() => access(lines).length > 1, 10)
  socket.destroy()
  expect(access(lines)).toMatchObject([{ req: { path: '/a' } }, { req: { path: '/b' } }])
})

test('Durations are counted in ascending bounds from a millisecond to five seconds', async () => {
  const { metrics, origin } = await serve((end) => end())
  await fetch(`${origin}/a`)
  await waitFor(async () => (await metrics()).includes('_bucket{'), 10)
  const bounds = [...(await metrics()).matchAll(/_bucket\{le="([^"]+)"/g)].map(([, le]) =>
    Number(le),
  )
  expect(bounds.slice(0, -1)).toEqual(bounds.slice(0, -1).sort((a, b) => a - b))
  expect([bounds[0], bounds.at(-2)]).toEqual([0.001, 5])
})
