import type { RedisSubscriptionEvents } from '../../gateway/feed/redisSubscription.ts'
import type { ModelRedis, RedisConnection } from './redis.ts'
import type { World } from './world.ts'

/** Like RedisSubscription: a new connection counts once the earlier channels are subscribed again. */
export class ModelSubscription {
  readonly #world: World
  readonly #redis: ModelRedis
  readonly #events: Omit<RedisSubscriptionEvents, 'isWanted' | 'refused'>
  #connection: RedisConnection | undefined
  #isClosed = false

  constructor(
    world: World,
    redis: ModelRedis,
    events: Omit<RedisSubscriptionEvents, 'isWanted' | 'refused'>,
  ) {
    this.#world = world
    this.#redis = redis
    this.#events = events
    world.clock.after(world.random.between(0, 100), () => this.#connect())
  }

  subscribe(channels: readonly string[], confirmed: () => void): void {
    if (this.#connection === undefined) return
    const isEarly = this.#world.ablations.subscribeFirst === false
    this.#redis.send(this.#connection, this.#toLive(channels), () => {
      if (!isEarly && !this.#isClosed) confirmed()
    })
    if (isEarly) confirmed()
  }

  unsubscribe(channels: readonly string[]): void {
    if (this.#connection === undefined) return
    this.#redis.send(this.#connection, [], () => {}, this.#toLive(channels))
  }

  /** Unless `isNoticed`, the connection just goes silent. */
  cut(isNoticed: boolean): void {
    if (this.#connection !== undefined) this.#redis.cut(this.#connection, isNoticed)
  }

  /** Its gateway has ended: no more events. */
  close(): void {
    this.#isClosed = true
    this.cut(false)
  }

  #connect(): void {
    const { clock, random } = this.#world
    if (this.#isClosed) return
    const again = (): void => clock.after(random.between(50, 500), () => this.#connect())
    if (!this.#redis.up) return again()
    const isCurrent = (): boolean => this.#connection === connection && !this.#isClosed
    const connection = this.#redis.connect({
      entry: (entry, isForged) => {
        if (!isForged || this.#world.ablations.macs === false) this.#events.entry(entry)
      },
      watermark: (watermark, isForged) => {
        if (!isForged || this.#world.ablations.macs === false) this.#events.watermark(watermark)
      },
      closed: () => {
        if (!isCurrent()) return
        this.#connection = undefined
        this.#events.down()
        again()
      },
    })
    this.#connection = connection
    clock.after(random.between(0, 20), () => {
      if (!isCurrent()) return
      this.#redis.send(connection, this.#toLive(this.#events.connected()), () => {
        if (isCurrent()) this.#events.up()
      })
    })
    // A connection that goes silent during its start ends with the socket's own time-out.
    clock.after(4_000, () => {
      if (isCurrent() && !connection.standing) connection.listener.closed()
    })
  }

  #toLive(channels: readonly string[]): string[] {
    return channels.map((channel) => `${this.#events.epoch()}/${channel}`)
  }
}
