import type { Socket } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { disposables } from '../../test/support/disposables.ts'
import { countConnections, RawClient, REQUEST, withHeaders } from '../../test/support/rawClient.ts'
import { openStreams, type StreamServer } from '../../test/support/streamServer.ts'
import { waitFor } from '../../test/support/waitFor.ts'

const opened = disposables()

function ask(server: StreamServer, ...parts: string[]): Promise<RawClient> {
  return new RawClient(opened, server).write(...parts)
}

describe.each([
  ['at the front door', REQUEST],
  ['behind Node', withHeaders('Trailer: x')],
])('a stream %s', (_where, request) => {
  test.each([
    ['a second request in the same packet', [`${request}GET /second HTTP/1.1\r\nHost: x\r\n\r\n`]],
    ['a second request in another packet', [request, 'GET /second HTTP/1.1\r\nHost: x\r\n\r\n']],
    ['a second stream', [request, REQUEST]],
    ['a second stream in the same packet', [`${request}${REQUEST}`]],
    ['garbage', [request, '\0\r\n\r\n nonsense \r\n\r\n']],
  ])('is not disturbed by %s', async (_what, parts) => {
    const server = await openStreams(opened)
    const client = await ask(server, ...parts)
    await client.isTold('event:ready')
    server.send()
    await client.isTold('id:e1-1\n\n')
    expect(client.text.match(/HTTP\/1\.1 /g)).toEqual(['HTTP/1.1 '])
    expect([server.connections.size, client.isClosed]).toEqual([1, false])
  })

  test.each<[string, (socket: Socket) => void]>([
    ['closes its side', (socket) => socket.end()],
    ['breaks off', (socket) => socket.resetAndDestroy()],
    ['is gone', (socket) => socket.destroy()],
  ])('ends if its reader %s', async (_how, leave) => {
    const server = await openStreams(opened)
    const client = await ask(server, request)
    await client.isTold('event:ready')
    leave(client.socket)
    await waitFor(() => server.connections.size === 0 && client.isClosed)
    await waitFor(async () => (await countConnections(server.server)) === 0)
    expect(server.hub.channels.get('a')?.subscriptions.size).toBe(0)
  })
})

describe('a stream that was asked for behind another request', () => {
  test('begins only after the answer to that request is on its way', async () => {
    const server = await openStreams(opened)
    const client = await ask(server, `GET /first HTTP/1.1\r\nHost: x\r\n\r\n${REQUEST}`)
    await waitFor(() => client.isClosed || client.text.includes('event:ready'))
    expect(client.text).toMatch(/^HTTP\/1\.1 404 /)
    expect(client.isClosed || /\}HTTP\/1\.1 200 OK\r\n/.test(client.text)).toBe(true)
  })

  test('breaks the connection if that request has no answer yet', async () => {
    const server = await openStreams(opened)
    server.server.removeAllListeners('request')
    server.server.on('request', (request, response) => {
      if (request.url === '/slow') return
      server.listener(request, response)
    })
    const client = await ask(server, `GET /slow HTTP/1.1\r\nHost: x\r\n\r\n${REQUEST}`)
    await waitFor(() => client.isClosed)
    expect([client.text, server.begun.length]).toEqual(['', 0])
  })
})

test('a request whose body does not come is timed by Node, and is no stream', async () => {
  const server = await openStreams(opened)
  const client = await ask(server, withHeaders('Content-Length: 3'), 'ab')
  expect([client.text, server.begun.length]).toEqual(['', 0])
  await client.write('c')
  await client.isTold('event:ready')
})
