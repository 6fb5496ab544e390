import { LOG_IDS_START } from '../../contract/eventId.ts'
import type { ControlEvents, ResetReason } from '../../contract/events.ts'
import type { JointSink } from './jointSink.ts'
import type { LogPart } from './logPart.ts'
import type { Batch, Item } from './replayBuffer.ts'

/**
 * One stream over several logs: a subscription in the hub of each, and one reader. Each log keeps its own order, and no log waits
 * for another one.
 *
 * Its id has a place in each log. A message moves the place in its own log, to itself; the others stay at what was last sent of
 * them. So no id claims more of any log than this stream has sent.
 */
export class JointSubscription<I extends Item> {
  readonly sink: JointSink<I>
  readonly #now: () => number
  #parts: readonly LogPart<I>[] = []

  /** `now`: see `Hub.leave`. */
  constructor(sink: JointSink<I>, now: () => number) {
    this.sink = sink
    this.#now = now
  }

  get state(): 'waiting' | 'live' {
    return this.#parts.some(({ hasBegun }) => hasBegun) ? 'live' : 'waiting'
  }

  get channels(): { name: string }[] {
    return this.#parts.flatMap(({ names }) => names.map((name) => ({ name })))
  }

  /** Its parts, in the order of the logs' numbers. */
  begin(parts: readonly LogPart<I>[]): void {
    this.#parts = parts
    for (const part of parts) part.begin()
  }

  /** The place to resume from without loss; undefined if its reader must repeat its first request. */
  resumeAt(): string | undefined {
    for (const part of this.#parts) part.settle()
    return this.#parts.some(({ text }) => text !== '') ? this.#id() : undefined
  }

  /** The stream has ended. */
  leave(now: number): void {
    for (const part of this.#parts) part.leave(now)
  }

  /** There is no room for the channels of a part. The reader may find it at another gateway. */
  refuse(): void {
    const at = this.resumeAt()
    this.leave(this.#now())
    this.sink.end('unavailable', at)
  }

  ready(event: ControlEvents['ready']): void {
    this.sink.ready(event, this.#id())
  }

  send(part: LogPart<I>, batch: Batch<I>): void {
    let before = LOG_IDS_START
    let after = ''
    for (const one of this.#parts) {
      if (one.log < part.log) before += one.text
      else if (one !== part) after += one.text
    }
    this.sink.sendAs(batch, (position) => before + part.textAt(position) + after)
  }

  gap(event: ControlEvents['gap']): void {
    this.sink.gap(event, this.#id())
  }

  reset(reason: ResetReason, channels: string[]): void {
    this.sink.reset(reason, this.#id(), channels)
  }

  #id(): string {
    return LOG_IDS_START + this.#parts.map(({ text }) => text).join('')
  }
}
