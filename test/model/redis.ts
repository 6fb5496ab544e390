import type { Entry } from '../../contract/message.ts'
import type { World } from './world.ts'

/** What a gateway hears on its link. */
export interface Listener {
  entry: (entry: Entry) => void
  beacon: (beacon: { epoch: string; head: number; floor: number }) => void
  closed: () => void
}

/** One subscribed connection: in order and without loss while it stands; once cut, nothing comes any more. */
export class RedisConnection {
  readonly names = new Set<string>()
  readonly listener: Listener
  standing = true
  /** When what the server sent last arrives, and the gateway's last command at the server: TCP keeps the order. */
  arrival = 0
  commandArrival = 0

  constructor(listener: Listener) {
    this.listener = listener
  }
}

/** The scripts of `bridge/redisLog.ts`, on a Redis that can be cut off, emptied and restarted. */
export class ModelRedis {
  readonly #world: World
  readonly #connections = new Set<RedisConnection>()
  readonly #extents = new Map<string, { head: number; floor: number }>()
  up = true

  constructor(world: World) {
    this.#world = world
  }

  open(epoch: string, floor: number): number {
    const extent = this.#extents.get(epoch)
    if (extent !== undefined) return extent.head
    this.#extents.set(epoch, { head: floor, floor })
    this.beacon(epoch)
    return floor
  }

  append(epoch: string, after: number, entries: readonly Entry[]): number | undefined {
    const extent = this.#extents.get(epoch)
    if (extent === undefined || extent.head < after) return extent?.head
    for (const entry of entries) {
      if (entry.position <= extent.head) continue
      extent.head = entry.position
      this.#publish((connection) => {
        if (!connection.names.has(`${epoch}/${entry.channel}`)) return undefined
        return () => connection.listener.entry(entry)
      })
    }
    return extent.head
  }

  beacon(epoch: string): number | undefined {
    const extent = this.#extents.get(epoch)
    if (extent === undefined) return undefined
    const beacon = { epoch, ...extent }
    this.#publish((connection) => () => connection.listener.beacon(beacon))
    return extent.head
  }

  connect(listener: Listener): RedisConnection {
    const connection = new RedisConnection(listener)
    this.#connections.add(connection)
    return connection
  }

  /** Subscribes to some names, or takes others off; `confirmed` when the answer has come back. */
  send(
    connection: RedisConnection,
    names: readonly string[],
    confirmed: () => void,
    gone: readonly string[] = [],
  ): void {
    const { clock, random } = this.#world
    connection.commandArrival = Math.max(
      connection.commandArrival,
      clock.now + random.between(0, 60),
    )
    clock.after(connection.commandArrival - clock.now, () => {
      if (!connection.standing) return
      for (const name of names) connection.names.add(name)
      for (const name of gone) connection.names.delete(name)
      connection.arrival = Math.max(connection.arrival, clock.now + random.between(0, 8))
      clock.after(connection.arrival - clock.now, () => {
        if (connection.standing) confirmed()
      })
    })
  }

  /** `noticed`: the other side hears of it soon. Otherwise it is a link that went silent. */
  cut(connection: RedisConnection, noticed: boolean): void {
    if (!this.#connections.delete(connection)) return
    connection.standing = false
    if (noticed) {
      this.#world.clock.after(this.#world.random.between(0, 40), connection.listener.closed)
    }
  }

  cutAll(noticed: boolean): void {
    for (const connection of this.#connections) this.cut(connection, noticed)
  }

  /** FLUSHALL: the connections stay. */
  flush(): void {
    this.#extents.clear()
  }

  /** An old snapshot comes back: the head is lower than it was. */
  rewind(by: number): void {
    for (const extent of this.#extents.values()) {
      extent.head = Math.max(extent.floor, extent.head - by)
    }
    this.cutAll(true)
  }

  #publish(deliver: (connection: RedisConnection) => (() => void) | undefined): void {
    const { clock, random } = this.#world
    for (const connection of this.#connections) {
      const run = deliver(connection)
      if (run === undefined) continue
      connection.arrival = Math.max(connection.arrival, clock.now + random.between(0, 8))
      clock.after(connection.arrival - clock.now, () => {
        if (connection.standing) run()
      })
    }
  }
}
