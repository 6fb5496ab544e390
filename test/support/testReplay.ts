import { setImmediate as nextTurn } from 'node:timers/promises'
import { Registry } from 'prom-client'
import type { Entry } from '../../contract/message.ts'
import { idOf, type Frame } from '../../gateway/hub/frame.ts'
import { Hub } from '../../gateway/hub/hub.ts'
import { ReplayBuffer } from '../../gateway/hub/replayBuffer.ts'
import type { Start } from '../../gateway/hub/joining.ts'
import type { Subscription } from '../../gateway/hub/subscription.ts'
import { createGatewayMetrics } from '../../gateway/metrics.ts'
import { Replay, type ReplayQuery } from '../../gateway/replay/replay.ts'
import type { Range } from '../../history/types.ts'
import { entry, placeAt } from './testRedis.ts'
import { testSink } from './testSink.ts'

interface TestReplayOptions {
  keepMs?: number
  /** Messages of the log, all on `a`, one after the other. */
  head?: number
  chunkBytes?: number
}

/** A replay and a hub. The log answers when the test says so. */
export class TestReplay {
  readonly hub: Hub<Frame>
  readonly replay: Replay
  readonly told: string[] = []
  readonly asked: string[] = []
  readonly registry = new Registry()
  readonly #pending: (() => void)[] = []
  isFailing = false
  log: Entry[]
  /** The answer of Redis. */
  recent: (query: ReplayQuery) => Promise<Range | undefined> = () => Promise.resolve(undefined)

  constructor({ keepMs = 0, head = 250, chunkBytes = 1_000 }: TestReplayOptions = {}) {
    this.log = Array.from({ length: head }, (_, index) => entry(index + 1, index))
    this.replay = new Replay({
      recent: { read: (query) => this.recent(query) },
      log: {
        range: async ({ channels, after, upTo, limit }) => {
          await this.#hold(`${channels.join(' ')} ${after}-${upTo}`)
          const found = this.log.filter(({ position }) => position > after && position <= upTo)
          const entries = found.slice(0, limit)
          return { entries, upTo: found.length > limit ? (entries.at(-1)?.position ?? upTo) : upTo }
        },
        last: async ({ channels, count, maxBytes }) => {
          await this.#hold(`last ${count} of ${channels.join(' ')} in ${maxBytes}`)
          return { epoch: 'e1', position: head, entries: this.log.slice(-count) }
        },
        positionBefore: async (time) => {
          await this.#hold(`before ${time.toISOString()}`)
          return 7
        },
      },
      metrics: createGatewayMetrics(this.registry),
      keepMs,
    })
    this.hub = new Hub<Frame>(
      {
        want: () => {},
        askSoon: () => {},
        flushSoon: () => {},
        idOf,
        pause: (subscription) => void this.replay.pause(this.hub, subscription),
        read: (subscription, upTo) => void this.replay.read(this.hub, subscription, upTo),
      },
      new ReplayBuffer({
        maxItems: 10_000,
        maxBytes: 1e9,
        chunkBytes,
        sizeOf: ({ size }) => size,
      }),
    )
    this.begin('e1', head)
  }

  /** Begins another log, or the first one, at this head. */
  begin(epoch: string, head: number): void {
    this.hub.begin(epoch, placeAt(head))
  }

  /** The number of pending answers. */
  get pendingCount(): number {
    return this.#pending.length
  }

  /** A stream on channels that are ready at the log's head. */
  join(
    name: string,
    start: Start<Frame>,
    channels = 'a',
    drained: () => Promise<void> = () => Promise.resolve(),
  ): Subscription<Frame> {
    const sink = testSink<Frame>(name, this.told)
    sink.drained = drained
    sink.ready = () => {}
    sink.send = ({ items }) => {
      const [first, last] = [items[0]?.position, items.at(-1)?.position]
      this.told.push(`${name}: ${first === last ? first : `${first}-${last}`}`)
    }
    const names = channels.split(' ')
    const subscription = this.hub.join(names, start, sink)
    this.hub.come()
    const question = this.hub.nextQuestion()
    const heads = {
      epoch: 'e1',
      ...placeAt(this.log.length),
      channels: new Map(names.map((one) => [one, this.log.length])),
      lows: new Map(),
    }
    if (question !== undefined) this.hub.answered(question, heads)
    return subscription
  }

  /** Gives all pending answers, or only the one with this index. */
  async answer(index?: number): Promise<void> {
    await nextTurn()
    const answers = index === undefined ? this.#pending.splice(0) : this.#pending.splice(index, 1)
    for (const answer of answers) answer()
    await nextTurn()
  }

  /** The queries of the log and the events of streams since the last call. */
  async news(): Promise<{ asked: string[]; told: string[] }> {
    await nextTurn()
    return { asked: this.asked.splice(0), told: this.told.splice(0) }
  }

  async #hold(question: string): Promise<void> {
    this.asked.push(question)
    await new Promise<void>((resolve) => this.#pending.push(resolve))
    if (this.isFailing) throw new Error('away')
  }
}
