import type { Hub, Question, Heads } from '../hub/hub.ts'
import type { Channel } from '../hub/channel.ts'
import type { Item } from '../hub/replayBuffer.ts'

/**
 * How the gateway keeps up with the log. No I/O.
 *
 * The Redis subscription brings messages in position order and without loss for as long as it stands, because one script at a
 * time publishes them and TCP carries them. So each message and each beacon moves the hub's watermark. When the subscription
 * breaks, nothing that it brings counts until the log has been read from the watermark up to a head that was looked at after
 * the next one stood.
 *
 * - FOLLOWING: no subscription that can be trusted. The log is read from the watermark at every tick.
 * - CATCHING: a beacon was heard, so whatever is published now arrives, and is kept in the buffer. The log is read up to its
 *   head; then the buffer is replayed, and it is
 * - LIVE: what comes is sent as it comes. `previous` is checked all the same: if a channel has a hole, the subscription has lost
 *   something, and it is CATCHING from there.
 *
 * No beacon for some seconds means a dead subscription, whatever TCP believes: FOLLOWING, and it is made again. A beacon with a
 * floor above the watermark means that the copy in Redis began again, and something may never have been published: CATCHING.
 */
export type Mode = 'following' | 'catching' | 'live'

/** What the follower asks for. The answers come back through the methods named. */
export interface FollowerPorts<I extends Item> {
  /** Subscribe on Redis → `subscribed`. Only asked for while the subscription is up. */
  subscribe: (channels: Channel<I>[]) => void
  unsubscribe: (channels: Channel<I>[]) => void
  /** Ask the log → `answered` or `unanswered`. */
  ask: (question: Question<I>) => void
  /** Read the log after a position on all channels, up to a head that is looked at now → `scanned` or `scanFailed`. */
  scan: (scan: Scan) => void
  /** Drop the subscription and make it again → `down`, `up`. */
  reconnect: () => void
}

/** One read of the log. Its answer counts only while it is the one that is waited for. */
export interface Scan {
  readonly after: number
  readonly channels: readonly string[]
}

/** All items of the scan's channels above its position and up to `upTo`. */
export interface Scanned<I> {
  epoch: string
  items: readonly I[]
  upTo: number
  /** Whether `upTo` was the log's head. */
  isComplete: boolean
}

export interface FollowerOptions<I> {
  /** Beacons come about once a second; after this much silence the subscription is dead. In milliseconds. */
  beaconMs: number
  /** How long a channel stays subscribed after its last stream has left. In milliseconds. */
  lingerMs: number
  /** With more channels than this, idle ones make room at once. */
  crowdedAt: number
  /** Most that is kept while catching up; beyond that it starts over. */
  maxBuffer: { items: number; bytes: number }
  sizeOf: (item: I) => number
}

export class Follower<I extends Item> {
  readonly #hub: Hub<I>
  readonly #ports: FollowerPorts<I>
  readonly #options: FollowerOptions<I>
  #mode: Mode = 'following'
  #isUp = false
  #heardAt = 0
  #buffer: I[] = []
  #bufferBytes = 0
  #question: Question<I> | undefined
  #scan: Scan | undefined
  /** Whether that scan looks at a head that is late enough to go live from. */
  #counts = false
  /** Where CATCHING has to read from: the watermark, or less if a channel has a hole below it. */
  #catchFrom = 0

  constructor(hub: Hub<I>, ports: FollowerPorts<I>, options: FollowerOptions<I>) {
    this.#hub = hub
    this.#ports = ports
    this.#options = options
  }

  get mode(): Mode {
    return this.#mode
  }

  /** These channels have their first stream. */
  wanted(channels: Channel<I>[]): void {
    if (this.#isUp) this.#ports.subscribe(channels)
    else this.subscribed(channels)
  }

  /** The subscription stands, and every channel of the hub is subscribed at this very moment. `now` in milliseconds. */
  up(now: number): void {
    this.#isUp = true
    this.#heardAt = now
    this.#hub.allCome()
  }

  down(): void {
    this.#isUp = false
    this.#hub.allCome()
    this.#toFollowing()
  }

  /** The server has confirmed these: from now on their messages come. */
  subscribed(channels: readonly Channel<I>[]): void {
    this.#hub.come(channels)
  }

  /**
   * Asks the log what the hub has to ask, one question at a time. Not while the log is being read: that read may not cover the
   * channels that came since, and would carry the watermark past messages that they are owed. A read that begins while the
   * question is under way covers them.
   */
  ask(): void {
    if (this.#scan !== undefined || this.#question !== undefined) return
    this.#question = this.#hub.nextQuestion()
    if (this.#question !== undefined) this.#ports.ask(this.#question)
  }

  answered(question: Question<I>, heads: Heads): void {
    this.#question = undefined
    if (heads.epoch === this.#hub.epoch) this.#hub.answered(question, heads)
    else this.#begin(heads.epoch, heads.position)
  }

  /** It is asked again at the next tick. */
  unanswered(question: Question<I>): void {
    this.#question = undefined
    this.#hub.unanswered(question)
  }

  /** A message came over Redis. */
  received(item: I): void {
    if (this.#mode === 'live') {
      if (this.#hub.fanout.publishNext(item)) return
      this.#catch(this.#hub.channels.get(item.channel)?.last ?? this.#hub.fanout.watermark)
    }
    if (this.#mode === 'catching') this.#keep(item)
  }

  /** A beacon came over Redis. `now` in milliseconds of a clock that only runs forwards. */
  beacon(beacon: { epoch: string; head: number; floor: number }, now: number): void {
    if (!this.#isUp) return
    this.#heardAt = now
    const { epoch, fanout } = this.#hub
    const { watermark } = fanout
    if (this.#mode === 'following') this.#catch(watermark)
    // Another epoch is believed only from the log itself, which this reads.
    else if (beacon.epoch !== epoch || beacon.floor > watermark) {
      this.#catch(this.#mode === 'catching' ? this.#catchFrom : watermark)
    } else if (this.#mode === 'live') this.#hub.fanout.advanceTo(beacon.head)
  }

  scanned(scan: Scan, { epoch, items, upTo, isComplete }: Scanned<I>): void {
    if (scan !== this.#scan) return
    this.#scan = undefined
    if (epoch !== this.#hub.epoch) return this.#begin(epoch, upTo)
    for (const item of items) this.#hub.fanout.publish(item)
    this.#hub.fanout.advanceTo(upTo)
    // Between two reads, or a log that is far ahead would keep every new stream waiting.
    this.ask()
    if (this.#mode === 'catching' && !this.#counts) this.#read(this.#catchFrom)
    else {
      this.#catchFrom = upTo
      if (!isComplete) this.#read(upTo)
      else if (this.#mode === 'catching') this.#goLive()
    }
    this.#hub.advance()
  }

  /** It is tried again at the next tick. */
  scanFailed(scan: Scan): void {
    if (scan !== this.#scan) return
    this.#scan = undefined
    this.#hub.advance()
  }

  /** Once or twice a second. */
  tick(now: number): void {
    const { beaconMs, lingerMs, crowdedAt } = this.#options
    if (this.#isUp && now - this.#heardAt > beaconMs) {
      this.down()
      this.#ports.reconnect()
    }
    if (this.#mode === 'following') this.#read(this.#hub.fanout.watermark)
    else if (this.#mode === 'catching') this.#read(this.#catchFrom)
    const { channels } = this.#hub
    const idle = channels.takeIdle(channels.size > crowdedAt ? now : now - lingerMs)
    if (idle.length > 0 && this.#isUp) this.#ports.unsubscribe(idle)
    this.#hub.advance()
  }

  #toFollowing(): void {
    this.#mode = 'following'
    this.#dropBuffer()
    this.#read(this.#hub.fanout.watermark)
  }

  #catch(from: number): void {
    this.#mode = 'catching'
    this.#dropBuffer()
    this.#catchFrom = from
    // A scan that is under way may have looked at the head too early.
    this.#counts = false
    this.#read(from)
  }

  #keep(item: I): void {
    const { maxBuffer, sizeOf } = this.#options
    this.#bufferBytes += sizeOf(item)
    if (this.#buffer.length < maxBuffer.items && this.#bufferBytes <= maxBuffer.bytes) {
      this.#buffer.push(item)
    } else this.#toFollowing()
  }

  #read(after: number): void {
    if (this.#scan !== undefined) return
    this.#counts = this.#mode === 'catching'
    this.#scan = { after, channels: this.#hub.channels.names() }
    this.#ports.scan(this.#scan)
  }

  #goLive(): void {
    this.#mode = 'live'
    const buffer = this.#buffer
    this.#dropBuffer()
    for (const item of buffer) this.received(item)
  }

  #dropBuffer(): void {
    this.#buffer = []
    this.#bufferBytes = 0
  }

  #begin(epoch: string, position: number): void {
    const isFirst = this.#hub.epoch === undefined
    this.#scan = undefined
    this.#mode = 'following'
    this.#dropBuffer()
    this.#hub.begin(epoch, position)
    if (isFirst) return
    // What is subscribed are names of the epoch before.
    this.#isUp = false
    this.#ports.reconnect()
  }
}
