import { afterEach, describe, expect, test } from '@jest/globals'
import { setTimeout as delay } from 'node:timers/promises'
import { disposables } from '../../test/support/disposables.ts'
import { RawReader } from '../../test/support/rawReader.ts'
import { openStreams, type StreamServer } from '../../test/support/streamServer.ts'
import { waitFor } from '../../test/support/waitFor.ts'

const opened = disposables()
const readers: RawReader[] = []

afterEach(() => {
  for (const { socket } of readers.splice(0)) socket.destroy()
})

/** A reader that has been told `ready`. */
async function read(server: StreamServer, query = 'channel=a'): Promise<RawReader> {
  const reader = new RawReader(`${server.origin}/events?${query}`)
  readers.push(reader)
  await waitFor(() => reader.events.length > 0)
  return reader
}

describe('a stream', () => {
  test('brings every message once and in order, in as few writes as turns', async () => {
    const server = await openStreams(opened)
    const all = await Promise.all(Array.from({ length: 20 }, () => read(server)))
    for (let turn = 0; turn < 20; turn++) {
      for (let count = 0; count < 50; count++) server.send(JSON.stringify('\n\u2028'.repeat(count)))
      await delay(1)
    }
    await waitFor(() => all.every((reader) => reader.named().length >= 1_000))
    for (const reader of all) {
      expect(reader.named().map(({ id }) => id)).toEqual(
        Array.from({ length: 1_000 }, (_, index) => `e1-${index + 1}`),
      )
    }
  })

  test('whose reader does not read is disconnected at its limit, and the others go on', async () => {
    const server = await openStreams(opened, { connectionBufferBytes: 200_000 })
    const [good, bad] = [await read(server), await read(server)]
    bad.socket.pause()
    let count = 0
    const data = JSON.stringify('x'.repeat(50_000))
    await waitFor(async () => {
      server.send(data)
      count++
      await waitFor(() => good.named().length === count)
      return (await server.count('ends', 'slow')) === 1
    })
    expect(server.connections.size).toBe(1)
    server.send()
    await waitFor(() => good.named().length === count + 1)
    bad.socket.resume()
    await waitFor(() => bad.ended !== undefined)
    expect(bad.named().length).toBeLessThan(count)
  })

  test('whose reader takes nothing for too long is disconnected before its limit', async () => {
    const server = await openStreams(opened, { connectionBufferBytes: 1e9, stallMs: 1_000 })
    const bad = await read(server)
    bad.socket.pause()
    const data = JSON.stringify('x'.repeat(500_000))
    await waitFor(() => {
      if (server.begun[0]?.waitingBytes === 0) server.send(data)
      return (server.begun[0]?.waitingBytes ?? 0) > 0
    })
    await waitFor(() => server.connections.size === 0)
    expect(await server.count('ends', 'slow')).toBe(1)
  })

  test('that is slow but reads is not disconnected', async () => {
    const server = await openStreams(opened, { connectionBufferBytes: 1e9, stallMs: 1_000 })
    const slow = await read(server)
    slow.socket.pause()
    for (let count = 0; count < 40; count++) server.send(JSON.stringify('x'.repeat(500_000)))
    const sips = setInterval(() => {
      slow.socket.resume()
      setImmediate(() => slow.socket.pause())
    }, 50)
    await waitFor(() => slow.named().length === 40)
    clearInterval(sips)
    expect([slow.ended, await server.count('ends', 'slow')]).toEqual([undefined, 0])
  })

  test('is ended cleanly, after the waiting messages', async () => {
    const server = await openStreams(opened)
    const readersOfIt = await Promise.all([read(server), read(server)])
    const frame = server.send()
    await server.connections.drain(new AbortController().signal)
    await waitFor(() => readersOfIt.every(({ ended }) => ended !== undefined))
    for (const reader of readersOfIt) {
      expect([reader.ended, reader.retries]).toEqual(['cleanly', [1_500, 1_500]])
      expect(reader.events.slice(1).map(({ event, id }) => [event, id])).toEqual([
        [undefined, `e1-${frame.position}`],
        ['goodbye', `e1-${frame.position}`],
      ])
    }
    expect(await server.count('ends', 'shutdown')).toBe(2)
  })

  test('is ended at its maximum age', async () => {
    const server = await openStreams(opened, { maxAgeMs: 200 })
    const reader = await read(server)
    await waitFor(() => reader.ended !== undefined)
    expect([reader.ended, reader.events.at(-1)?.data]).toEqual(['cleanly', '{"reason":"max-age"}'])
  })

  test('is told again and again how far it has come', async () => {
    const server = await openStreams(opened, { heartbeatMs: 300 })
    const reader = await read(server)
    server.send()
    await waitFor(() => reader.named('heartbeat').length >= 3)
    expect(reader.named('heartbeat').at(-1)).toEqual({
      event: 'heartbeat',
      id: 'e1-1',
      data: '{"position":1}',
    })
  })

  test('of a log that became another one is told so, and ended', async () => {
    const server = await openStreams(opened)
    const reader = await read(server)
    server.begin('e2')
    await waitFor(() => reader.ended !== undefined)
    expect([reader.ended, reader.events.at(-1)?.data]).toEqual(['cleanly', '{"reason":"reset"}'])
    await waitFor(() => server.connections.size === 0)
    expect(await server.count('ends', 'reset')).toBe(1)
  })
})

test('a thousand readers that leave at any moment leave nothing behind', async () => {
  const server = await openStreams(opened, { admission: { maxStreams: 300 } })
  const witness = await read(server)
  const sending = setInterval(() => server.send(), 1)
  const leave = async (): Promise<void> => {
    const reader = new RawReader(`${server.origin}/events?channel=a&since=0`)
    await delay(Math.random() * 50)
    if (Math.random() < 0.5) reader.socket.resetAndDestroy()
    else reader.socket.destroy()
  }
  for (let round = 0; round < 10; round++) {
    await Promise.all(Array.from({ length: 100 }, leave))
  }
  clearInterval(sending)
  await waitFor(() => server.connections.size === 1)
  expect(server.hub.channels.get('a')?.subscriptions.size).toBe(1)
  expect(server.hub.joining.size).toBe(0)
  // Nor a place among those that may be open at once.
  expect(await server.count('refusals', 'streams')).toBe(0)
  expect((await server.metrics.streams.get()).values[0]?.value).toBe(1)
  const last = server.send()
  await waitFor(() => witness.named().at(-1)?.id === `e1-${last.position}`)
  expect(witness.named().map(({ id }) => id)).toEqual(
    Array.from({ length: last.position }, (_, index) => `e1-${index + 1}`),
  )
})
