import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { disposables } from '../../test/support/disposables.ts'
import { stillHeld } from '../../test/support/memory.ts'
import { countConnections, RawClient, REQUEST } from '../../test/support/rawClient.ts'
import { openStreams, type StreamServer } from '../../test/support/streamServer.ts'
import { VirtualClock } from '../../test/support/virtualClock.ts'
import { waitFor } from '../../test/support/waitFor.ts'

const opened = disposables()

function ask(server: StreamServer, ...parts: string[]): Promise<RawClient> {
  return new RawClient(opened, server).write(...parts)
}

describe('a connection that sends nothing', () => {
  test('is closed after the time that a request head may take, and served before', async () => {
    const doorClock = new VirtualClock()
    const server = await openStreams(opened, { doorClock })
    const [silent, late] = [new RawClient(opened, server), new RawClient(opened, server)]
    await waitFor(async () => (await countConnections(server.server)) === 2)
    const { headersTimeout } = server.server
    expect(headersTimeout).toBe(10_000)
    doorClock.pass(headersTimeout - 1_000)
    await late.write(REQUEST)
    await late.isTold('event:ready')
    expect(silent.isClosed).toBe(false)
    doorClock.pass(1_000)
    await waitFor(() => silent.isClosed)
    expect([silent.text, late.isClosed]).toEqual(['', false])
  })

  test('is closed without help, in time', async () => {
    const server = await openStreams(opened)
    server.server.headersTimeout = 500
    const silent = new RawClient(opened, server)
    await waitFor(() => silent.isClosed)
    expect(silent.text).toBe('')
  })

  test.each<[string, (socket: Socket) => void]>([
    ['closes its side', (socket) => socket.end()],
    ['breaks off', (socket) => socket.resetAndDestroy()],
  ])('and %s is dropped at once', async (_how, leave) => {
    const server = await openStreams(opened)
    const silent = new RawClient(opened, server)
    await waitFor(async () => (await countConnections(server.server)) === 1)
    leave(silent.socket)
    // Long before its time is over.
    await waitFor(async () => (await countConnections(server.server)) === 0, 5)
    expect(silent.text).toBe('')
  })

  test('and leaves is not kept', async () => {
    const server = await openStreams(opened)
    const sockets: WeakRef<Socket>[] = []
    server.server.on('connection', (socket: Socket) => sockets.push(new WeakRef(socket)))
    const silent = Array.from({ length: 5 }, () => new RawClient(opened, server))
    await waitFor(() => sockets.length === silent.length)
    for (const { socket } of silent) socket.destroy()
    await waitFor(async () => (await countConnections(server.server)) === 0)
    expect(await stillHeld(sockets)).toBe(0)
  })

  test('does not hold up a server that stops', async () => {
    const doorClock = new VirtualClock()
    const server = await openStreams(opened, { doorClock })
    const silent = Array.from({ length: 10 }, () => new RawClient(opened, server))
    await waitFor(async () => (await countConnections(server.server)) === 10)
    const closed = once(server.server, 'close')
    server.server.close()
    doorClock.pass(1_000)
    expect(await countConnections(server.server)).toBe(10)
    doorClock.pass(1_000)
    // At once, and not when the time for a head is over.
    await waitFor(() => silent.every(({ isClosed }) => isClosed), 5)
    await closed
    expect(doorClock.timers.size).toBe(0)
  })
})

test('a request that began slowly is timed by Node from there on', async () => {
  const doorClock = new VirtualClock()
  const server = await openStreams(opened, { doorClock })
  const client = await ask(server, REQUEST.slice(0, 20))
  server.server.headersTimeout = 1
  doorClock.pass(60_000)
  await delay(50)
  expect([client.isClosed, client.text]).toEqual([false, ''])
  await client.write(REQUEST.slice(20))
  await client.isTold('event:ready')
})
