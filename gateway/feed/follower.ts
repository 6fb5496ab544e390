import type { Extent } from '../../contract/extent.ts'
import type { Place } from '../../contract/place.ts'
import type { Channel, IdleOptions } from '../hub/channel.ts'
import type { Hub } from '../hub/hub.ts'
import type { Item } from '../hub/replayBuffer.ts'
import type { Heads, Question } from '../hub/source.ts'
import type { FollowerPorts, Scan, Scanned } from './followerPorts.ts'

interface FollowerOptions<I> extends IdleOptions {
  /** Longest silence; watermarks come about once a second. */
  linkTimeoutMs: number
  /** Between looks at the log's head while live. A message's travel takes far less. */
  lookMs: number
  maxBuffer: { items: number; bytes: number }
  sizeOf: (item: I) => number
}

/**
 * How the gateway keeps up with the log. No I/O. While a subscription to Redis stands, it brings messages in position order and
 * without loss. So each message, and each watermark from Redis, moves the gateway's own watermark. A new subscription counts only
 * after a read of the log from that watermark to its head, which must be looked at after the subscription stands.
 *
 * - FOLLOWING: no trusted subscription. The log is read from the watermark at every tick.
 * - CATCHING: Redis' watermark came, so new messages arrive, and are kept. The log is read up to its head.
 * - LIVE: messages are sent as they come. A hole in `previous` means a loss: CATCHING from there.
 *
 * Without a watermark from Redis for some seconds the subscription is dead: FOLLOWING, and a reconnect. CATCHING follows if Redis'
 * low watermark is above the gateway's own (Redis began again) or its high one below (an old message), or if a look finds a loss.
 */
export class Follower<I extends Item> {
  readonly #hub: Hub<I>
  readonly #ports: FollowerPorts<I>
  readonly #options: FollowerOptions<I>
  mode: 'following' | 'catching' | 'live' = 'following'
  #isConnected = false
  /** And all channels are subscribed on that connection. */
  #isUp = false
  #heardAt = 0
  #lookedAt = 0
  /** The log's head at the last look. */
  #seenHead = 0
  #kept: { items: I[]; bytes: number } = { items: [], bytes: 0 }
  #scan: Scan | undefined

  constructor(hub: Hub<I>, ports: FollowerPorts<I>, options: FollowerOptions<I>) {
    this.#hub = hub
    this.#ports = ports
    this.#options = options
  }

  /** These channels have their first stream. */
  wanted(channels: Channel<I>[]): void {
    if (this.#isConnected) this.#ports.subscribe(channels)
    else this.#hub.come(channels)
  }

  /** A connection stands: channels wanted from now on are subscribed on it. Returns the channels wanted before. */
  connected(): string[] {
    this.#isConnected = true
    return this.#hub.channels.names()
  }

  /** The channels wanted before are subscribed. `now` in milliseconds. */
  up(now: number): void {
    this.#isUp = true
    this.#heardAt = now
  }

  down(): void {
    this.#isConnected = this.#isUp = false
    this.#hub.come()
    this.#fallTo('following')
  }

  /**
   * Asks the log the hub's question, but not while the log is being read. That read may not cover the newest channels, and would
   * carry the watermark past their messages. A read that begins while the question is under way covers them.
   */
  ask(): void {
    const question = this.#scan === undefined && this.#hub.nextQuestion()
    if (question) this.#ports.ask(question)
  }

  answered(question: Question<I>, heads: Heads): void {
    if (heads.epoch === this.#hub.epoch) this.#hub.answered(question, heads)
    else if (this.#hub.isAwaited(question)) this.#begin(heads.epoch, heads)
  }

  /** A message came over Redis. */
  received(item: I): void {
    if (this.mode === 'live') {
      if (this.#hub.fanout.publishNext(item)) return
      this.#fallTo('catching', this.#lastOf(item))
    }
    if (this.mode === 'catching') this.#keep(item)
  }

  /** Redis' watermark came. `now` in milliseconds of a clock that never runs backwards. */
  watermark(watermark: Extent, now: number): void {
    if (!this.#isUp) return
    this.#heardAt = now
    const { epoch, fanout } = this.#hub
    const isLive = this.mode === 'live'
    // Only the log itself can prove another epoch, and this reads the log.
    const isNews = watermark.epoch !== epoch || watermark.low > fanout.watermark
    const isOld = isLive && watermark.position < fanout.watermark
    if (this.mode === 'following' || isNews || isOld) this.#fallTo('catching')
    else if (isLive) fanout.advanceTo(watermark)
  }

  scanned(scan: Scan, { epoch, items, upTo, isComplete }: Scanned<I>): void {
    if (scan !== this.#scan) return
    this.#scan = undefined
    if (epoch !== this.#hub.epoch) return this.#begin(epoch, upTo)
    const hole = this.#publish(items, scan.after)
    if (hole === undefined) this.#hub.fanout.advanceTo(upTo)
    this.#hub.readTo = hole ?? upTo.position
    // Between two reads, or a log far ahead would keep every new stream waiting.
    this.ask()
    const isAtHead = hole === undefined && isComplete
    if (this.mode === 'catching' && isAtHead && scan.counts) {
      this.mode = 'live'
      this.#hub.readTo = Infinity
      for (const item of this.#kept.items.splice(0)) this.received(item)
    } else if (this.mode === 'catching' || !isAtHead) this.#read()
    this.#hub.advance()
  }

  /** The next tick tries again. */
  scanFailed(scan: Scan): void {
    if (scan !== this.#scan) return
    this.#scan = undefined
    this.#hub.advance()
  }

  /** The log's head; by the next look, all messages up to it should have come. */
  looked({ epoch, position }: Heads): void {
    if (this.mode !== 'live') return
    const isMissing = this.#hub.fanout.watermark < this.#seenHead
    this.#seenHead = position
    if (isMissing || epoch !== this.#hub.epoch) this.#fallTo('catching')
  }

  /** Once or twice a second. */
  tick(now: number): void {
    const { linkTimeoutMs, lookMs } = this.#options
    if (this.#isUp && now - this.#heardAt > linkTimeoutMs) {
      this.down()
      this.#ports.reconnect()
    }
    if (this.mode !== 'live') this.#read()
    else if (now - this.#lookedAt >= lookMs) {
      this.#lookedAt = now
      this.#ports.look()
    }
    const idle = this.#hub.channels.takeIdle(now, this.#options)
    if (idle.length > 0) this.#hub.forget(idle)
    if (idle.length > 0 && this.#isConnected) this.#ports.unsubscribe(idle)
    this.#hub.advance()
  }

  /** Messages from Redis count no more: the log is read again, by default from the first position that may be incomplete. */
  #fallTo(mode: 'following' | 'catching', from = this.#hub.wholeTo): void {
    this.mode = mode
    this.#kept = { items: [], bytes: 0 }
    this.#hub.readTo = from
    // It may have looked at the head too early.
    if (this.#scan !== undefined) this.#scan.counts = false
    this.#read()
  }

  #keep(item: I): void {
    const { maxBuffer, sizeOf } = this.#options
    this.#kept.items.push(item)
    this.#kept.bytes += sizeOf(item)
    if (this.#kept.items.length > maxBuffer.items || this.#kept.bytes > maxBuffer.bytes) {
      this.#fallTo('following')
    }
  }

  /**
   * Publishes what was read after a position. It stops at a message whose channel lost an earlier one below that position: the
   * log may have it, so it is not a gap. Returns the position from which to read that channel.
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
    const counts = this.mode === 'catching'
    this.#scan = { after: this.#hub.wholeTo, channels: this.#hub.channels.names(), counts }
    this.#ports.scan(this.#scan)
  }

  #begin(epoch: string, place: Place): void {
    const isFirst = this.#hub.epoch === undefined
    this.#scan = undefined
    this.mode = 'following'
    this.#kept = { items: [], bytes: 0 }
    this.#seenHead = 0
    this.#hub.begin(epoch, place)
    if (isFirst) return
    // The subscribed names are those of the previous epoch.
    this.#isConnected = this.#isUp = false
    this.#ports.reconnect()
  }
}
