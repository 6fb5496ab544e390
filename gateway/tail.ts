import type { Audience, Heads } from './audience.ts'
import type { Item } from './ring.ts'

/**
 * How the gateway keeps up with the log. No I/O.
 *
 * The Redis link brings messages in position order and without loss for as long as it stands, because one script at a time
 * publishes them and TCP carries them; so each message and each beacon moves the audience's tip. When the link breaks, nothing
 * that it brings counts until the log has been read from the tip up to a head that was looked at after the new link stood.
 *
 * - FOLLOWING: no link that can be trusted. The log is read from the tip at every tick.
 * - CATCHING: a beacon was heard on the link, so whatever is published now arrives, and is kept in the buffer. The log is
 *   read up to its head; then the buffer is replayed, and it is
 * - LIVE: what the link brings is sent as it comes. `previous` is checked all the same: where a channel has a hole, the link
 *   has lost something, and it is CATCHING from there.
 *
 * No beacon for some seconds means a dead link, whatever TCP believes: FOLLOWING, and the link is made anew. A beacon with a
 * floor above the tip means that the copy in Redis began anew, and something may never have been published: CATCHING.
 */
export type Mode = 'following' | 'catching' | 'live'

/** What the tail asks for. The answers come back through the methods named. */
export interface TailPorts {
  /** Subscribe on the link → `subscribed`. Only asked for while the link is up. */
  subscribe: (channels: string[]) => void
  unsubscribe: (channels: string[]) => void
  /** Read the log's head and those of these channels → `activated` or `activationFailed`. */
  activate: (channels: string[]) => void
  /** Read the log after a position on these channels, up to a head that is looked at now → `followed` or `followFailed`. */
  follow: (ticket: number, after: number, channels: string[]) => void
  /** Drop the link and make it anew → `linkDown`, `linkUp`. */
  reconnect: () => void
}

/** A stretch of the log: all its items of the channels asked for, above the position asked for and up to `upTo`. */
export interface Stretch<I> {
  epoch: string
  items: readonly I[]
  upTo: number
  /** Whether `upTo` was the log's head. */
  complete: boolean
}

export interface TailOptions {
  /** Beacons come about once a second; after this much silence the link is dead. */
  beaconMs: number
  /** How long a channel stays subscribed after its last stream has left. */
  lingerMs: number
  /** Most items kept while catching up; beyond that it begins anew. */
  maxBuffer: number
}

export class Tail<I extends Item> {
  readonly #audience: Audience<I>
  readonly #ports: TailPorts
  readonly #options: TailOptions
  #mode: Mode = 'following'
  #linked = false
  #heardAt = 0
  #buffer: I[] = []
  /** Of the stretch that is being read; 0 where none is. */
  #ticket = 0
  #tickets = 0
  /** Whether that stretch looks at a head that is late enough to go live from. */
  #counts = false
  /** Where CATCHING has to read from: the tip, or less where a channel has a hole below it. */
  #catchFrom = 0
  /** Starting points that came while a stretch was being read that may not cover their channels. */
  #meanwhile: Heads[] = []

  constructor(audience: Audience<I>, ports: TailPorts, options: TailOptions) {
    this.#audience = audience
    this.#ports = ports
    this.#options = options
  }

  get mode(): Mode {
    return this.#mode
  }

  /** These channels have their first stream. */
  wanted(channels: string[]): void {
    if (this.#linked) this.#ports.subscribe(channels)
    else this.#activate(channels)
  }

  /** The link stands, and every channel of the audience's table is subscribed on it at this very moment. */
  linkUp(now: number): void {
    this.#linked = true
    this.#heardAt = now
    this.#activate(this.#audience.channels.subscribing())
  }

  linkDown(): void {
    this.#linked = false
    this.#toFollowing()
    this.#activate(this.#audience.channels.subscribing())
  }

  /** The server has confirmed these: from now on the link brings their messages. */
  subscribed(channels: readonly string[]): void {
    const { channels: table } = this.#audience
    this.#activate(channels.filter((name) => table.get(name)?.state === 'subscribing'))
  }

  activated(heads: Heads): void {
    if (heads.epoch !== this.#audience.epoch) this.#begin(heads.epoch, heads.position)
    if (this.#ticket !== 0) this.#meanwhile.push(heads)
    else this.#audience.activated(heads)
  }

  /** They are asked for again at the next tick. */
  activationFailed(channels: readonly string[]): void {
    const { channels: table } = this.#audience
    for (const name of channels) {
      if (table.get(name)?.state === 'activating') table.setState(name, 'subscribing')
    }
    this.#audience.headFailed()
  }

  /** A message came over the link. */
  received(item: I): void {
    if (this.#mode === 'live') {
      if (this.#audience.acceptNext(item)) return
      this.#catch(this.#audience.channels.get(item.channel)?.last ?? this.#audience.tip)
      this.#buffer.push(item)
    } else if (this.#mode === 'catching') {
      if (this.#buffer.length < this.#options.maxBuffer) this.#buffer.push(item)
      else this.#toFollowing()
    }
  }

  /** A beacon came over the link. `now` in milliseconds of a clock that only runs forwards. */
  beacon(beacon: { epoch: string; head: number; floor: number }, now: number): void {
    if (!this.#linked) return
    this.#heardAt = now
    const { tip, epoch } = this.#audience
    if (this.#mode === 'following') this.#catch(tip)
    // Another epoch is believed only from the log itself, which this reads.
    else if (beacon.epoch !== epoch || beacon.floor > tip) {
      this.#catch(this.#mode === 'catching' ? this.#catchFrom : tip)
    } else if (this.#mode === 'live') this.#audience.moveTip(beacon.head)
  }

  followed(ticket: number, stretch: Stretch<I>): void {
    if (ticket !== this.#ticket) return
    this.#ticket = 0
    if (stretch.epoch !== this.#audience.epoch) {
      this.#begin(stretch.epoch, stretch.upTo)
      return
    }
    for (const item of stretch.items) this.#audience.accept(item)
    this.#audience.moveTip(stretch.upTo)
    for (const heads of this.#meanwhile.splice(0)) this.activated(heads)
    if (this.#mode === 'catching' && !this.#counts) this.#follow(this.#catchFrom)
    else {
      this.#catchFrom = stretch.upTo
      if (!stretch.complete) this.#follow(stretch.upTo)
      else if (this.#mode === 'catching') this.#goLive()
    }
    this.#audience.advance()
  }

  /** It is tried again at the next tick. */
  followFailed(ticket: number): void {
    if (ticket !== this.#ticket) return
    this.#ticket = 0
    for (const heads of this.#meanwhile.splice(0)) this.activated(heads)
  }

  /** Once or twice a second. */
  tick(now: number): void {
    const { channels: table } = this.#audience
    if (this.#linked && now - this.#heardAt > this.#options.beaconMs) {
      this.linkDown()
      this.#ports.reconnect()
    }
    if (this.#mode === 'following') this.#follow(this.#audience.tip)
    else if (this.#mode === 'catching') this.#follow(this.#catchFrom)
    const abandoned = table.takeAbandoned(now - this.#options.lingerMs)
    if (abandoned.length > 0 && this.#linked) this.#ports.unsubscribe(abandoned)
    const waiting = table.subscribing()
    if (waiting.length > 0) this.wanted(waiting)
    this.#audience.advance()
  }

  #activate(channels: string[]): void {
    if (channels.length === 0) return
    for (const name of channels) this.#audience.channels.setState(name, 'activating')
    this.#ports.activate(channels)
  }

  #toFollowing(): void {
    this.#mode = 'following'
    this.#buffer = []
    this.#follow(this.#audience.tip)
  }

  #catch(from: number): void {
    this.#mode = 'catching'
    this.#buffer = []
    this.#catchFrom = from
    // A stretch that is being read already may have looked at the head too early.
    this.#counts = false
    this.#follow(from)
  }

  #follow(after: number): void {
    if (this.#ticket !== 0) return
    this.#ticket = ++this.#tickets
    this.#counts = this.#mode === 'catching'
    this.#ports.follow(this.#ticket, after, this.#audience.channels.names())
  }

  #goLive(): void {
    this.#mode = 'live'
    for (const item of this.#buffer.splice(0)) this.received(item)
  }

  #begin(epoch: string, position: number): void {
    const first = this.#audience.epoch === undefined
    this.#ticket = 0
    this.#meanwhile = []
    this.#mode = 'following'
    this.#buffer = []
    this.#audience.begin(epoch, position)
    if (first) return
    // The link's subscriptions are to names of the epoch before.
    this.#linked = false
    this.#ports.reconnect()
  }
}
