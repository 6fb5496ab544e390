import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { createApp, createHttpServer } from './http.ts'
import { waitFor } from '../test/support/waitFor.ts'
import { createReadBody } from './body.ts'

const LIMITS = { maxBytes: 1_000, maxReadingBytes: 1_500 }
const HEAD = 'POST /p HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n'

let server: ReturnType<typeof createHttpServer>
let port: number
/** Bodies that came whole, as text. */
let bodies: string[]
let outcomes: unknown[]

beforeEach(async () => {
  bodies = []
  outcomes = []
  const readBody = createReadBody(LIMITS)
  const app = createApp({
    logger: pino({ level: 'silent' }),
    registry: new Registry(),
    corsOrigins: [],
    routes: [
      {
        path: '/p',
        post: async (request, response) => {
          try {
            bodies.push(new TextDecoder().decode(await readBody(request)))
            outcomes.push('whole')
          } catch (error) {
            outcomes.push(Object(error).type)
            throw error
          }
          response.end()
        },
      },
    ],
  })
  server = createHttpServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = Object(server.address()).port
})

afterEach(() => {
  server.close()
  server.closeAllConnections()
})

/** A connection, and the status lines that have come on it. */
async function connect(): Promise<{ socket: Socket; statuses: () => number[] }> {
  const socket = createConnection({ host: '127.0.0.1', port })
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk))
  await once(socket, 'connect')
  return {
    socket,
    statuses: () => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status)),
  }
}

/** Soon, or it hangs. */
const until = (isSo: () => boolean): Promise<void> => waitFor(isSo, 10, 1)

describe('a body', () => {
  test('of the allowed size is taken, and one byte more is not', async () => {
    const { socket, statuses } = await connect()
    for (const bytes of [1_000, 1_001, 0]) {
      socket.write(`${HEAD}Content-Length: ${bytes}\r\n\r\n${'€'.repeat(bytes / 3)}`)
      socket.write('.'.repeat(bytes % 3))
      const before = statuses().length
      await until(() => statuses().length > before)
    }
    expect(statuses()).toEqual([200, 413, 200])
    expect(bodies.map((body) => Buffer.byteLength(body))).toEqual([1_000, 0])
  })

  test('that is refused leaves its connection to the next request', async () => {
    const { socket, statuses } = await connect()
    socket.write(`${HEAD}Content-Length: 100000\r\n\r\n${'x'.repeat(2_000)}`)
    await until(() => statuses().length === 1)
    socket.write('x'.repeat(98_000))
    socket.write(`${HEAD}Content-Length: 2\r\n\r\n{}`)
    await until(() => statuses().length === 2)
    expect([statuses(), bodies]).toEqual([[413, 200], ['{}']])
  })

  test('whose client leaves in the middle is not counted as a fault of the service', async () => {
    const { socket } = await connect()
    socket.write(`${HEAD}Content-Length: 10\r\n\r\n{`)
    socket.end()
    await until(() => outcomes.length === 1)
    expect(outcomes).toEqual(['malformed-request'])
  })

  test.each(['gzip', 'br', 'identity, gzip'])('in %s is refused', async (encoding) => {
    const { socket, statuses } = await connect()
    socket.write(`${HEAD}Content-Encoding: ${encoding}\r\nContent-Length: 2\r\n\r\n{}`)
    await until(() => statuses().length === 1)
    expect(statuses()).toEqual([415])
  })

  test('that says it is not encoded is taken', async () => {
    const { socket, statuses } = await connect()
    socket.write(`${HEAD}Content-Encoding: Identity\r\nContent-Length: 2\r\n\r\n{}`)
    await until(() => statuses().length === 1)
    expect(statuses()).toEqual([200])
  })
})

/** The first bytes of a body. */
function begin(bytes: number, begun: number): string {
  return `${HEAD}Content-Length: ${bytes}\r\n\r\n${'x'.repeat(begun)}`
}

describe('bodies that are being received', () => {
  test('have one limit together; a body that ends or breaks off gives back its share', async () => {
    const [first, second, third] = [await connect(), await connect(), await connect()]
    first.socket.write(begin(1_000, 900))
    // Its beginning is read when a later request of another connection has been answered.
    third.socket.write(begin(600, 600))
    await until(() => third.statuses().length === 1)
    expect(third.statuses()).toEqual([200])
    second.socket.write(begin(900, 700))
    await until(() => second.statuses().length === 1)
    expect(second.statuses()).toEqual([503])
    first.socket.write('x'.repeat(100))
    await until(() => first.statuses().length === 1)
    expect(first.statuses()).toEqual([200])
    for (let count = 0; count < 3; count++) {
      const leaving = await connect()
      leaving.socket.write(begin(1_000, 900))
      leaving.socket.end()
      await until(() => outcomes.length === 4 + count)
    }
    third.socket.write(begin(1_000, 1_000))
    await until(() => third.statuses().length === 2)
    expect(third.statuses()).toEqual([200, 200])
  })
})
