import { once } from 'node:events'
import type { RequestListener, ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from '@jest/globals'
import { Registry } from 'prom-client'
import { disposables } from '../test/support/disposables.ts'
import { openServer } from '../test/support/openServer.ts'
import { waitFor } from '../test/support/waitFor.ts'
import { createApp, createHttpServer } from './http.ts'
import { createLogger } from './logger.ts'

const opened = disposables()

const app = createApp({
  logger: createLogger('test', 'info', { write: () => {} }),
  registry: new Registry(),
  corsOrigins: [],
  routes: [{ path: '/a', get: (_, answer) => void answer.end(), post: (_, r) => void r.end() }],
})

/** Sends bytes to a server, and returns the sockets of both sides. */
async function send(bytes: string, listener: RequestListener = app) {
  const server = createHttpServer(listener)
  const client = connect({ port: await openServer(opened, server), host: '127.0.0.1' })
  const [socket]: Socket[] = await once(server, 'connection')
  opened.add(() => client.destroy())
  client.write(Buffer.from(bytes, 'latin1'))
  if (socket === undefined) throw new Error('no connection')
  return { server, client, socket }
}

const HEAD = ' HTTP/1.1\r\nHost: x\r\n'
const CLOSE = 'Connection: close\r\n\r\n'

test.each([
  ['names no host', 400, 'malformed-request', 'GET /a HTTP/1.1\r\n\r\n'],
  ['is nonsense', 400, 'malformed-request', 'nonsense\r\n\r\n'],
  ['has another version', 400, 'malformed-request', 'GET /a HTTP/9.9\r\n\r\n'],
  ['has a method that HTTP does not know', 400, 'malformed-request', `ABC /a${HEAD}\r\n`],
  [
    'has 20 kB of headers',
    400,
    'malformed-request',
    `GET /a${HEAD}X: ${'x'.repeat(20_000)}\r\n\r\n`,
  ],
  ['has a control character in a header', 400, 'malformed-request', `GET /a${HEAD}X: \x01\r\n\r\n`],
  [
    'has two lengths',
    400,
    'malformed-request',
    `POST /a${HEAD}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  ['has a tunnel as its aim', 405, 'method-not-allowed', `CONNECT a:1${HEAD}\r\n`],
])('A request that %s is answered with the problem %d %s', async (_what, status, type, bytes) => {
  const { client } = await send(bytes)
  const [head = '', body = ''] = (await text(client)).split('\r\n\r\n')
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(head).toMatch(/^content-type: application\/problem\+json/im)
  expect(head).toMatch(/^cache-control: no-store$/im)
  expect(head).toMatch(/^x-content-type-options: nosniff$/im)
  expect(JSON.parse(body)).toMatchObject({ type: `/problems/${type}`, status })
})

// The parser of the oldest supported Node reads them.
test('A request with bytes in its path that are not ASCII is answered with a problem', async () => {
  const { client } = await send(`GET /\xff${HEAD}${CLOSE}`)
  const answer = await text(client)
  expect(answer).toMatch(/^HTTP\/1\.1 40[04] /)
  expect(answer).toMatch(/^content-type: application\/problem\+json/im)
})

test.each([
  ['of HTTP/1.0 needs no host', 'GET /a HTTP/1.0\r\n\r\n'],
  ['may expect what nobody knows', `GET /a${HEAD}Expect: the-unexpected\r\n${CLOSE}`],
])('A request %s', async (_what, bytes) => {
  const { client } = await send(bytes)
  expect(await text(client)).toMatch(/^HTTP\/1\.1 200 /)
})

test('A body that cannot be read is answered with a problem, once, in place of the answer that waits for it', async () => {
  const { client, server } = await send(
    `POST /a${HEAD}Transfer-Encoding: chunked\r\n\r\n`,
    (request) => request.resume(),
  )
  await once(server, 'request')
  client.write('no chunk\r\n')
  const answer = await text(client)
  expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1)
  expect(answer).toMatch(/^HTTP\/1\.1 400 .*malformed-request/s)
})

test('A client that sends a large body first, and then reads, still gets its problem', async () => {
  const { client } = await send(`POST /a${HEAD}X: \x01\r\nContent-Length: 5000000\r\n\r\n`)
  client.pause()
  for (let count = 0; count < 50; count++) {
    if (!client.write('x'.repeat(100_000))) await once(client, 'drain')
  }
  expect(await text(client)).toMatch(/^HTTP\/1\.1 400 /)
})

test('Nonsense behind a request is answered behind the answer to that', async () => {
  const waiting: ServerResponse[] = []
  const bytes = `GET /a${HEAD}\r\nnonsense\r\n\r\n`
  const { client, server } = await send(bytes, (_, response) => void waiting.push(response))
  await once(server, 'request')
  client.write('more nonsense')
  waiting[0]?.end('first')
  expect(await text(client)).toMatch(/^HTTP\/1\.1 200 .*first.*HTTP\/1\.1 400 /s)
})

test('What comes behind a request that was said to be the last is not answered', async () => {
  const bytes = `GET /a${HEAD}${CLOSE}GET /a${HEAD}\r\n`
  const { client } = await send(bytes, (_, response) => void setImmediate(() => response.end('1')))
  expect((await text(client)).match(/HTTP\/1\.1/g)).toHaveLength(1)
})

test('A connection ends with the answer to an upgrade that nobody wants', async () => {
  const { client } = await send(`GET /a${HEAD}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`)
  expect(await text(client)).toMatch(/^HTTP\/1\.1 200 .*connection: close/is)
})

test('Nonsense behind a request that has its answer is answered too', async () => {
  const { client } = await send(`GET /a${HEAD}\r\n`)
  await once(client, 'data')
  client.write('nonsense\r\n\r\n')
  expect(await text(client)).toMatch(/^HTTP\/1\.1 400 /)
})

const LATE = Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })

test('A head that takes too long breaks the connection, since an EventSource that is told so never comes back', async () => {
  const { client, server, socket } = await send(`GET /events${HEAD}`)
  await once(socket, 'data')
  server.emit('clientError', LATE, socket)
  expect(await text(client)).toBe('')
})

test('A body that takes too long is answered 408', async () => {
  const { client, server, socket } = await send(
    `POST /a${HEAD}Content-Length: 5\r\n\r\n1`,
    () => {},
  )
  await once(server, 'request')
  server.emit('clientError', LATE, socket)
  expect(await text(client)).toMatch(/^HTTP\/1\.1 408 .*request-timeout/s)
})

test('A client that left gets no answer', async () => {
  const { server, socket, client } = await send(
    `POST /a${HEAD}Content-Length: 5\r\n\r\n1`,
    () => {},
  )
  await once(server, 'request')
  client.resetAndDestroy()
  await new Promise((resolve) => socket.on('close', resolve))
  expect(socket.bytesWritten).toBe(0)
})

test('A request whose answer has begun may take longer than others, but not longer than its answer', async () => {
  const answers: ServerResponse[] = []
  const body = 'Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n'
  const server = createHttpServer((request, answer) => {
    request.resume()
    if (request.url === '/stream') answers.push(answer)
  })
  server.requestTimeout = 50
  server.headersTimeout = 50
  const port = await openServer(opened, server)
  const [stream, slow] = ['/stream', '/slow'].map((path) => {
    const client = connect({ port, host: '127.0.0.1' })
    opened.add(() => client.destroy())
    client.write(`POST ${path}${HEAD}${body}`)
    return client
  })
  if (stream === undefined || slow === undefined) throw new Error('no connection')
  await waitFor(() => answers.length > 0)
  const [answer] = answers
  answer?.write('begun')
  expect(await text(slow)).toMatch(/^HTTP\/1\.1 408 /)
  expect(stream.closed).toBe(false)
  answer?.end('-ended')
  // Its client goes on.
  stream.write('1\r\ny\r\n')
  expect(await text(stream)).toMatch(/begun.*-ended/s)
}, 30_000)
