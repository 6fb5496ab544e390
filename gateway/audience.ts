import type { ResetReason } from '../contract/events.ts'
import { Fanout, gapBefore } from './fanout.ts'
import type { Item, Ring } from './ring.ts'
import { Subscriber, type Batch, type Sink, type Start } from './subscriber.ts'

/** The log's head and those of some channels (0: no messages), as the log holds them at one moment. */
export interface Heads {
  epoch: string
  position: number
  channels: ReadonlyMap<string, number>
}

export interface AudiencePorts<I extends Item> {
  /** Somebody listens to these for the first time: make them come → `activated`. */
  wanted: (channels: string[]) => void
  /** Ask the log for its head alone → `activated`. */
  askHead: () => void
  /** Something was accepted: call `flush` at the end of this turn. */
  flushSoon: (first: I) => void
  /** Wait until the stream has taken what it was sent → `page`, with nothing. */
  pause: (subscriber: Subscriber<I>) => void
  /** Read for one stream → `page` or `pageFailed`. */
  read: (subscriber: Subscriber<I>, after: number, upTo: number) => void
}

/**
 * Who listens to what, and how each stream joins without a seam. No I/O.
 *
 * A channel becomes ready at a starting
 * point, `from`, that is not below the log's head at a moment when its messages were already coming: up to there the log
 * has everything, and above it everything passes `accept`. So a stream reads the log, or the ring, up to the tip, and is
 * live from then on, in the same step: there is no moment in which a message could slip between.
 */
export class Audience<I extends Item> extends Fanout<I> {
  readonly #ports: AudiencePorts<I>
  readonly #joining = new Set<Subscriber<I>>()
  #epoch: string | undefined
  #logHead = 0
  readonly #batches = new WeakMap<readonly I[], Batch<I>>()
  #lastRecent: { key: string; piece: ReturnType<Ring<I>['since']> } | undefined

  constructor(ports: AudiencePorts<I>, ring: Ring<I>) {
    super(ring, ports.flushSoon)
    this.#ports = ports
  }

  /** Undefined until the log has been seen once: no stream can begin before that. */
  get epoch(): string | undefined {
    return this.#epoch
  }

  get joiningCount(): number {
    return this.#joining.size
  }

  join(channels: readonly string[], start: Start<I>, sink: Sink<I>): Subscriber<I> {
    const subscriber = new Subscriber(channels, start, sink)
    const fresh = this.channels.add(subscriber)
    this.#joining.add(subscriber)
    if (fresh.length > 0) this.#ports.wanted(fresh)
    this.#advance(subscriber)
    return subscriber
  }

  leave(subscriber: Subscriber<I>, now: number): void {
    this.#joining.delete(subscriber)
    this.channels.remove(subscriber, now)
  }

  /** Everything of its channels with `cursor < position <= upTo`. */
  page(subscriber: Subscriber<I>, items: readonly I[], upTo: number): void {
    subscriber.reading = false
    if (!this.#joining.has(subscriber)) return
    this.#catchUp(subscriber, items)
    subscriber.cursor = Math.max(subscriber.cursor, upTo)
    this.#advance(subscriber)
  }

  /** It is tried again when something moves. */
  pageFailed(subscriber: Subscriber<I>): void {
    subscriber.reading = false
  }

  /** These channels' messages were coming when the log had these heads. */
  activated(heads: Heads): void {
    this.#logHead = Math.max(this.#logHead, heads.position)
    for (const [name, head] of heads.channels) {
      if (this.channels.get(name)?.state !== 'activating') continue
      const channel = this.channels.setState(name, 'ready')
      if (channel === undefined) continue
      // Not below the tip: what lies between is in the log already, and will not come again.
      channel.from = channel.last = Math.max(heads.position, this.tip)
      channel.head = Math.max(channel.head, head)
    }
    for (const subscriber of this.#joining) subscriber.answered ||= subscriber.asked
    this.advance()
  }

  /** `askHead` found the log away; it is asked again when something moves. */
  headFailed(): void {
    for (const subscriber of this.#joining) subscriber.asked = subscriber.answered
  }

  /** Lets every stream that waits or catches up take its next step. */
  advance(): void {
    for (const subscriber of this.#joining) this.#advance(subscriber)
  }

  /** Another log, or the first: the streams of the one before are ended, because their ids mean nothing in this one. */
  begin(epoch: string, position: number): void {
    this.flush()
    const subscribers = this.#epoch === undefined ? [] : this.channels.clear()
    this.#epoch = epoch
    this.#logHead = position
    this.restart(position)
    this.#lastRecent = undefined
    for (const subscriber of subscribers) {
      this.#joining.delete(subscriber)
      subscriber.sink.end('reset')
    }
    this.advance()
  }

  #advance(subscriber: Subscriber<I>): void {
    if (subscriber.reading || this.#epoch === undefined) return
    let from = 0
    for (const name of subscriber.channels) {
      const channel = this.channels.get(name)
      if (channel?.state !== 'ready') return
      from = Math.max(from, channel.from)
    }
    const known = Math.max(this.tip, from)
    if (!subscriber.started && !this.#start(subscriber, this.#epoch, known)) return
    const { cursor } = subscriber
    if (cursor < known) {
      if (cursor < from || cursor < this.ring.from) {
        subscriber.reading = true
        // Not up to the tip, which moves: those who come back together ask for the same, and one read serves them.
        this.#ports.read(subscriber, cursor, Math.max(from, this.ring.from))
        return
      }
      const { items, upTo } = this.#recent(cursor, subscriber.channels)
      this.#catchUp(subscriber, items)
      subscriber.cursor = upTo ?? known
      if (upTo !== undefined) {
        subscriber.reading = true
        this.#ports.pause(subscriber)
        return
      }
    }
    this.#goLive(subscriber)
  }

  /** Decides where a stream begins and tells it; false where the log has to be asked first. */
  #start(subscriber: Subscriber<I>, epoch: string, known: number): boolean {
    const { start, sink } = subscriber
    let reset: ResetReason | undefined
    if (start.epoch !== undefined && start.epoch !== epoch) reset = 'other-epoch'
    else if (start.after !== undefined && start.after > Math.max(known, this.#logHead)) {
      if (!subscriber.answered) {
        if (!subscriber.asked) this.#ports.askHead()
        subscriber.asked = true
        return false
      }
      reset = 'ahead-of-log'
    }
    subscriber.started = true
    const [first] = start.prelude ?? []
    subscriber.cursor = reset === undefined ? (start.after ?? known) : known
    const heads = subscriber.channels.map((name) => [
      name,
      { head: this.channels.get(name)?.head ?? 0 },
    ])
    sink.ready({
      // With a prelude, a stream that breaks off at once is to get it again.
      position: first === undefined ? subscriber.cursor : first.position - 1,
      complete: reset === undefined,
      channels: Object.fromEntries(heads),
    })
    if (reset !== undefined) sink.reset(reset)
    else if (first !== undefined) sink.send({ items: start.prelude ?? [] })
    subscriber.liveFrom = subscriber.cursor
    return true
  }

  #catchUp(subscriber: Subscriber<I>, items: readonly I[]): void {
    const lasts = (subscriber.lasts ??= new Map())
    let fresh: I[] = []
    for (const item of items) {
      if (item.position <= subscriber.cursor) continue
      const last = lasts.get(item.channel) ?? subscriber.liveFrom
      if (item.previous > last) {
        if (fresh.length > 0) subscriber.sink.send({ items: fresh })
        fresh = []
        subscriber.sink.gap(gapBefore(item, last))
      }
      lasts.set(item.channel, item.position)
      subscriber.cursor = item.position
      fresh.push(item)
    }
    if (fresh.length === items.length && fresh.length > 0) subscriber.sink.send(this.#share(items))
    else if (fresh.length > 0) subscriber.sink.send({ items: fresh })
  }

  /** The same items are the same batch, so that they are made into bytes once. */
  #share(items: readonly I[]): Batch<I> {
    const batch = this.#batches.get(items) ?? { items }
    this.#batches.set(items, batch)
    return batch
  }

  /** The ring's next piece above a cursor; the last answer is kept for those who come back with the same one. */
  #recent(cursor: number, channels: readonly string[]): ReturnType<Ring<I>['since']> {
    const key = [cursor, this.tip, ...channels].join(' ')
    if (this.#lastRecent?.key !== key) {
      this.#lastRecent = { key, piece: this.ring.since(cursor, new Set(channels)) }
    }
    return this.#lastRecent.piece
  }

  #goLive(subscriber: Subscriber<I>): void {
    this.#joining.delete(subscriber)
    subscriber.lasts = undefined
    subscriber.liveFrom = subscriber.cursor
    subscriber.live = true
    for (const name of subscriber.channels) this.channels.get(name)?.live.add(subscriber)
  }
}
