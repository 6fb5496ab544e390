import { Cursor } from '../../contract/cursor.ts'
import type { ControlEvents, GoodbyeReason, ResetReason } from '../../contract/events.ts'
import type { Entry } from '../../contract/message.ts'
import type { LogSince, Since } from '../../contract/since.ts'
import { sinceIn } from '../../gateway/events/sinceIn.ts'
import { Hubs, type Asked } from '../../gateway/hub/hubs.ts'
import type { JointSink } from '../../gateway/hub/jointSink.ts'
import type { JointSubscription } from '../../gateway/hub/jointSubscription.ts'
import type { Start } from '../../gateway/hub/joining.ts'
import { LogPart } from '../../gateway/hub/logPart.ts'
import type { Sink } from '../../gateway/hub/sink.ts'
import type { Subscription } from '../../gateway/hub/subscription.ts'
import { ModelFeed } from './feed.ts'
import type { ModelRedis } from './redis.ts'
import type { Stage } from './stage.ts'
import type { World } from './world.ts'

/** A stream without `ready` by then is ended. */
const READY_MS = 5_000

type At = Cursor | string

/** A reader's end of a stream over one log or several, behind a slow network. */
export interface ModelSink {
  ready: (event: ControlEvents['ready'], at: At) => void
  send: Sink<Entry>['send']
  sendAs: JointSink<Entry>['sendAs']
  gap: (event: ControlEvents['gap'], at: At) => void
  reset: (reason: ResetReason, at: At, channels?: string[]) => void
  end: (reason: GoodbyeReason, at: At | undefined) => void
  drained: () => Promise<void>
  readonly isFull: boolean
  /** Like `drained`, on the model's clock. */
  whenDrained: (run: () => void) => void
}

export type ModelStream = Subscription<Entry> | JointSubscription<Entry>

/** A log and the Redis that has its messages. */
export interface ModelLog {
  world: World
  redis: ModelRedis
}

/** A gateway over all logs: the hubs that run in production, each with a model of its feed. */
export class ModelGateway {
  readonly #stage: Stage
  readonly #logs: readonly ModelLog[]
  readonly #logOf: (channel: string) => number
  #feeds!: readonly ModelFeed[]
  #hubs!: Hubs<Entry>
  #life = 0
  readonly #streams = new Map<ModelStream, ModelSink>()

  constructor(stage: Stage, logs: readonly ModelLog[], logOf: (channel: string) => number) {
    this.#stage = stage
    this.#logs = logs
    this.#logOf = logOf
    this.#begin()
  }

  /** The epoch of a log, and up to where everything was accepted. */
  seen(log: number): { epoch: string; wholeTo: number } {
    const hub = this.#feeds[log]?.hub
    return { epoch: hub?.epoch ?? '', wholeTo: hub?.wholeTo ?? 0 }
  }

  /** Undefined while no stream can begin. */
  join(channels: readonly string[], since: Since, sink: ModelSink): ModelStream | undefined {
    const logs = this.#hubs.split(channels)
    if ([...logs.keys()].every((log) => this.#hubs.epochOf(log) === undefined)) return undefined
    const [first = 0] = logs.keys()
    const end: ModelSink['end'] = (reason, at) => {
      this.#streams.delete(stream)
      sink.end(reason, at)
    }
    const told: ModelSink = {
      ...sink,
      end,
      get isFull() {
        return sink.isFull
      },
    }
    const asked = (log: number): LogSince =>
      sinceIn(log, { since }, (...of) => this.#hubs.logWith(...of))
    const stream: ModelStream =
      logs.size === 1
        ? this.#hubs.join(channels, startOf(asked(first)), told)
        : this.#hubs.joinAll(logs, this.#asked(asked), told)
    this.#streams.set(stream, sink)
    this.#stage.clock.after(READY_MS, () => {
      if (stream.state !== 'waiting' || !this.#streams.has(stream)) return
      const at = this.#hubs.resumeAt(stream)
      this.leave(stream)
      sink.end('unavailable', at)
    })
    return stream
  }

  /** Returns false if the gateway had already ended the stream. */
  leave(stream: ModelStream): boolean {
    if (!this.#streams.delete(stream)) return false
    this.#hubs.leave(stream, this.#stage.clock.now)
    return true
  }

  /** The id of a heartbeat on this stream; undefined before `ready`. */
  sentUpTo(stream: ModelStream): string | undefined {
    const isOpen = this.#streams.has(stream) && stream.state !== 'waiting'
    return isOpen ? this.#hubs.resumeAt(stream)?.toString() : undefined
  }

  /** SIGKILL and start. */
  restart(): void {
    this.#life++
    for (const feed of this.#feeds) feed.close()
    for (const sink of this.#streams.values()) sink.end('shutdown', undefined)
    this.#streams.clear()
    this.#begin()
  }

  cutLink(log: number, isNoticed: boolean): void {
    this.#feeds[log]?.cutLink(isNoticed)
  }

  #begin(): void {
    const life = this.#life
    const { clock } = this.#stage
    this.#feeds = this.#logs.map(
      ({ world, redis }) =>
        new ModelFeed(world, redis, (subscription, run) => this.#whenDrained(subscription, run)),
    )
    this.#hubs = new Hubs<Entry>({
      hubs: new Map(this.#feeds.map(({ hub }, log) => [log, hub])),
      logOf: this.#logOf,
      later: (run) =>
        clock.after(0, () => {
          if (life === this.#life) run()
        }),
      hasRoomFor: () => true,
      now: () => clock.now,
    })
  }

  /** The start of a stream over several logs is found some time later. */
  #asked(since: (log: number) => LogSince): Asked<Entry> {
    const { clock, random } = this.#stage
    const life = this.#life
    return {
      placeIn: (log) => {
        const asked = since(log)
        return asked.kind === 'id' ? new Cursor(asked.epoch, asked.position) : undefined
      },
      find: (log, _names, found) => {
        clock.after(random.between(0, 20), () => {
          if (life === this.#life) found(startOf(since(log)))
        })
      },
    }
  }

  #whenDrained(subscription: Subscription<Entry>, run: () => void): void {
    const { sink } = subscription
    const found = this.#streams.get(sink instanceof LogPart ? sink.joint : subscription)
    // A stream that is just joining is not in the map yet, and has nothing to drain.
    if (found === undefined) this.#stage.clock.after(0, run)
    else found.whenDrained(run)
  }
}

function startOf(since: LogSince): Start<Entry> {
  if (since.kind === 'id') return { epoch: since.epoch, after: since.position }
  return since.kind === 'now' ? { isUnnamed: since.isUnnamed } : {}
}
