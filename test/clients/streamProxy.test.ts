import { createServer, type ServerResponse } from 'node:http'
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { freePort } from '../../stack/ports.ts'
import { disposables } from '../support/disposables.ts'
import { openServer } from '../support/openServer.ts'
import { RawReader } from '../support/rawReader.ts'
import { waitFor } from '../support/waitFor.ts'
import { StreamProxy } from './streamProxy.ts'

const EVENT = 'data:{"position":7,"text":"abc"}\nid:e1-77\n\n'
const opened = disposables()
let proxy: StreamProxy
let origin: string
let stream: ServerResponse | undefined
let asked: string | undefined

beforeAll(async () => {
  const server = createServer((request, response) => {
    asked = request.headers['last-event-id']?.toString()
    response.write('event:ready\ndata:{}\nid:e1-6\n\n')
    stream = response
  })
  const target = `http://127.0.0.1:${await openServer(opened, server)}`
  proxy = new StreamProxy(await freePort(), target)
  origin = `http://127.0.0.1:${proxy.port}`
  opened.add(() => proxy.close())
})

beforeEach(() => proxy.set('pass'))

/** A reader that has its first event, and all bytes that it received. */
async function read(headers = {}): Promise<{ reader: RawReader; text: () => string }> {
  const before = proxy.begun
  const reader = new RawReader(`${origin}/events`, headers)
  opened.add(() => reader.socket.destroy())
  let sent = ''
  reader.socket.on('data', (chunk: string) => (sent += chunk))
  await waitFor(() => proxy.begun > before && reader.events.length > 0)
  return { reader, text: () => sent }
}

describe('the proxy before a client', () => {
  test('the proxy passes a whole stream and its head unchanged, and records its id', async () => {
    const { reader } = await read({ 'Last-Event-ID': 'e1-5' })
    stream?.write(EVENT.slice(0, 9))
    stream?.end(EVENT.slice(9))
    await waitFor(() => reader.ended !== undefined || reader.events.length === 2)
    expect(reader.events.map(({ id }) => id)).toEqual(['e1-6', 'e1-77'])
    expect(reader.head).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(asked).toBe('e1-5')
    expect(proxy.ids.at(-1)).toBe('e1-5')
  })

  test.each([
    ['data', 'reset', 'broken', /data:\{"position"\r\n$/],
    ['data', 'end', 'cleanly', /data:\{"position"\r\n0\r\n\r\n$/],
    ['id', 'reset', 'broken', /\nid:e1-7\r\n$/],
    ['id', 'end', 'cleanly', /\nid:e1-7\r\n0\r\n\r\n$/],
    ['last line', 'end', 'cleanly', /\nid:e1-77\n\r\n0\r\n\r\n$/],
  ] as const)(
    'the proxy cuts a stream in the %s of the next message by a %s',
    async (where, how, ended, body) => {
      const { reader, text } = await read()
      proxy.cutWithin(where, how)
      stream?.write(EVENT + EVENT)
      await waitFor(() => reader.ended !== undefined)
      expect(reader.ended).toBe(ended)
      expect(text()).toMatch(body)
    },
  )

  test.each([
    ['reset', 'broken'],
    ['end', 'cleanly'],
  ] as const)('the proxy cuts a stream between two events by a %s', async (how, ended) => {
    const { reader } = await read()
    proxy.cut(how)
    await waitFor(() => reader.ended !== undefined)
    expect(reader.ended).toBe(ended)
  })

  test('the proxy refuses connections, or answers with a status', async () => {
    await proxy.set('refuse')
    await expect(fetch(`${origin}/events`)).rejects.toThrow('fetch failed')
    await proxy.set(503)
    expect((await fetch(`${origin}/events`)).status).toBe(503)
  })
})
