import type { Entry } from '../../contract/message.ts'
import type { Follower } from '../../gateway/feed/follower.ts'
import type { Hub } from '../../gateway/hub/hub.ts'
import type { Subscription } from '../../gateway/hub/subscription.ts'
import { type Attached, createFollower, createHub, toItem } from './gatewayEdges.ts'
import type { ModelRedis } from './redis.ts'
import { ModelSubscription } from './subscription.ts'
import type { World } from './world.ts'

/** The edges of `gateway/feed/` and `gateway/replay/` for one log, around the same hub and follower that run in production. */
export class ModelFeed {
  readonly hub: Hub<Entry>
  readonly #world: World
  readonly #redis: ModelRedis
  readonly #follower: Follower<Entry>
  readonly #link: ModelSubscription
  readonly #whenDrained: Attached['whenDrained']
  #isAlive = true

  constructor(world: World, redis: ModelRedis, whenDrained: Attached['whenDrained']) {
    this.#world = world
    this.#redis = redis
    this.#whenDrained = whenDrained
    const { clock } = world
    const attached: Attached = {
      world,
      alive: (run) => this.#alive(run),
      follower: () => this.#follower,
      link: () => this.#link,
      whenDrained,
      read: (...what) => this.#read(...what),
    }
    const hub = createHub(attached)
    const follower = createFollower(attached, hub)
    this.hub = hub
    this.#follower = follower
    this.#link = new ModelSubscription(world, redis, {
      connected: () => follower.connected(),
      up: () => follower.up(clock.now),
      down: () => follower.down(),
      entry: (entry) => follower.received(toItem(world, entry)),
      watermark: (watermark) => follower.watermark(watermark, clock.now),
      epoch: () => hub.epoch ?? '',
    })
    this.#tick()
  }

  /** Its gateway was killed. */
  close(): void {
    this.#isAlive = false
    this.#link.close()
  }

  cutLink(isNoticed: boolean): void {
    this.#link.cut(isNoticed)
  }

  #alive(run: () => void): () => void {
    return () => {
      if (this.#isAlive) run()
    }
  }

  #read(subscription: Subscription<Entry>, upTo: number): void {
    const world = this.#world
    const { clock, random } = world
    const { channels } = subscription
    const { epoch, position } = subscription.cursor
    const names = new Set(channels.map(({ name }) => name))
    const answer = (entries: readonly Entry[]): void => {
      if (!this.#isAlive) return
      if (subscription.sink.mustWait === true) {
        return this.#whenDrained(
          subscription,
          this.#alive(() => this.#read(subscription, upTo)),
        )
      }
      const page = entries.slice(0, world.limits.page)
      const isCut = page.length < entries.length
      const items = page.map((entry) => toItem(world, entry))
      this.hub.replay(subscription, { items }, isCut ? (items.at(-1)?.position ?? upTo) : upTo)
    }
    const readLog = (): void =>
      world.query(
        () => world.read(epoch, position, upTo, names),
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
      if (!this.#isAlive) return
      this.#tick()
      this.#follower.tick(this.#world.clock.now)
    })
  }
}
