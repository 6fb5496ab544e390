import { isDeletion } from '../../contract/about.ts'
import type { Extent } from '../../contract/extent.ts'
import type { Entry, LinkedEntry } from '../../contract/message.ts'
import type { Place } from '../../contract/place.ts'
import { isWhole } from '../../gateway/replay/redisReplay.ts'
import type { World } from './world.ts'

/** A gateway's side of its link. A forged message has no valid MAC. */
interface Listener {
  entry: (entry: Entry, isForged: boolean) => void
  watermark: (watermark: Extent, isForged: boolean) => void
  closed: () => void
}

/** One subscribed connection: in order and without loss while it is open; after a cut nothing arrives. */
export class RedisConnection {
  readonly names = new Set<string>()
  readonly listener: Listener
  standing = true
  /** When the server's last message and the gateway's last command arrive: TCP keeps their order. */
  arrival = 0
  commandArrival = 0

  constructor(listener: Listener) {
    this.listener = listener
  }
}

interface Step {
  extent: Extent
  entry?: Entry
}

/** The scripts of `bridge/scripts.ts`, on a Redis that can be disconnected, emptied and restarted. */
export class ModelRedis {
  readonly #world: World
  readonly #connections = new Set<RedisConnection>()
  /** Each epoch's extent with its history, and with the message that led there, so that an old snapshot can return. */
  readonly #extents = new Map<string, Step[]>()
  /** Copies that an attacker recorded, to replay them. */
  readonly #heard: { entries: { epoch: string; entry: Entry }[]; watermarks: Extent[] } = {
    entries: [],
    watermarks: [],
  }
  up = true

  constructor(world: World) {
    this.#world = world
  }

  open(epoch: string, low: Place): Extent {
    const found = this.#extent(epoch)
    if (found !== undefined) return found
    this.#extents.set(epoch, [{ extent: { ...low, epoch, low: low.position } }])
    this.watermark(epoch)
    return this.open(epoch, low)
  }

  append(after: Extent, entries: readonly LinkedEntry[]): Extent | undefined {
    const { epoch } = after
    const extent = this.#extent(epoch)
    if (extent === undefined || extent.low !== after.low) return extent
    const done = extent.position - after.position
    const last = done === 0 ? after : entries[done - 1]
    if (last === undefined) return extent
    const isSame = this.#world.ablations.links === false || last.id === extent.id
    if (done < 0 || !isSame) return extent
    for (const entry of entries.slice(done)) {
      const { position, id } = entry
      this.#extents.get(epoch)?.push({ extent: { ...extent, position, id }, entry })
      this.#heard.entries.push({ epoch, entry })
      this.#tell(epoch, entry, false)
    }
    return this.#extent(epoch)
  }

  /** Like RedisReplay: undefined if this cannot prove that it has all. */
  read(
    epoch: string,
    after: number,
    upTo: number,
    channels: readonly { name: string; head: number }[],
  ): Entry[] | undefined {
    const extent = this.#extent(epoch)
    if (!this.up || extent === undefined || extent.low > after || extent.position < upTo)
      return undefined
    const found: Entry[] = []
    for (const { name, head } of channels) {
      const recent = this.#recent(epoch, name)
      const entries = recent.filter(({ position }) => position > after && position <= upTo)
      const beyond = recent.find(({ position }) => position > upTo)
      if (!isWhole(entries, after, beyond?.previous ?? head)) return undefined
      found.push(...entries)
    }
    return found.sort((one, other) => one.position - other.position)
  }

  watermark(epoch: string): Extent | undefined {
    const extent = this.#extent(epoch)
    if (extent === undefined) return undefined
    this.#heard.watermarks.push(extent)
    this.#publish((connection) => () => connection.listener.watermark(extent, false))
    return extent
  }

  /** An attacker publishes a forgery, or replays an old copy. */
  forge(): void {
    const { random, epoch, head } = this.#world
    const position = Math.max(1, head + random.between(-20, 20))
    const forged = { position, previous: random.between(0, position - 1), id: 'forged', json: '' }
    const replayed = this.#heard.entries.at(-random.between(1, 30))
    const watermark = this.#heard.watermarks.at(-random.between(1, 30))
    switch (random.between(0, 3)) {
      case 0:
        return this.#tell(epoch, { ...forged, channel: random.pick(['a', 'b', 'c', 'd']) }, true)
      case 1:
        return replayed && this.#tell(replayed.epoch, replayed.entry, false)
      case 2:
        return this.#publish((connection) => () => {
          connection.listener.watermark({ epoch, position, id: 'forged', low: 0 }, true)
        })
      default:
        return (
          watermark &&
          this.#publish((connection) => () => connection.listener.watermark(watermark, false))
        )
    }
  }

  connect(listener: Listener): RedisConnection {
    const connection = new RedisConnection(listener)
    this.#connections.add(connection)
    return connection
  }

  /** Subscribes to some names, or unsubscribes others; calls `confirmed` when the answer arrives. */
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

  /** If `noticed`, the other side sees the end soon; otherwise the link just goes silent. */
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

  /** FLUSHALL: connections stay open. */
  flush(): void {
    this.#extents.clear()
  }

  /** An old snapshot returns, with a lower head. */
  rewind(by: number): void {
    for (const extents of this.#extents.values()) extents.length = Math.max(1, extents.length - by)
    this.cutAll(true)
  }

  /** A channel's recent stream: a deletion empties it first. */
  #recent(epoch: string, name: string): Entry[] {
    const entries = (this.#extents.get(epoch) ?? []).flatMap(({ entry }) => entry ?? [])
    const own = entries.filter(({ channel }) => channel === name)
    const forgets = this.#world.ablations.redisForgets !== false
    return own.slice(
      forgets
        ? Math.max(
            0,
            own.findLastIndex(({ json }) => isDeletion(json)),
          )
        : 0,
    )
  }

  #extent(epoch: string): Extent | undefined {
    return this.#extents.get(epoch)?.at(-1)?.extent
  }

  #tell(epoch: string, entry: Entry, isForged: boolean): void {
    this.#publish((connection) => {
      if (!connection.names.has(`${epoch}/${entry.channel}`)) return undefined
      return () => connection.listener.entry(entry, isForged)
    })
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
