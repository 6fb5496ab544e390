import type { Identity } from '../../chassis/auth/identity.ts'
import type { Connection } from '../../gateway/events/connection.ts'
import { Connections, type ConnectionsOptions } from '../../gateway/events/connections.ts'
import { idOf, type Frame } from '../../gateway/hub/frame.ts'
import { Hub } from '../../gateway/hub/hub.ts'
import { ReplayBuffer } from '../../gateway/hub/replayBuffer.ts'
import { onlyHub } from './streamHub.ts'
import { placeAt } from './testRedis.ts'
import { TestSocket, turn } from './testSocket.ts'
import { placeOf } from './unlimited.ts'
import { VirtualClock } from './virtualClock.ts'

export const SLOT_MS = 100

/** A reader, and the times of its events. */
export class Reader extends TestSocket {
  readonly openedAt: number
  readonly toldAt: { event: string; at: number }[] = []
  readonly #clock: VirtualClock

  constructor(clock: VirtualClock) {
    super()
    this.#clock = clock
    this.openedAt = clock.now()
    this.on('close', () => this.toldAt.push({ event: 'close', at: clock.now() }))
  }

  override write(chunk: string | Buffer): boolean {
    const [, event] = /^event:(.*)$/m.exec(chunk.toString()) ?? []
    this.toldAt.push({ event: event ?? 'message', at: this.#clock.now() })
    return super.write(chunk)
  }

  times(event: string): number[] {
    return this.toldAt.filter((told) => told.event === event).map(({ at }) => at)
  }

  /** The longest time without a heartbeat, from its beginning to now. */
  get longestSilence(): number {
    const ats = [this.openedAt, ...this.times('heartbeat'), this.#clock.now()]
    return Math.max(...ats.slice(1).map((at, index) => at - (ats[index] ?? 0)))
  }
}

/** Connections on a virtual clock, over a hub whose channels become ready when the test says so. */
export function openConnections(options: Partial<ConnectionsOptions> & { isReady?: boolean } = {}) {
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
    hub.answered(question, { epoch: 'e1', ...placeAt(0), channels: new Map(), lows: new Map() })
  }
  const hub: Hub<Frame> = new Hub<Frame>(
    {
      want: (channels) => {
        hub.come(channels)
        if (isReady) answer()
      },
      askSoon: () => {},
      flushSoon: () => {},
      idOf,
      pause: () => {},
      read: () => {},
    },
    new ReplayBuffer<Frame>({ maxItems: 10, maxBytes: 1e6, chunkBytes: 1e6, sizeOf: () => 1 }),
  )
  hub.begin('e1', placeAt(0))
  const connections = new Connections({
    hubs: onlyHub(hub),
    admission: { release: ({ address }) => void released.push(address) },
    metrics: {
      sent: { messages: 0 },
      gaps: reasons,
      resets: reasons,
      ends: reasons,
      streams: { set: (count) => void gauge.push(count) },
    },
    clock,
    wallNow: clock.now,
    heartbeatMs: 20_000,
    maxAgeMs: 3_600_000,
    stallMs: 30_000,
    connectionBufferBytes: 1e9,
    totalBufferBytes: 1e9,
    drainMs: 10_000,
    onEnd: () => {},
    retryMs: () => 1_500,
    ...options,
  })
  const stop = connections.start()
  const open = (
    heartbeat?: number,
    identity?: Identity,
    channels = ['a'],
  ): { reader: Reader; connection: Connection } => {
    const reader = new Reader(clock)
    const connection = connections.open(reader, '', placeOf('10.0.0.1'), heartbeat, identity)
    connections.begin(connection, channels, {})
    return { reader, connection }
  }
  const openMany = (count: number): Reader[] => Array.from({ length: count }, () => open().reader)
  return { clock, hub, connections, counts, released, gauge, answer, open, openMany, stop }
}

/** Lets time pass in steps; sockets may close after each of them. */
export async function pass(
  clock: VirtualClock,
  ms: number,
  step: () => void = () => {},
): Promise<void> {
  for (let left = ms; left > 0; left -= 100) {
    clock.pass(100)
    step()
    await turn()
  }
}
