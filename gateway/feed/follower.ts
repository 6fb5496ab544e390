import type { Hub, Question, Heads } from '../hub/hub.ts'
import type { Channel } from '../hub/channel.ts'
import type { Item } from '../hub/replayBuffer.ts'
import type { FollowerOptions, FollowerPorts, Scan, Scanned } from './followerPorts.ts'

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

export class Follower<I extends Item> {
  readonly #hub: Hub<I>
  readonly #ports: FollowerPorts<I>
  readonly #options: FollowerOptions<I>
  #mode: Mode = 'following'
  /** A connection stands; and on it everything is subscribed. */
  #isConnected = false
  #isUp = false
  #heardAt = 0
  #kept: { items: I[]; bytes: number } = { items: [], bytes: 0 }
  #scan: Scan | undefined
  /** Where the log has to be read from: the watermark, or less if a channel has a hole below it. Not kept while LIVE. */
  #readFrom = 0

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
    if (this.#isConnected) this.#ports.subscribe(channels)
    else this.#hub.come(channels)
  }

  /** A connection stands: what is wanted from now on is subscribed on it. Returns what was wanted before. */
  connected(): string[] {
    this.#isConnected = true
    return this.#hub.channels.names()
  }

  /** What was wanted before is subscribed. `now` in milliseconds. */
  up(now: number): void {
    this.#isUp = true
    this.#heardAt = now
  }

  down(): void {
    this.#isConnected = this.#isUp = false
    this.#hub.come()
    this.#toFollowing()
  }

  /**
   * Asks the log what the hub has to ask. Not while the log is being read: that read may not cover the channels that came since,
   * and would carry the watermark past messages that they are owed. A read that begins while the question is under way covers them.
   */
  ask(): void {
    const question = this.#scan === undefined ? this.#hub.nextQuestion() : undefined
    if (question !== undefined) this.#ports.ask(question)
  }

  answered(question: Question<I>, heads: Heads): void {
    if (heads.epoch === this.#hub.epoch) this.#hub.answered(question, heads)
    else if (this.#hub.isAwaited(question)) this.#begin(heads.epoch, heads.position)
  }

  /** A message came over Redis. */
  received(item: I): void {
    if (this.#mode === 'live') {
      if (this.#hub.fanout.publishNext(item)) return
      this.#catch(this.#lastOf(item))
    }
    if (this.#mode === 'catching') this.#keep(item)
  }

  /** A beacon came over Redis. `now` in milliseconds of a clock that only runs forwards. */
  beacon(beacon: { epoch: string; head: number; floor: number }, now: number): void {
    if (!this.#isUp) return
    this.#heardAt = now
    const { epoch, fanout } = this.#hub
    // Another epoch is believed only from the log itself, which this reads.
    if (this.#mode === 'following' || beacon.epoch !== epoch || beacon.floor > fanout.watermark) {
      this.#catch(this.#mode === 'live' ? fanout.watermark : this.#readFrom)
    } else if (this.#mode === 'live') fanout.advanceTo(beacon.head)
  }

  scanned(scan: Scan, { epoch, items, upTo, isComplete }: Scanned<I>): void {
    if (scan !== this.#scan) return
    this.#scan = undefined
    if (epoch !== this.#hub.epoch) return this.#begin(epoch, upTo)
    const hole = this.#publish(items, scan.after)
    if (hole === undefined) this.#hub.fanout.advanceTo(upTo)
    this.#readFrom = hole ?? upTo
    // Between two reads, or a log that is far ahead would keep every new stream waiting.
    this.ask()
    const isAtHead = hole === undefined && isComplete
    if (this.#mode === 'catching' && isAtHead && scan.counts) this.#goLive()
    else if (this.#mode === 'catching' || !isAtHead) this.#read()
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
    if (this.#mode !== 'live') this.#read()
    const { channels } = this.#hub
    const idle = channels.takeIdle(channels.size > crowdedAt ? now : now - lingerMs)
    if (idle.length > 0 && this.#isConnected) this.#ports.unsubscribe(idle)
    this.#hub.advance()
  }

  #toFollowing(): void {
    if (this.#mode === 'live') this.#readFrom = this.#hub.fanout.watermark
    this.#mode = 'following'
    this.#forget()
    this.#read()
  }

  #catch(from: number): void {
    this.#mode = 'catching'
    this.#forget()
    this.#readFrom = from
    // It may have looked at the head too early.
    if (this.#scan !== undefined) this.#scan.counts = false
    this.#read()
  }

  #keep(item: I): void {
    const { maxBuffer, sizeOf } = this.#options
    this.#kept.items.push(item)
    this.#kept.bytes += sizeOf(item)
    if (this.#kept.items.length > maxBuffer.items || this.#kept.bytes > maxBuffer.bytes) {
      this.#toFollowing()
    }
  }

  /**
   * Publishes what was read after a position. Stops before a message whose channel has lost something that lies below that:
   * the log may have it, so it is no gap. Returns where to read that channel from.
   */
  #publish(items: readonly I[], after: number): number | undefined {
    const { fanout } = this.#hub
    for (const item of items) {
      if (fanout.publishNext(item)) continue
      if (item.previous <= after) return this.#lastOf(item)
      fanout.publish(item)
    }
    return undefined
  }

  #lastOf({ channel }: I): number {
    return this.#hub.channels.get(channel)?.last ?? this.#hub.fanout.watermark
  }

  #read(): void {
    if (this.#scan !== undefined) return
    const counts = this.#mode === 'catching'
    this.#scan = { after: this.#readFrom, channels: this.#hub.channels.names(), counts }
    this.#ports.scan(this.#scan)
  }

  #goLive(): void {
    this.#mode = 'live'
    for (const item of this.#forget()) this.received(item)
  }

  #forget(): I[] {
    const { items } = this.#kept
    this.#kept = { items: [], bytes: 0 }
    return items
  }

  #begin(epoch: string, position: number): void {
    const isFirst = this.#hub.epoch === undefined
    this.#scan = undefined
    this.#mode = 'following'
    this.#forget()
    this.#readFrom = position
    this.#hub.begin(epoch, position)
    if (isFirst) return
    // What is subscribed are names of the epoch before.
    this.#isConnected = this.#isUp = false
    this.#ports.reconnect()
  }
}
