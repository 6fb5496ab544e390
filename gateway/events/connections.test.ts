import { describe, expect, test } from '@jest/globals'
import { TestSocket, turn } from '../../test/support/testSocket.ts'
import { VirtualClock } from '../../test/support/virtualClock.ts'
import { renderMessage, type Frame } from '../hub/frame.ts'
import { Hub } from '../hub/hub.ts'
import { ReplayBuffer } from '../hub/replayBuffer.ts'
import { entry } from '../../test/support/testRedis.ts'
import type { Connection } from './connection.ts'
import { Connections, type ConnectionsOptions } from './connections.ts'

const SLOT_MS = 100

/** A reader, and when it was told what. */
class Reader extends TestSocket {
  readonly openedAt: number
  readonly toldAt: { event: string; at: number }[] = []
  readonly #clock: VirtualClock

  constructor(clock: VirtualClock) {
    super()
    this.#clock = clock
    this.openedAt = clock.now()
    this.on('close', () => this.toldAt.push({ event: 'close', at: clock.now() }))
  }

  override write(chunk: unknown): boolean {
    const [, event] = /^event:(.*)$/m.exec(String(chunk)) ?? []
    this.toldAt.push({ event: event ?? 'message', at: this.#clock.now() })
    return super.write(chunk as string)
  }

  times(event: string): number[] {
    return this.toldAt.filter((told) => told.event === event).map(({ at }) => at)
  }

  /** The longest time without an event, from its beginning to now. */
  get longestSilence(): number {
    const ats = [this.openedAt, ...this.times('heartbeat'), this.#clock.now()]
    return Math.max(...ats.slice(1).map((at, index) => at - (ats[index] ?? 0)))
  }
}

/** Connections on a virtual clock, over a hub whose channels are ready when the test says so. */
function rig(options: Partial<ConnectionsOptions> & { isReady?: boolean } = {}) {
  const { isReady = true } = options
  const clock = new VirtualClock()
  const released: string[] = []
  const counts = new Map<string, number>()
  const reasons = {
    inc: ({ reason }: { reason: string }) => void counts.set(reason, (counts.get(reason) ?? 0) + 1),
  }
  const gauge: number[] = []
  const answer = (): void => {
    const question = hub.nextQuestion()
    if (question === undefined) return
    hub.answered(question, { epoch: 'e1', position: 0, channels: new Map() })
  }
  const hub: Hub<Frame> = new Hub<Frame>(
    {
      want: (channels) => {
        hub.come(channels)
        if (isReady) answer()
      },
      askSoon: () => {},
      flushSoon: () => {},
      pause: () => {},
      read: () => {},
    },
    new ReplayBuffer<Frame>({ maxItems: 10, maxBytes: 1e6, chunkBytes: 1e6, sizeOf: () => 1 }),
  )
  hub.begin('e1', 0)
  const connections = new Connections({
    hub,
    admission: { release: (address) => void released.push(address) },
    metrics: {
      sent: { messages: 0 },
      gaps: reasons,
      resets: reasons,
      ends: reasons,
      streams: { set: (count) => void gauge.push(count) },
    },
    clock,
    heartbeatMs: 20_000,
    maxAgeMs: 3_600_000,
    stallMs: 30_000,
    maxWaitingBytes: 1e9,
    maxTotalBytes: 1e9,
    drainMs: 10_000,
    retryMs: () => 1_500,
    ...options,
  })
  connections.start()
  const open = (heartbeat?: number): { reader: Reader; connection: Connection } => {
    const reader = new Reader(clock)
    const connection = connections.open(reader, '', '10.0.0.1', heartbeat)
    connections.begin(connection, ['a'], {})
    return { reader, connection }
  }
  const openMany = (count: number): Reader[] => Array.from({ length: count }, () => open().reader)
  return { clock, hub, connections, counts, released, gauge, answer, open, openMany }
}

/** Lets time pass in steps, after each of which sockets may close. */
async function pass(clock: VirtualClock, ms: number, step: () => void = () => {}): Promise<void> {
  for (let left = ms; left > 0; left -= 100) {
    clock.pass(100)
    step()
    await turn()
  }
}

describe('heartbeats', () => {
  test.each([
    { steady: 100, perSecond: 0 },
    { steady: 100, perSecond: 8 },
    { steady: 1_000, perSecond: 70 },
  ])(
    'are on time for $steady steady streams while $perSecond short ones begin each second',
    async ({ steady, perSecond }) => {
      const { clock, connections, openMany } = rig()
      const readers = openMany(steady)
      const short: Reader[][] = []
      await pass(clock, 60_000, () => {
        // 2 s each.
        for (const reader of short.length < 20 ? [] : (short.shift() ?? [])) reader.destroy()
        const sofar = Math.floor((clock.now() / 1_000) * perSecond)
        const before = Math.floor((clock.now() / 1_000 - 0.1) * perSecond)
        short.push(openMany(sofar - before))
      })
      const longest = Math.max(...readers.map((reader) => reader.longestSilence))
      expect(longest).toBeGreaterThan(19_000)
      expect(longest).toBeLessThanOrEqual(20_000 + 2 * SLOT_MS)
      for (const reader of readers) expect(reader.times('heartbeat').length).toBeLessThanOrEqual(4)
      expect(connections.size).toBe(steady + short.flat().length)
    },
  )

  test('of streams that began together are spread over the whole interval', () => {
    const { clock, openMany } = rig()
    const readers = openMany(2_000)
    clock.pass(20_100)
    const at = readers.map((reader) => reader.times('heartbeat')[0] ?? -1)
    expect(Math.min(...at)).toBeGreaterThan(0)
    const inTwentieth = Array.from({ length: 20 }, () => 0)
    for (const each of at) {
      const index = Math.min(19, Math.floor(each / 1_000))
      inTwentieth[index] = (inTwentieth[index] ?? 0) + 1
    }
    // 100 on average.
    expect(Math.min(...inTwentieth)).toBeGreaterThan(40)
    expect(Math.max(...inTwentieth)).toBeLessThan(200)
  })

  test('come at the interval that a reader asked for, beside those of others', () => {
    const { clock, open } = rig()
    const [short, long, usual] = [open(4), open(60), open()].map(({ reader }) => reader)
    clock.pass(240_000)
    const [counts, silences] = [
      [short, long, usual].map((reader) => reader?.times('heartbeat').length),
      [short, long, usual].map((reader) => reader?.longestSilence ?? Infinity),
    ]
    expect(counts[0]).toBeGreaterThanOrEqual(57)
    expect(counts[0]).toBeLessThanOrEqual(60)
    expect(counts[1]).toBeGreaterThanOrEqual(3)
    expect(counts[1]).toBeLessThanOrEqual(4)
    expect(counts[2]).toBeGreaterThanOrEqual(11)
    expect(counts[2]).toBeLessThanOrEqual(12)
    for (const [index, most] of [4_000, 60_000, 20_000].entries()) {
      expect(silences[index]).toBeLessThanOrEqual(most + 2 * SLOT_MS)
    }
  })

  test('tell nothing as sent that was only accepted: it goes out in front of them', async () => {
    const { clock, hub, open } = rig()
    const { reader } = open()
    await turn()
    hub.fanout.publish(renderMessage('e1', entry(1, 0, 'a', '"x"')))
    clock.pass(20_100)
    expect(reader.text).toMatch(/id:e1-1\n\nevent:heartbeat\ndata:\{"position":1\}\nid:e1-1\n\n$/)
  })

  test('go on after the process was held up for longer than an interval', () => {
    const { clock, open } = rig()
    const { reader } = open()
    clock.hold(1_000_000)
    clock.pass(100_000)
    expect(reader.times('heartbeat').length).toBeGreaterThanOrEqual(5)
    expect(reader.times('heartbeat').length).toBeLessThanOrEqual(6)
  })
})

describe('a stream', () => {
  test('that is not told ready for 5 s comes back, with where it is to resume', async () => {
    const { clock, counts, connections, hub, open } = rig({ isReady: false })
    const { reader } = open()
    clock.pass(4_900)
    expect(reader.text).toBe('')
    clock.pass(200)
    expect(reader.text).toBe(
      'retry:1500\nevent:goodbye\ndata:{"reason":"unavailable"}\nid:e1-0\n\n',
    )
    await turn()
    expect([connections.size, hub.joiningCount, counts.get('unavailable')]).toEqual([0, 0, 1])
  })

  test('that is told ready in time stays, and is not sent a heartbeat before', () => {
    const { clock, answer, open, connections } = rig({ isReady: false, heartbeatMs: 2_000 })
    const { reader } = open()
    clock.pass(4_900)
    expect(reader.toldAt).toEqual([])
    answer()
    expect(reader.times('ready')).toEqual([4_900])
    clock.pass(10_000)
    expect(connections.size).toBe(1)
    expect(reader.longestSilence).toBeLessThanOrEqual(4_900 + 2_000 + 2 * SLOT_MS)
  })

  test('ends within the last fifth of the greatest age, not all together', async () => {
    const { clock, counts, connections, openMany, gauge } = rig({ maxAgeMs: 100_000 })
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
    const { clock, hub, released, open } = rig({ maxAgeMs: 1_000 })
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

const frame = (position: number, bytes: number): Frame =>
  renderMessage('e1', entry(position, position - 1, 'a', JSON.stringify('x'.repeat(bytes))))

describe('a reader that does not read', () => {
  test('is cut when it has taken nothing for longer than the limit, and not before', async () => {
    const { clock, connections, open } = rig({ heartbeatMs: 1e9 })
    const { reader, connection } = open()
    await turn()
    reader.stall()
    connection.send({ items: [frame(1, 100_000)] })
    clock.pass(30_000)
    expect(reader.wasReset).toBe(false)
    clock.pass(2_000)
    expect(reader.wasReset).toBe(true)
    await turn()
    expect(connections.size).toBe(0)
  })

  test('is not cut while it takes something now and then', async () => {
    const { clock, open } = rig({ heartbeatMs: 1e9 })
    const { reader, connection } = open()
    await turn()
    reader.stall()
    for (let position = 1; position <= 10; position++) {
      connection.send({ items: [frame(position, 100_000)] })
    }
    for (let count = 0; count < 5; count++) {
      clock.pass(28_000)
      reader.sip()
      await turn()
    }
    expect(reader.wasReset).toBe(false)
  })

  test('has its time anew if it took everything meanwhile', async () => {
    const { clock, open } = rig({ heartbeatMs: 1e9 })
    const { reader, connection } = open()
    await turn()
    reader.stall()
    connection.send({ items: [frame(1, 100_000)] })
    clock.pass(25_000)
    reader.sip()
    clock.pass(25_000)
    connection.send({ items: [frame(2, 100_000)] })
    clock.pass(25_000)
    expect([reader.wasReset, connection.waitingBytes > 0]).toEqual([false, true])
    clock.pass(7_000)
    expect(reader.wasReset).toBe(true)
  })

  test('is cut after its end too', async () => {
    const { clock, released, counts, open } = rig({ maxAgeMs: 60_000 })
    const { reader } = open()
    await turn()
    reader.stall()
    await pass(clock, 60_100)
    expect([counts.get('max-age'), reader.destroyed, released]).toEqual([1, false, []])
    await pass(clock, 32_000)
    expect([reader.wasReset, released]).toEqual([true, ['10.0.0.1']])
  })

  test('makes room for all others if it has most waiting, once that is too much together', async () => {
    const { clock, open } = rig({ heartbeatMs: 1e9, maxTotalBytes: 1_000_000 })
    const readers = [400_000, 100_000, 500_000, 300_000, 200_000].map((bytes) => {
      const { reader, connection } = open()
      return { bytes, reader, connection }
    })
    await turn()
    for (const { bytes, reader, connection } of readers) {
      reader.stall()
      connection.send({ items: [frame(1, bytes)] })
    }
    clock.pass(1_100)
    const cut = readers.filter(({ reader }) => reader.wasReset).map(({ bytes }) => bytes)
    // 1,500,000 in all, and each a little more than what it is called.
    expect(cut.sort()).toEqual([400_000, 500_000])
  })
})

describe('a drain', () => {
  test('spreads its goodbyes over its time, and gives everything back', async () => {
    const { clock, connections, counts, released, hub, openMany } = rig()
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

  test('of a few streams is done at once', async () => {
    const { connections, openMany } = rig()
    openMany(100)
    await connections.drain(new AbortController().signal)
    expect(connections.size).toBe(0)
  })

  test('ends when its time is up, and leaves no timer behind', async () => {
    const { clock, connections, openMany } = rig()
    const time = new AbortController()
    openMany(1_000)
    const before = clock.timers.size
    const drained = connections.drain(time.signal)
    expect(connections.size).toBe(900)
    time.abort()
    await drained
    expect([connections.size, clock.timers.size]).toEqual([900, before])
    connections.stop()
    expect(clock.timers.size).toBe(0)
  })

  test('tells what was accepted before it says goodbye', async () => {
    const { hub, connections, open } = rig()
    const { reader } = open()
    await turn()
    hub.fanout.publish(frame(1, 10))
    await connections.drain(new AbortController().signal)
    expect(reader.text).toMatch(/id:e1-1\n\nretry:1500\nevent:goodbye\ndata:.*\nid:e1-1\n\n$/)
  })
})
