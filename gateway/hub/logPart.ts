import type { Cursor } from '../../contract/cursor.ts'
import { formatLogId } from '../../contract/logIds.ts'
import type { ControlEvents, GoodbyeReason, ResetReason } from '../../contract/events.ts'
import type { Hub } from './hub.ts'
import type { Start } from './joining.ts'
import type { JointSubscription } from './jointSubscription.ts'
import type { Batch, Item } from './replayBuffer.ts'
import type { Sink } from './sink.ts'
import type { Subscription } from './subscription.ts'

/** How a part finds its beginning. */
export interface PartEdges<I extends Item> {
  /** Looks for the start → `found`; it tries for as long as the stream is open, and may call back at once. */
  find: (found: (start: Start<I>) => void) => void
  /** It is in no hub: call `begin` when its log begins, or becomes another one. */
  wait: (part: LogPart<I>) => void
  /** Whether the gateway may listen to its channels too. */
  hasRoom: (part: LogPart<I>) => boolean
  /** It is in its hub, or has left for ever. */
  settled: (part: LogPart<I>) => void
}

/**
 * A stream's share of one log if it is over several: the sink of its subscription in the hub of that log. If the log becomes another
 * one, only this part ends. It begins again in the other log, which tells it the reset.
 */
export class LogPart<I extends Item> implements Sink<I> {
  readonly log: number
  readonly hub: Hub<I>
  readonly names: readonly string[]
  readonly joint: JointSubscription<I>
  readonly #edges: PartEdges<I>
  #subscription: Subscription<I> | undefined
  #isOver = false
  /** Its reader has been told `ready`. */
  hasBegun = false
  /** Everything of this log up to here has been sent, or was before; undefined if there was nothing before. */
  #place: Cursor | undefined
  /** The place as a part of the id. */
  #text = ''

  /** `asked`: the place in this log that the request names, if it names one. */
  constructor(
    joint: JointSubscription<I>,
    log: number,
    hub: Hub<I>,
    names: readonly string[],
    asked: Cursor | undefined,
    edges: PartEdges<I>,
  ) {
    this.joint = joint
    this.log = log
    this.hub = hub
    this.names = names
    this.#edges = edges
    if (asked !== undefined) this.#moveTo(asked)
  }

  /** Empty if there is no place. */
  get text(): string {
    return this.#text
  }

  get mustWait(): boolean {
    return this.joint.sink.isFull
  }

  /** Joins the hub once the log has been seen and the start is found. */
  begin(): void {
    if (this.#subscription !== undefined || this.#isOver) return
    this.#edges.wait(this)
    const { epoch } = this.hub
    if (epoch === undefined) return
    const place = this.#place
    if (this.hasBegun && place !== undefined) {
      return this.#join({ epoch: place.epoch, after: place.position })
    }
    this.#edges.find((start) => {
      // In another log the start means nothing: that one looks for its own.
      if (this.hub.epoch === epoch && this.#subscription === undefined) this.#join(start)
    })
  }

  ready(event: ControlEvents['ready'], at: Cursor): void {
    this.hasBegun = true
    this.#moveTo(at)
    this.joint.ready(event)
  }

  send(batch: Batch<I>): void {
    const place = this.#place
    const last = batch.items.at(-1)
    if (place === undefined || last === undefined) return
    this.joint.send(this, batch)
    this.#moveTo(place.at(last.position))
  }

  gap(event: ControlEvents['gap'], at: Cursor): void {
    this.#moveTo(at)
    this.joint.gap(event)
  }

  reset(reason: ResetReason, at: Cursor): void {
    this.#moveTo(at)
    this.joint.reset(reason, [...this.names])
  }

  /** The log has become another one. */
  end(_reason: GoodbyeReason, at: Cursor | undefined): void {
    this.#subscription = undefined
    if (this.hasBegun && at !== undefined) this.#moveTo(at)
    this.#edges.wait(this)
  }

  drained(): Promise<void> {
    return this.joint.sink.drained()
  }

  /** The stream has ended; see Hub. */
  leave(now: number): void {
    this.#isOver = true
    this.#edges.settled(this)
    if (this.#subscription !== undefined) this.hub.leave(this.#subscription, now)
    this.#subscription = undefined
  }

  /** Moves its place to where its reader could resume from. */
  settle(): void {
    if (!this.hasBegun || this.#subscription === undefined) return
    const at = this.hub.resumeAt(this.#subscription)
    if (at !== undefined) this.#moveTo(at)
  }

  /** The id of a message of this log, as a part of the stream's. */
  textAt(position: number): string {
    return formatLogId(this.log, { epoch: this.#place?.epoch ?? '', position })
  }

  #join(start: Start<I>): void {
    if (this.#isOver) return
    if (!this.#edges.hasRoom(this)) return this.joint.refuse()
    this.#edges.settled(this)
    this.#subscription = this.hub.join(this.names, start, this)
  }

  #moveTo(place: Cursor): void {
    if (place === this.#place) return
    this.#place = place
    this.#text = formatLogId(this.log, place)
  }
}
