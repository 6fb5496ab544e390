import type { Cursor } from '../../contract/cursor.ts'
import type { Entry } from '../../contract/message.ts'
import type { Follower } from '../../gateway/feed/follower.ts'
import type { Hub } from '../../gateway/hub/hub.ts'
import type { Sink } from '../../gateway/hub/sink.ts'
import type { Start } from '../../gateway/hub/joining.ts'
import type { Subscription } from '../../gateway/hub/subscription.ts'
import { type Attached, createFollower, createHub, toItem } from './gatewayEdges.ts'
import type { ModelRedis } from './redis.ts'
import { ModelSubscription } from './subscription.ts'
import type { World } from './world.ts'

/** A stream without `ready` by then is ended. */
const READY_MS = 5_000

/** A reader's end of a stream, behind a slow network. */
export interface ModelSink extends Sink<Entry> {
  /** Like `drained`, on the model's clock. */
  whenDrained: (run: () => void) => void
}

/** The edges of `gateway/feed/` and `gateway/replay/`, around the same hub and follower that run in production. */
export class ModelGateway {
  readonly #world: World
  readonly #redis: ModelRedis
  #hub!: Hub<Entry>
  #follower!: Follower<Entry>
  #link!: ModelSubscription
  #life = 0
  readonly #streams = new Map<Subscription<Entry>, ModelSink>()

  constructor(world: World, redis: ModelRedis) {
    this.#world = world
    this.#redis = redis
    this.#begin()
    this.#tick()
  }

  get epoch(): string {
    return this.#hub.epoch ?? ''
  }

  /** Everything up to here has been accepted. */
  get wholeTo(): number {
    return this.#hub.wholeTo
  }

  /** Undefined while no stream can begin. */
  join(
    channels: readonly string[],
    start: Start<Entry>,
    sink: ModelSink,
  ): Subscription<Entry> | undefined {
    if (this.#hub.epoch === undefined) return undefined
    const end: ModelSink['end'] = (reason, at) => {
      this.#streams.delete(subscription)
      sink.end(reason, at)
    }
    const subscription = this.#hub.join(channels, start, { ...sink, end })
    this.#streams.set(subscription, sink)
    this.#world.clock.after(READY_MS, () => {
      if (subscription.state !== 'waiting' || !this.#streams.has(subscription)) return
      const at = this.#hub.resumeAt(subscription)
      this.leave(subscription)
      sink.end('unavailable', at)
    })
    return subscription
  }

  /** Returns false if the gateway had already ended the stream. */
  leave(subscription: Subscription<Entry>): boolean {
    if (!this.#streams.delete(subscription)) return false
    this.#hub.leave(subscription, this.#world.clock.now)
    return true
  }

  /** The id of a heartbeat on this stream; undefined before `ready`. */
  sentUpTo(subscription: Subscription<Entry>): Cursor | undefined {
    const isOpen = this.#streams.has(subscription) && subscription.state !== 'waiting'
    return isOpen ? this.#hub.resumeAt(subscription) : undefined
  }

  /** SIGKILL and start. */
  restart(): void {
    this.#life++
    this.#link.close()
    for (const sink of this.#streams.values()) sink.end('shutdown', undefined)
    this.#streams.clear()
    this.#begin()
  }

  cutLink(isNoticed: boolean): void {
    this.#link.cut(isNoticed)
  }

  #begin(): void {
    const life = this.#life
    const { clock } = this.#world
    const alive = (run: () => void) => (): void => {
      if (life === this.#life) run()
    }
    const attached: Attached = {
      world: this.#world,
      alive,
      follower: () => follower,
      link: () => link,
      whenDrained: (...how) => this.#whenDrained(...how),
      read: (...what) => this.#read(hub, ...what),
    }
    const hub = createHub(attached)
    const follower = createFollower(attached, hub)
    const link = new ModelSubscription(this.#world, this.#redis, {
      connected: () => follower.connected(),
      up: () => follower.up(clock.now),
      down: () => follower.down(),
      entry: (entry) => follower.received(toItem(this.#world, entry)),
      watermark: (watermark) => follower.watermark(watermark, clock.now),
      epoch: () => hub.epoch ?? '',
    })
    this.#hub = hub
    this.#follower = follower
    this.#link = link
  }

  #whenDrained(subscription: Subscription<Entry>, run: () => void): void {
    const sink = this.#streams.get(subscription)
    // A stream that is just joining is not in the map yet, and has nothing to drain.
    if (sink === undefined) this.#world.clock.after(0, run)
    else sink.whenDrained(run)
  }

  #read(hub: Hub<Entry>, subscription: Subscription<Entry>, upTo: number): void {
    const life = this.#life
    const { clock, random } = this.#world
    const { channels } = subscription
    const { epoch, position } = subscription.cursor
    const names = new Set(channels.map(({ name }) => name))
    const answer = (entries: readonly Entry[]): void => {
      if (life !== this.#life) return
      const page = entries.slice(0, this.#world.limits.page)
      const isCut = page.length < entries.length
      const items = page.map((entry) => toItem(this.#world, entry))
      hub.replay(subscription, { items }, isCut ? (items.at(-1)?.position ?? upTo) : upTo)
    }
    const readLog = (): void =>
      this.#world.query(
        () => this.#world.read(epoch, position, upTo, names),
        answer,
        () => subscription.readFailed(),
      )
    clock.after(random.between(0, 10), () => {
      const found = this.#redis.read(epoch, position, upTo, channels)
      if (found === undefined) readLog()
      else clock.after(random.between(0, 10), () => answer(found))
    })
  }

  #tick(): void {
    this.#world.clock.after(this.#world.random.between(400, 1_100), () => {
      this.#tick()
      this.#follower.tick(this.#world.clock.now)
    })
  }
}
