import type { Cursor } from '../../contract/cursor.ts'
import type { Hub } from './hub.ts'
import type { Start } from './joining.ts'
import type { JointSink } from './jointSink.ts'
import { JointSubscription } from './jointSubscription.ts'
import { LogPart, type PartEdges } from './logPart.ts'
import type { Item } from './replayBuffer.ts'
import type { Sink } from './sink.ts'
import { Subscription } from './subscription.ts'

interface HubsOptions<I extends Item> {
  /** By the numbers of their logs. */
  hubs: ReadonlyMap<number, Hub<I>>
  /** The log of a channel. */
  logOf: (channel: string) => number
  /** Runs something after this turn of the event loop. */
  later: (run: () => void) => void
  /** Whether the gateway may be subscribed to so many channels. */
  hasRoomFor: (total: number) => boolean
  now: () => number
}

/** What a stream over several logs asks of each. */
export interface Asked<I extends Item> {
  /** The place in a log that the request names, if it names one. */
  placeIn: (log: number) => Cursor | undefined
  /** See PartEdges. */
  find: (log: number, names: readonly string[], found: (start: Start<I>) => void) => void
}

/**
 * The hubs of all logs. A stream over channels of one log is a subscription in that log's hub, and nothing more. Only a stream over
 * several logs has an object for itself.
 */
export class Hubs<I extends Item> {
  readonly #options: HubsOptions<I>
  readonly #only: Hub<I> | undefined
  /** Parts of streams that are not in the hub of their log, by its number. */
  readonly #waiting = new Map<number, Set<LogPart<I>>>()

  constructor(options: HubsOptions<I>) {
    this.#options = options
    const [first] = options.hubs.values()
    this.#only = options.hubs.size === 1 ? first : undefined
    for (const [log, hub] of options.hubs) {
      this.#waiting.set(log, new Set())
      // After this turn, when whatever brings the messages knows of the other log too.
      hub.onBegun = () => options.later(() => this.#beginParts(log))
    }
  }

  /** The channels that the gateway is subscribed to. */
  get channelCount(): number {
    let count = 0
    for (const { channels } of this.#options.hubs.values()) count += channels.size
    return count
  }

  /** How many of these channels it is not subscribed to. */
  countNew(names: readonly string[]): number {
    if (this.#only !== undefined) return this.#only.channels.countNew(names)
    return names.filter((name) => this.#hubOf(name).channels.get(name) === undefined).length
  }

  /** These channels by the numbers of their logs, in the order of those. */
  split(names: readonly string[]): ReadonlyMap<number, readonly string[]> {
    const { hubs, logOf } = this.#options
    const [first] = hubs.keys()
    if (this.#only !== undefined && first !== undefined) return new Map([[first, names]])
    const found = new Map<number, string[]>()
    for (const name of names) {
      const log = logOf(name)
      const those = found.get(log)
      if (those === undefined) found.set(log, [name])
      else those.push(name)
    }
    return new Map([...found].sort(([one], [other]) => one - other))
  }

  /** Undefined until the log has been seen once: no stream can begin in it before that. */
  epochOf(log: number): string | undefined {
    return this.#options.hubs.get(log)?.epoch
  }

  /** The log that has this epoch now: this one, if it has. */
  logWith(epoch: string, log: number): number | undefined {
    if (this.epochOf(log) === epoch) return log
    for (const [other, hub] of this.#options.hubs) if (hub.epoch === epoch) return other
    return undefined
  }

  /** A stream over channels of one log, which has been seen; see Hub. */
  join(names: readonly string[], start: Start<I>, sink: Sink<I>): Subscription<I> {
    return this.#hubOf(names[0] ?? '').join(names, start, sink)
  }

  /** A stream over several logs. Channels of a log that is away join it when the log is there. */
  joinAll(
    logs: ReadonlyMap<number, readonly string[]>,
    asked: Asked<I>,
    sink: JointSink<I>,
  ): JointSubscription<I> {
    const joint = new JointSubscription(sink, this.#options.now)
    const parts = [...logs].flatMap(([log, names]) => {
      const hub = this.#options.hubs.get(log)
      const edges: PartEdges<I> = {
        find: (found) => asked.find(log, names, found),
        wait: (part) => this.#waiting.get(log)?.add(part),
        hasRoom: () => this.#options.hasRoomFor(this.channelCount + this.countNew(names)),
        settled: (part) => this.#waiting.get(log)?.delete(part),
      }
      return hub === undefined
        ? []
        : [new LogPart(joint, log, hub, names, asked.placeIn(log), edges)]
    })
    joint.begin(parts)
    return joint
  }

  /** See Hub. */
  leave(joined: Subscription<I> | JointSubscription<I>, now: number): void {
    if (joined instanceof JointSubscription) joined.leave(now)
    else this.#hubOfStream(joined).leave(joined, now)
  }

  /** See Hub. */
  resumeAt(joined: Subscription<I> | JointSubscription<I>): Cursor | string | undefined {
    return joined instanceof JointSubscription
      ? joined.resumeAt()
      : this.#hubOfStream(joined).resumeAt(joined)
  }

  #beginParts(log: number): void {
    for (const part of this.#waiting.get(log) ?? []) part.begin()
  }

  /** Found by its first channel: a reference would be memory of every stream. */
  #hubOfStream({ channels }: Subscription<I>): Hub<I> {
    return this.#hubOf(channels[0]?.name ?? '')
  }

  #hubOf(name: string): Hub<I> {
    const { hubs, logOf } = this.#options
    const hub = this.#only ?? hubs.get(logOf(name))
    if (hub === undefined) throw new RangeError('a channel of a log that the layout does not have')
    return hub
  }
}
