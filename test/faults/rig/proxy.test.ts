import { setTimeout as pause } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { connect, createServer, type Socket } from 'node:net'
import { freePort } from '../../../stack/ports.ts'
import { Random } from '../../model/random.ts'
import { disposables } from '../../support/disposables.ts'
import { openServer } from '../../support/openServer.ts'
import { waitFor } from '../../support/waitFor.ts'
import { Proxy } from './proxy.ts'

const opened = disposables()
let proxy: Proxy
/** The server's ends of the connections, and what each received. */
let accepted: { socket: Socket; heard: string }[]

/** A server that answers each slice with `<slice>`. A fault that did nothing would make a run of the faults prove nothing. */
beforeEach(async () => {
  const ends: typeof accepted = []
  accepted = ends
  const server = createServer({ noDelay: true }, (socket) => {
    const end = { socket, heard: '' }
    ends.push(end)
    opened.add(() => socket.destroy())
    socket
      .on('error', () => {})
      .on('data', (data) => {
        end.heard += String(data)
        socket.write(`<${String(data)}>`)
      })
  })
  const targetPort = await openServer(opened, server)
  const link = new Proxy({
    name: 'link',
    port: await freePort(),
    targetPort,
    random: new Random(1),
  })
  await link.open()
  opened.add(() => link.close())
  proxy = link
})

interface Client {
  socket: Socket
  chunks: string[]
  text: () => string
  /** The code of the error that ended it. */
  error: string | undefined
}

function open(): Client {
  const socket = connect({ port: proxy.port, host: '127.0.0.1', noDelay: true })
  const chunks: string[] = []
  const client: Client = { socket, chunks, text: () => chunks.join(''), error: undefined }
  socket.on('data', (data) => chunks.push(String(data)))
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

describe('the proxy on a link', () => {
  test('the proxy passes both directions and their ends, and keeps no closed connection', async () => {
    const client = await talking()
    expect(proxy.connections).toBe(1)
    client.socket.end('bye')
    await waitFor(() => client.text() === '<bye>' && proxy.connections === 0)
    expect(client.error).toBeUndefined()
  })

  test('a link that refuses resets open connections, accepts none, and passes again afterwards', async () => {
    const client = await talking()
    await proxy.set({ kind: 'refuse' })
    await waitFor(() => client.socket.destroyed)
    const late = open()
    await waitFor(() => late.socket.destroyed)
    expect(late.error).toBe('ECONNREFUSED')
    await proxy.set({ kind: 'pass' })
    await talking()
  })

  test('a link with another target keeps its open connections and leads new ones there', async () => {
    const other = createServer((socket) => socket.end('elsewhere'))
    const client = await talking()
    proxy.retarget(await openServer(opened, other))
    const late = open()
    await waitFor(() => late.text() !== '')
    client.socket.write('still here')
    await waitFor(() => client.text() !== '')
    expect([late.text(), client.text()]).toEqual(['elsewhere', '<still here>'])
  })

  test('a black hole is silent, and bytes in flight arrive afterwards', async () => {
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

  test('a black hole hides the death of one side from the other until the link passes again', async () => {
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
  ] as const)('a link blocked %s passes the other direction only', async (blocked, heard, got) => {
    const client = await talking()
    await proxy.set({ kind: 'half', blocked })
    client.socket.write('?')
    accepted[0]?.socket.write('<pushed>')
    await waitFor(() => accepted[0]?.heard === heard && client.text() === got)
    await pause(50)
    expect([accepted[0]?.heard, client.text()]).toEqual([heard, got])
  })

  test('a link with latency delivers late and in order', async () => {
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

  test('a link that slices delivers every byte in small slices', async () => {
    const client = await talking()
    await proxy.set({ kind: 'slicer', bytes: 1 })
    client.socket.write('abcdef')
    await waitFor(() => client.text().replaceAll(/[<>]/g, '') === 'abcdef')
    expect(client.chunks.length).toBeGreaterThan(3)
  })

  test('a link that drops a reply lets the request through, and passes the next reply', async () => {
    const client = await talking()
    await proxy.set({ kind: 'dropReplyOnce' })
    client.socket.write('do it')
    await waitFor(() => client.socket.destroyed)
    expect([accepted[0]?.heard, client.text()]).toEqual(['hellodo it', ''])
    await talking()
  })
})
