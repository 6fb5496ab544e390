import { Cursor } from '../../contract/cursor.ts'
import type { ResetReason } from '../../contract/events.ts'
import { headsOf, type Channel } from './channel.ts'
import type { Hub } from './hub.ts'
import type { Joining, Start } from './joining.ts'
import type { Batch, Item } from './replayBuffer.ts'
import type { Sink } from './sink.ts'

/**
 * One stream as the hub sees it, and every change of its state:
 *
 * - WAITING until each of its channels is ready; then it gets `ready`, and its start is decided.
 * - REPLAYING while its cursor is behind the watermark: page after page is read for it.
 * - LIVE once its cursor is not behind the watermark.
 *
 * There is one for each open stream. A `#private` method would mark each object, with 8 bytes.
 */
export class Subscription<I extends Item> {
  readonly channels: readonly Channel<I>[]
  readonly sink: Sink<I>
  /** Its own while it joins, when places pass quickly; after that it shares one with all that stand there. */
  #cursor: Cursor
  /** Its cursor when it was last known to be complete: items up to there are nothing new to it. */
  #liveFrom = 0
  /** Dropped once it is live, for the hour that it lives then. */
  #joining: Joining<I> | undefined

  /** `cursor`: the hub's place, and so the start of a stream for new messages only. */
  constructor(cursor: Cursor, channels: readonly Channel<I>[], start: Start<I>, sink: Sink<I>) {
    this.#cursor = cursor
    this.channels = channels
    this.#joining = { start, isReading: false, head: 'unknown', after: 0, lasts: new Map() }
    this.sink = sink
  }

  get state(): 'waiting' | 'replaying' | 'live' {
    if (this.#joining === undefined) return 'live'
    return this.#joining.start === undefined ? 'replaying' : 'waiting'
  }

  /** Everything up to here has been sent. */
  get cursor(): Cursor {
    return this.#cursor
  }

  /** The log has answered the question for its head, or could not. */
  headAnswered(isAnswered: boolean): void {
    if (this.#joining !== undefined) this.#joining.head = isAnswered ? 'answered' : 'unknown'
  }

  /** All items of its channels between its cursor and `upTo`. */
  replay(hub: Hub<I>, batch: Batch<I>, upTo: number): void {
    const joining = this.#joining
    if (joining === undefined) return
    joining.isReading = false
    this.send(joining, batch)
    // Never back, or a late answer would make the stream send something twice.
    if (!this.#cursor.covers(upTo)) this.#cursor = this.#cursor.at(upTo)
    this.advance(hub)
  }

  /** It is tried again when something moves. */
  readFailed(): void {
    if (this.#joining !== undefined) this.#joining.isReading = false
  }

  /** Takes the next step, if there is one to take now. */
  advance(hub: Hub<I>): void {
    const joining = this.#joining
    if (joining === undefined || joining.isReading) return
    let from = 0
    for (const channel of this.channels) {
      if (channel.state !== 'ready') return
      if (channel.from > from) from = channel.from
    }
    if (this.sink.mustWait === true) return this.pause(hub, joining)
    const known = Math.max(hub.fanout.watermark, from)
    if (joining.start !== undefined && !this.begin(hub, joining, joining.start, known)) return
    if (!this.#cursor.covers(known)) {
      const buffered = Math.max(from, hub.buffer.from)
      if (!this.#cursor.covers(buffered)) {
        joining.isReading = true
        // Not up to the watermark, which moves: so readers that reconnect together ask the same, and one read serves them.
        hub.source.read(this, buffered)
        return
      }
      this.logIsRead(joining)
      const { batch, upTo } = hub.buffer.since(
        this.#liveFrom,
        this.channels.map(({ name }) => name),
      )
      this.send(joining, batch)
      if (upTo !== undefined) return this.pause(hub, joining)
    } else this.logIsRead(joining)
    this.#joining = undefined
    this.#cursor = hub.at(this.#cursor.position)
    hub.joined(this)
  }

  /**
   * Live: sends the items that it has not had. If it became live in this very turn, it has had the first ones already. `end`: the
   * place of the last one.
   */
  give(batch: Batch<I>, end: Cursor): void {
    const cursor = this.#cursor
    const { items } = batch
    if (cursor.covers(end.position)) return
    const isWhole = !cursor.covers(items[0]?.position ?? 0)
    const fresh = isWhole ? batch : { items: items.filter((item) => !cursor.covers(item.position)) }
    this.#cursor = end
    this.sink.send(fresh)
  }

  /** Live: the log itself has nothing between `after` and the item. */
  tellGap(item: Item, after: number): void {
    if (item.previous > this.#liveFrom) this.gap(item, Math.max(after, this.#liveFrom))
  }

  /** Live: the item turned up after later ones. Only a stream that has not had those can still get it in order. */
  giveLate(item: I, end: Cursor): void {
    const { channel, position } = item
    if (!this.#cursor.covers(position)) this.give({ items: [item] }, end)
    else if (position > this.#liveFrom) {
      const gap = { channel, after: position - 1, before: position + 1, reason: 'lost' } as const
      this.sink.gap(gap, this.#cursor)
    }
  }

  /** Its reader's place to resume from if the stream ends now, and all up to `whole` was accepted; undefined if the reader must repeat its first request. */
  resumeAt(whole: Cursor): Cursor | undefined {
    const cursor = this.#cursor
    if (this.#joining === undefined) return cursor.covers(whole.position) ? cursor : whole
    const { start } = this.#joining
    if (start === undefined) return cursor
    const { epoch = cursor.epoch, after = cursor.position, prelude } = start
    return prelude === undefined ? new Cursor(epoch, after) : undefined
  }

  private pause(hub: Hub<I>, joining: Joining<I>): void {
    joining.isReading = true
    hub.source.pause(this)
  }

  /** Decides on the stream's start and sends `ready`; false if the log must be asked first. */
  private begin(hub: Hub<I>, joining: Joining<I>, start: Start<I>, known: number): boolean {
    const { epoch, after = known, prelude, isUnnamed } = start
    const { sink } = this
    let reset: ResetReason | undefined
    if (epoch !== undefined && epoch !== this.#cursor.epoch) reset = 'other-epoch'
    else if (after > Math.max(known, hub.logHead)) {
      if (joining.head !== 'answered') {
        if (joining.head === 'unknown') hub.askHead(this)
        joining.head = 'asked'
        return false
      }
      reset = 'ahead-of-log'
    }
    joining.start = undefined
    const cursor = (this.#cursor = this.#cursor.at(reset === undefined ? after : known))
    const [first] = prelude?.items ?? []
    // If a stream with a prelude breaks off at once, its reader should get the prelude again.
    const at = first === undefined || reset !== undefined ? cursor : cursor.at(first.position - 1)
    const complete = reset === undefined && isUnnamed !== true
    sink.ready({ position: at.position, complete, channels: headsOf(this.channels) }, at)
    if (reset !== undefined) sink.reset(reset, cursor)
    else if (prelude !== undefined && first !== undefined) sink.send(prelude)
    joining.after = this.#liveFrom = cursor.position
    return true
  }

  private send({ after, lasts }: Joining<I>, batch: Batch<I>): void {
    const { sink } = this
    const { items } = batch
    let { position } = this.#cursor
    let fresh: I[] = []
    for (const item of items) {
      if (item.position <= position) continue
      const last = lasts.get(item.channel) ?? after
      if (item.previous > last) {
        this.#cursor = this.#cursor.at(position)
        if (fresh.length > 0) sink.send({ items: fresh })
        fresh = []
        this.gap(item, last)
      }
      lasts.set(item.channel, item.position)
      position = item.position
      fresh.push(item)
    }
    if (fresh.length === 0) return
    this.#cursor = this.#cursor.at(position)
    sink.send(fresh.length === items.length ? batch : { items: fresh })
  }

  /** The log has nothing more up to the cursor. If it lacks a channel's last messages, no later one may ever show that. */
  private logIsRead({ after, lasts }: Joining<I>): void {
    // Messages that the buffer lacks may still turn up: only the log's own answer is final.
    this.#liveFrom = this.#cursor.position
    for (const { name, head } of this.channels) {
      const last = lasts.get(name) ?? after
      if (head <= last || !this.#cursor.covers(head)) continue
      lasts.set(name, head)
      this.gap({ channel: name, position: head + 1 }, last)
    }
  }

  /** The messages in between have been removed from the log. */
  private gap({ channel, position }: Pick<Item, 'channel' | 'position'>, after: number): void {
    this.sink.gap({ channel, after, before: position, reason: 'retention' }, this.#cursor)
  }
}
