import { once } from 'node:events'
import { connect, type Server } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { waitFor } from '../test/support/waitFor.ts'
import { createHttpServer } from './http.ts'

let server: Server | undefined

afterEach(() => {
  server?.close()
  server = undefined
})

/** More than the kernel keeps for a reader. */
const LARGE = 50_000_000

/** Whether a reader gets all of a large answer who takes none of it until `taking` resolves, or until the server is done. */
async function isWhole(stallMilliseconds: number, taking?: Promise<unknown>): Promise<boolean> {
  const closed: unknown[] = []
  const own = createHttpServer((_request, response) => {
    response.on('close', () => closed.push(true)).end('x'.repeat(LARGE))
  }, stallMilliseconds)
  server = own.listen(0, '127.0.0.1')
  await once(own, 'listening')
  const socket = connect({ port: Object(own.address()).port, host: '127.0.0.1' })
  socket.on('error', () => {}).pause()
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  if (taking === undefined) await waitFor(() => closed.length > 0, 20)
  await taking
  socket.resume()
  await waitFor(() => socket.closed || socket.bytesRead >= LARGE, 20)
  socket.destroy()
  return socket.bytesRead >= LARGE
}

test('An answer that its reader does not take is cut', async () => {
  expect(await isWhole(50)).toBe(false)
})

test('An answer that its reader takes late is whole', async () => {
  expect(await isWhole(20_000, new Promise(setImmediate))).toBe(true)
})
