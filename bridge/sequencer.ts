import type { Extent } from '../contract/extent.ts'
import type { LinkedEntry } from '../contract/message.ts'
import { contradicts, differ, type Place } from '../contract/place.ts'
import type { Action, Fetched, LogState, Mark } from './actions.ts'
import { Hole } from './hole.ts'
import { type Amount, MAX_PENDING, MAX_RUN, Pending } from './pending.ts'

/**
 * The bridge's decisions, without any I/O: which messages to append to Redis, to drop, to wait for, or to read from the log.
 *
 * Copies of messages come over MQTT in any order, twice, or not at all. Redis must get every position once and in order. So one
 * number decides: `head`, the last position that Redis has. A copy at or below it is dropped. The copy after it, and all that
 * follow without a hole, are appended. A copy above a hole is kept for a moment, because the missing ones are usually on their
 * way. Then the hole is read from the log, which is certain to have it. The log's own head, looked at once a second, is one more
 * position to reach: that finds a last message whose copy never came. A deletion drops the waiting copies of what it deletes.
 *
 * One I/O action is under way at a time (`busy`). Meanwhile the copies gather, so the runs grow with the load.
 *
 * - UNKNOWN: `head` is undefined. Redis is asked for its head, and gets the log's if it is empty. Copies gather.
 * - IN SYNC: nothing beyond the head is known. Nothing to do.
 * - RUN: the next position is there. The run is appended; the answer moves the head, also if another bridge was faster.
 * - HOLE: something beyond the head is known, but not the next position. First a wait, then a read. An answer may be short,
 *   because the log bounds its bytes: the next read follows as soon as the first part is appended.
 *
 * Any append or watermark may show that Redis is behind (restored from an old snapshot) or empty: that leads to HOLE or UNKNOWN.
 * A new epoch of the log starts over with UNKNOWN: positions of different epochs have nothing in common.
 *
 * A log that ends below the head, or has another message there, went back without a new epoch: it lost messages that clients had.
 * Then the epoch is ended. Each message is linked to the one before it, so no message of the new history follows one of the old.
 */
export class Sequencer {
  #epoch: string | undefined
  #head: Extent | undefined
  /** The last known head: a failure makes it uncertain, not lower. */
  #lastHead: Place = START
  /** The highest position known to exist. */
  #target = 0
  /** The log's own head at the last look. */
  #logHead: Place = START
  readonly #pending = new Pending(MAX_PENDING)
  #busy = false
  /** After a failure nothing starts until the next tick: a retry at every message would be a storm. */
  #stalled = false
  readonly #hole = new Hole()
  /** The epoch is being ended. Nothing else waits for that, and that does not wait for a Redis that hangs. */
  #isEnding = false
  readonly #act: (action: Action) => void

  /** `act` starts an action; its result comes back through `opened`, `appended`, `fetched`, `ended`, `waited` or `failed`. */
  constructor(act: (action: Action) => void) {
    this.#act = act
  }

  get epoch(): string | undefined {
    return this.#epoch
  }

  /** The last position that Redis is known to have. */
  get head(): number | undefined {
    return this.#head?.position
  }

  /** The last message that Redis was known to have: a look at the log also asks for the id at this position. */
  get mark(): Mark {
    const { position, id } = this.#lastHead
    return { epoch: this.#epoch, position, id }
  }

  /** Whether Redis has all messages that are known to exist. */
  get inSync(): boolean {
    return this.#head !== undefined && this.#head.position >= this.#target
  }

  /** How many messages Redis is behind the log, as far as is known. */
  get lag(): number {
    return Math.max(0, this.#logHead.position - this.#lastHead.position)
  }

  /** How much waits for Redis. */
  get pending(): Amount {
    return this.#pending.size
  }

  /** A copy of a message came. False if the log should be looked at, because the copy is of another epoch or another history. */
  receive(epoch: string, entry: LinkedEntry): boolean {
    if (epoch !== this.#epoch) return false
    const { position, id } = this.#lastHead
    if (entry.position === position && differ(entry.id, id)) return false
    if (this.#head === undefined || entry.position > this.#head.position) {
      this.#target = Math.max(this.#target, entry.position)
      if (this.#pending.offer(entry)) this.#hole.expect(entry.position)
      this.#advance()
    }
    return true
  }

  /** The log, looked at regularly and after trouble. `mark`: its value when the look began. */
  logSeen(log: LogState, mark: Mark): void {
    if (log.epoch !== this.#epoch) {
      this.#epoch = log.epoch
      this.#head = undefined
      this.#lastHead = START
      this.#target = 0
      this.#hole.forget()
      this.#pending.clear()
    } else if (mark.epoch === log.epoch && contradicts(log, mark)) {
      return this.#end(log.epoch, { position: mark.position, id: mark.id })
    }
    this.#logHead = { position: log.position, id: log.id }
    this.#target = Math.max(this.#target, log.position)
    this.#advance()
  }

  /** Time has passed, or Redis is back: failed actions may be tried again. */
  tick(): void {
    this.#stalled = false
    this.#advance()
  }

  /** Redis has the log up to here, by the opening or already before it. */
  opened(extent: Extent): void {
    this.#settle(extent.epoch, extent)
  }

  /** Redis after an append: at the run's end, later, or earlier if it lost some or has others; undefined if it is empty. */
  appended(epoch: string, extent: Extent | undefined): void {
    this.#settle(epoch, extent)
  }

  /**
   * Redis at a regular look; undefined if it is empty or does not answer. So a Redis that was emptied or restored is repaired
   * even while nobody posts; until then no gateway would hear a watermark. An action under way finds out itself.
   */
  redisSeen(epoch: string, extent: Extent | undefined): void {
    if (!this.#busy && !this.#stalled) this.#settle(epoch, extent)
  }

  /** The log's messages in a hole, from its start, and the id that the log has before it. */
  fetched(epoch: string, after: Place, { entries, idAt }: Fetched): void {
    this.#busy = false
    if (epoch === this.#epoch) {
      if (contradicts({ position: after.position, idAt }, after)) {
        // These messages do not follow what Redis has.
        this.#hole.forget()
        return this.#end(epoch, after)
      }
      // The log is certain to have what exists. If a message is missing there, somebody announced one that does not exist. An
      // immediate retry would get the same answer; only a new look at the log's head, or a new message, leads on.
      if (entries[0]?.position !== (this.head ?? 0) + 1) {
        this.#target = this.head ?? 0
        this.#hole.forget()
        this.#pending.clear()
      }
      let link = idAt
      for (const entry of entries) {
        if (this.#pending.put({ ...entry, link })) this.#hole.expect(entry.position)
        link = entry.id
      }
    }
    this.#advance()
  }

  /** The epoch was ended, or could not be, or the log says that it need not be: the next look tells. */
  ended(): void {
    this.#isEnding = false
  }

  waited(head: number): void {
    this.#hole.waited(head)
    this.#advance()
  }

  /** An action failed, so what Redis has is uncertain. */
  failed(): void {
    this.#busy = false
    this.#head = undefined
    this.#stalled = true
  }

  #settle(epoch: string, extent: Extent | undefined): void {
    this.#busy = false
    if (epoch === this.#epoch) {
      this.#head = extent
      this.#lastHead = extent ?? this.#lastHead
      this.#pending.dropUpTo(extent?.position ?? 0)
    }
    this.#advance()
  }

  #advance(): void {
    if (this.#busy || this.#stalled || this.#epoch === undefined) return
    const head = this.#head
    if (head === undefined) {
      return this.#start({ type: 'open', epoch: this.#epoch, low: this.#logHead })
    }
    const { position } = head
    // If the append fails, the log still has them.
    const run = this.#pending.takeRun(head, MAX_RUN)
    if (run.length > 0) return this.#start({ type: 'append', after: head, entries: run })
    if (this.#target <= position) return
    const upTo = this.#hole.close(position, this.#target)
    if (upTo === 'wait') this.#act({ type: 'wait', head: position })
    else if (upTo !== undefined) {
      this.#start({ type: 'fetch', epoch: this.#epoch, after: head, upTo })
    }
  }

  #end(epoch: string, place: Place): void {
    if (this.#isEnding) return
    this.#isEnding = true
    this.#act({ type: 'end', epoch, place })
  }

  #start(action: Action): void {
    this.#busy = true
    this.#act(action)
  }
}

const START: Place = { position: 0, id: '' }
