import { getEventListeners } from 'node:events'
import { describe, expect, test } from '@jest/globals'
import { frame } from '../../test/support/testConnection.ts'
import { openConnections, pass, SLOT_MS } from '../../test/support/testConnections.ts'
import { turn } from '../../test/support/testSocket.ts'

describe('a stream', () => {
  test('that gets no ready within 5 s is ended, with the place to resume from', async () => {
    const { clock, counts, connections, hub, open } = openConnections({ isReady: false })
    const { reader } = open()
    clock.pass(4_900)
    expect(reader.text).toBe('')
    clock.pass(100)
    expect(reader.text).toBe(
      'retry:1500\nevent:goodbye\ndata:{"reason":"unavailable"}\nid:e1-0\n\n',
    )
    await turn()
    expect([connections.size, hub.joining.size, counts.get('unavailable')]).toEqual([0, 0, 1])
  })

  test('that gets ready in time stays, and gets no heartbeat before', () => {
    const { clock, answer, open, connections } = openConnections({
      isReady: false,
      heartbeatMs: 2_000,
    })
    const { reader } = open()
    clock.pass(4_900)
    expect(reader.toldAt).toEqual([])
    answer()
    expect(reader.times('ready')).toEqual([4_900])
    clock.pass(10_000)
    expect(connections.size).toBe(1)
    expect(reader.longestSilence).toBeLessThanOrEqual(4_900 + 2_000 + 2 * SLOT_MS)
  })

  test('ends within the last fifth of the maximum age, at a time of its own', async () => {
    const { clock, counts, connections, openMany, gauge } = openConnections({ maxAgeMs: 100_000 })
    const readers = openMany(200)
    await pass(clock, 100_100)
    const at = readers.map((reader) => reader.times('goodbye')[0] ?? 0)
    expect(Math.min(...at)).toBeGreaterThanOrEqual(80_000)
    expect(Math.min(...at)).toBeLessThan(85_000)
    expect(Math.max(...at)).toBeGreaterThan(95_000)
    expect(Math.max(...at)).toBeLessThanOrEqual(100_000 + SLOT_MS)
    expect([connections.size, counts.get('max-age'), gauge.at(-1)]).toEqual([0, 200, 0])
    expect(Math.max(...gauge)).toBe(200)
  })

  test('that ends has left the hub, and gives its place back when its socket closes', async () => {
    const { clock, hub, released, open } = openConnections({ maxAgeMs: 1_000 })
    const { reader } = open()
    reader.stall()
    clock.pass(1_100)
    expect(hub.channels.get('a')?.subscriptions.size).toBe(0)
    expect(released).toEqual([])
    while (!reader.destroyed) {
      reader.sip()
      await turn()
    }
    expect(released).toEqual(['10.0.0.1'])
  })
})

describe('a drain', () => {
  test('spreads its goodbyes over its time, and gives everything back', async () => {
    const { clock, connections, counts, released, hub, openMany } = openConnections()
    const readers = openMany(20_000)
    const drained = connections.drain(new AbortController().signal)
    let left = true
    void drained.then(() => (left = false))
    await pass(clock, 5_000)
    expect(connections.size).toBeGreaterThan(9_000)
    expect(connections.size).toBeLessThan(11_000)
    expect(left).toBe(true)
    await pass(clock, 5_100)
    await drained
    expect([connections.size, counts.get('shutdown'), released.length]).toEqual([0, 20_000, 20_000])
    expect(readers.every(({ text }) => text.endsWith('id:e1-0\n\n'))).toBe(true)
    expect(hub.channels.get('a')?.subscriptions.size).toBe(0)
  })

  test('of a few streams ends at once', async () => {
    const { connections, openMany } = openConnections()
    openMany(100)
    const { signal } = new AbortController()
    await connections.drain(signal)
    expect([connections.size, getEventListeners(signal, 'abort').length]).toEqual([0, 0])
  })

  test('ends when its time is up, and leaves no timer behind', async () => {
    const { clock, connections, openMany, stop } = openConnections()
    const time = new AbortController()
    openMany(1_000)
    const before = clock.timers.size
    const drained = connections.drain(time.signal)
    expect(connections.size).toBe(900)
    time.abort()
    await drained
    expect([connections.size, clock.timers.size]).toEqual([900, before])
    stop()
    expect(clock.timers.size).toBe(0)
  })

  test('sends accepted messages before its goodbyes', async () => {
    const { hub, connections, open } = openConnections()
    const { reader } = open()
    await turn()
    hub.fanout.publish(frame(1))
    await connections.drain(new AbortController().signal)
    expect(reader.text).toMatch(/id:e1-1\n\nretry:1500\nevent:goodbye\ndata:.*\nid:e1-1\n\n$/)
  })
})
