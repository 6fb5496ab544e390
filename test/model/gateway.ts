import { Audience } from '../../gateway/audience.ts'
import { Ring } from '../../gateway/ring.ts'
import type { Sink, Start, Subscriber } from '../../gateway/subscriber.ts'
import { Tail } from '../../gateway/tail.ts'
import type { EventId } from '../../contract/eventId.ts'
import type { Entry } from '../../contract/message.ts'
import type { Connection, ModelRedis } from './redis.ts'
import type { World } from './world.ts'

const PAGE = 4
const STRETCH = 7

/** The edge of `gateway/feed.ts` and `gateway/link.ts`, around the very tail and audience that run in production. */
export class ModelGateway {
  readonly #world: World
  readonly #redis: ModelRedis
  #audience!: Audience<Entry>
  #tail!: Tail<Entry>
  #connection: Connection | undefined
  #life = 0
  readonly #sinks = new Set<Sink<Entry>>()

  constructor(world: World, redis: ModelRedis) {
    this.#world = world
    this.#redis = redis
    this.#begin()
    this.#tick()
  }

  get epoch(): string {
    return this.#audience.epoch ?? ''
  }

  /** Undefined while no stream can begin. */
  join(
    channels: readonly string[],
    start: Start<Entry>,
    sink: Sink<Entry>,
  ): Subscriber<Entry> | undefined {
    if (this.#audience.epoch === undefined) return undefined
    this.#sinks.add(sink)
    return this.#audience.join(channels, start, sink)
  }

  leave(subscriber: Subscriber<Entry>): void {
    this.#sinks.delete(subscriber.sink)
    this.#audience.leave(subscriber, this.#world.clock.now)
  }

  /** kill -9 and start. */
  restart(): void {
    this.#life++
    if (this.#connection !== undefined) this.#redis.cut(this.#connection, false)
    const sinks = [...this.#sinks]
    this.#sinks.clear()
    for (const sink of sinks) sink.end('shutdown')
    this.#begin()
  }

  cutLink(noticed: boolean): void {
    if (this.#connection !== undefined) this.#redis.cut(this.#connection, noticed)
  }

  #begin(): void {
    const life = this.#life
    const { clock, random } = this.#world
    const alive = (run: () => void) => (): void => {
      if (life === this.#life) run()
    }
    const bounds = {
      maxItems: random.between(0, 20),
      maxBytes: 1e9,
      pieceBytes: random.between(1, 9),
    }
    const ring = new Ring<Entry>(0, bounds, () => 1)
    const audience = new Audience<Entry>(
      {
        wanted: (channels) => tail.wanted(channels),
        askHead: () => activate([]),
        flushSoon: () => clock.after(random.between(0, 3), () => audience.flush()),
        pause: (subscriber) =>
          clock.after(
            random.between(0, 20),
            alive(() => audience.page(subscriber, [], subscriber.cursor)),
          ),
        read: (subscriber, after, upTo) =>
          this.#world.query(
            () => this.#world.read(audience.epoch ?? '', after, upTo, new Set(subscriber.channels)),
            (entries) => alive(() => this.#page(audience, subscriber, entries, upTo))(),
            alive(() => audience.pageFailed(subscriber)),
          ),
      },
      ring,
    )
    const activate = (channels: readonly string[]): void =>
      this.#world.query(
        () => ({
          epoch: this.#world.epoch,
          position: this.#world.head,
          channels: new Map(channels.map((name) => [name, this.#world.headOf(name)])),
        }),
        (heads) => alive(() => tail.activated(heads))(),
        alive(() => tail.activationFailed(channels)),
      )
    const tail = new Tail<Entry>(
      audience,
      {
        subscribe: (channels) => this.#subscribe(channels),
        unsubscribe: (channels) => {
          for (const name of channels) this.#connection?.names.delete(this.#liveName(name))
        },
        activate,
        follow: (ticket, after, channels) =>
          this.#world.query(
            () => {
              const { epoch, head } = this.#world
              if (epoch !== audience.epoch) return { epoch, items: [], upTo: head, complete: true }
              const upTo = Math.max(after, Math.min(head, after + STRETCH))
              const items = this.#world.read(epoch, after, upTo, new Set(channels)) ?? []
              return { epoch, items, upTo, complete: upTo >= head }
            },
            (stretch) => alive(() => tail.followed(ticket, stretch))(),
            alive(() => tail.followFailed(ticket)),
          ),
        reconnect: () => {
          if (this.#connection !== undefined) this.#redis.cut(this.#connection, true)
        },
      },
      { beaconMs: 3_000, lingerMs: random.between(0, 3_000), maxBuffer: random.between(3, 50) },
    )
    this.#audience = audience
    this.#tail = tail
    clock.after(
      random.between(0, 100),
      alive(() => this.#connect(life)),
    )
  }

  /** As Link does it: everything is subscribed and confirmed before the link counts. */
  #connect(life: number): void {
    const { clock, random } = this.#world
    if (life !== this.#life) return
    const again = (): void => clock.after(random.between(50, 500), () => this.#connect(life))
    if (!this.#redis.up) return again()
    const connection = this.#redis.connect({
      entry: (entry) => this.#tail.received(entry),
      beacon: (beacon) => this.#tail.beacon(beacon, clock.now),
      closed: () => {
        if (this.#connection !== connection || life !== this.#life) return
        this.#connection = undefined
        this.#tail.linkDown()
        again()
      },
    })
    this.#connection = connection
    const done = new Set<string>()
    const step = (): void => {
      if (life !== this.#life || this.#connection !== connection) return
      const wanted = this.#audience.channels.names().filter((name) => !done.has(name))
      if (wanted.length === 0) return this.#tail.linkUp(clock.now)
      this.#whenSubscribed(connection, wanted, () => {
        for (const name of wanted) done.add(name)
        step()
      })
    }
    clock.after(random.between(0, 20), step)
    // A connection that is cut silently while it comes up is given up after the socket's own time-out.
    clock.after(4_000, () => {
      if (this.#connection === connection && !connection.standing) connection.listener.closed()
    })
  }

  #subscribe(channels: readonly string[]): void {
    const connection = this.#connection
    if (connection === undefined) return
    if (this.#world.ablations.subscribeFirst === false) {
      this.#whenSubscribed(connection, channels, () => {})
      this.#tail.subscribed(channels)
    } else this.#whenSubscribed(connection, channels, () => this.#tail.subscribed(channels))
  }

  #whenSubscribed(connection: Connection, channels: readonly string[], done: () => void): void {
    const { clock, random } = this.#world
    const life = this.#life
    const names = channels.map((name) => this.#liveName(name))
    clock.after(random.between(0, 60), () => {
      if (!connection.standing) return
      for (const name of names) connection.names.add(name)
      connection.arrival = Math.max(connection.arrival, clock.now + random.between(0, 8))
      clock.after(connection.arrival - clock.now, () => {
        if (connection.standing && life === this.#life) done()
      })
    })
  }

  #page(
    audience: Audience<Entry>,
    subscriber: Subscriber<Entry>,
    entries: readonly Entry[],
    upTo: number,
  ): void {
    const items = entries.slice(0, PAGE)
    const last = items.at(-1)
    const covered = entries.length > PAGE && last !== undefined ? last.position : upTo
    audience.page(subscriber, items, covered)
  }

  #liveName(channel: string): string {
    return `${this.#audience.epoch}/${channel}`
  }

  /** What a heartbeat would tell this stream, once it has been told `ready`. */
  sentUpTo(subscriber: Subscriber<Entry>): EventId | undefined {
    const { epoch } = this.#audience
    if (!subscriber.started || epoch === undefined) return undefined
    this.#audience.flush()
    return { epoch, position: this.#audience.sentUpTo(subscriber) }
  }

  #tick(): void {
    this.#world.clock.after(this.#world.random.between(900, 1_100), () => {
      this.#tick()
      this.#tail.tick(this.#world.clock.now)
    })
  }
}
