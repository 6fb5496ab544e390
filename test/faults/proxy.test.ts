import { beforeEach, describe, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { freePort } from '../../stack/ports.ts'
import { Random } from '../model/random.ts'
import { disposables } from '../support/disposables.ts'
import { waitFor } from '../support/waitFor.ts'
import { Proxy } from './proxy.ts'

const opened = disposables()
let proxy: Proxy
/** The server's ends of the connections, and what each has heard. */
let accepted: { socket: Socket; heard: string }[]

/** A server that answers each slice that it gets with `<slice>`. */
beforeEach(async () => {
  const ends: typeof accepted = []
  accepted = ends
  const server = createServer({ noDelay: true }, (socket) => {
    const end = { socket, heard: '' }
    ends.push(end)
    socket
      .on('error', () => {})
      .on('data', (data) => {
        end.heard += String(data)
        socket.write(`<${String(data)}>`)
      })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const link = new Proxy({
    name: 'link',
    port: await freePort(),
    targetPort: portOf(server),
    random: new Random(1),
  })
  await link.open()
  proxy = link
  opened.add(async () => {
    await link.close()
    for (const { socket } of ends) socket.destroy()
    server.close()
  })
})

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  return address.port
}

interface Client {
  socket: Socket
  chunks: string[]
  text: () => string
  /** The code of the error that ended it. */
  error: string | undefined
}

function open(): Client {
  const socket = connect({ port: proxy.port, host: '127.0.0.1', noDelay: true })
  const client: Client = {
    socket,
    chunks: [],
    text: () => client.chunks.join(''),
    error: undefined,
  }
  socket.on('data', (data) => client.chunks.push(String(data)))
  socket.on('error', (error) => (client.error = 'code' in error ? String(error.code) : 'unknown'))
  opened.add(() => socket.destroy())
  return client
}

async function talking(): Promise<Client> {
  const client = open()
  client.socket.write('hello')
  await waitFor(() => client.text() === '<hello>')
  client.chunks.length = 0
  return client
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('a link', () => {
  test('passes both directions, ends too, and keeps nothing afterwards', async () => {
    const client = await talking()
    expect(proxy.connections).toBe(1)
    client.socket.end('bye')
    await waitFor(() => client.text() === '<bye>')
    await waitFor(() => proxy.connections === 0)
    expect(client.error).toBeUndefined()
  })

  test('that refuses cuts what stands, lets nobody in, and passes again afterwards', async () => {
    const client = await talking()
    await proxy.set({ kind: 'refuse' })
    await waitFor(() => client.socket.destroyed)
    const late = open()
    await waitFor(() => late.socket.destroyed)
    expect(late.error).toBe('ECONNREFUSED')
    await proxy.set({ kind: 'pass' })
    await talking()
  })

  test('that leads elsewhere leaves what stands, and takes what comes there', async () => {
    const other = createServer((socket) => socket.end('elsewhere')).listen(0, '127.0.0.1')
    opened.add(() => other.close())
    await once(other, 'listening')
    const client = await talking()
    proxy.retarget(portOf(other))
    const late = open()
    await waitFor(() => late.text() !== '')
    client.socket.write('still here')
    await waitFor(() => client.text() !== '')
    expect([late.text(), client.text()]).toEqual(['elsewhere', '<still here>'])
  })

  test('that resets cuts what stands and what comes', async () => {
    const client = await talking()
    await proxy.set({ kind: 'reset' })
    await waitFor(() => client.socket.destroyed)
    expect(client.error).toBe('ECONNRESET')
    const late = open()
    await waitFor(() => late.socket.destroyed)
    await proxy.set({ kind: 'pass' })
    await talking()
  })

  test('that is a black hole is silent, and what was on its way arrives afterwards', async () => {
    const client = await talking()
    await proxy.set({ kind: 'blackhole' })
    client.socket.write('lost?')
    const late = open()
    late.socket.write('anyone?')
    await pause(100)
    expect([client.text(), late.text(), client.socket.destroyed]).toEqual(['', '', false])
    await proxy.set({ kind: 'pass' })
    await waitFor(() => client.text() === '<lost?>' && late.text() === '<anyone?>')
  })

  test('that is a black hole hides the death of one side from the other until it passes again', async () => {
    const client = await talking()
    await proxy.set({ kind: 'blackhole' })
    client.socket.resetAndDestroy()
    await pause(100)
    expect(accepted[0]?.socket.destroyed).toBe(false)
    await proxy.set({ kind: 'pass' })
    await waitFor(() => accepted[0]?.socket.destroyed === true)
  })

  test.each([
    ['down', 'hello?', ''],
    ['up', 'hello', '<pushed>'],
  ] as const)('half open, blocked %s, passes the other direction', async (blocked, heard, got) => {
    const client = await talking()
    await proxy.set({ kind: 'half', blocked })
    client.socket.write('?')
    accepted[0]?.socket.write('<pushed>')
    await waitFor(() => accepted[0]?.heard === heard && client.text() === got)
    await pause(50)
    expect([accepted[0]?.heard, client.text()]).toEqual([heard, got])
  })

  test('with latency delivers late and in order', async () => {
    const client = await talking()
    await proxy.set({ kind: 'latency', ms: 50, jitter: 50 })
    const from = performance.now()
    for (const word of ['one', 'two', 'three']) {
      client.socket.write(word)
      await pause(10)
    }
    await waitFor(() => client.text().replaceAll(/[<>]/g, '') === 'onetwothree')
    expect(performance.now() - from).toBeGreaterThan(90)
  })

  test('that slices delivers every byte in slices', async () => {
    const client = await talking()
    await proxy.set({ kind: 'slicer', bytes: 1 })
    client.socket.write('abcdef')
    await waitFor(() => client.text().replaceAll(/[<>]/g, '') === 'abcdef')
    expect(client.chunks.length).toBeGreaterThan(3)
  })

  test('with little bandwidth takes its time', async () => {
    const client = await talking()
    await proxy.set({ kind: 'bandwidth', bytesPerSecond: 1_000 })
    const from = performance.now()
    accepted[0]?.socket.write('x'.repeat(200))
    await waitFor(() => client.text().length === 200)
    expect(performance.now() - from).toBeGreaterThan(150)
  })

  test('that cuts after some bytes does so in the middle of an answer', async () => {
    await proxy.set({ kind: 'cutAfter', bytes: 10 })
    const client = open()
    client.socket.write('12345678')
    await waitFor(() => client.text() === '<12345678>')
    client.socket.write('9')
    await waitFor(() => client.socket.destroyed)
    expect(client.text()).toBe('<12345678>')
  })

  test('that drops a reply lets the request through, once', async () => {
    const client = await talking()
    await proxy.set({ kind: 'dropReplyOnce' })
    client.socket.write('do it')
    await waitFor(() => client.socket.destroyed)
    expect([accepted[0]?.heard, client.text()]).toEqual(['hellodo it', ''])
    await talking()
  })
})
