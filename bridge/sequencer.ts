import type { Entry } from '../contract/message.ts'
import { type Amount, Pending } from './pending.ts'

/**
 * The bridge's order of work, without any I/O: which messages to append to Redis, which to drop, which to wait for and
 * which to read from the log.
 *
 * Copies of messages come over MQTT in any order, twice, or not at all. Redis must get every position once and in order.
 * So one number decides: `head`, the last position that Redis has. At or below it: dropped. The one after it, and whatever
 * follows without a hole: appended. Above a hole: kept for a moment, because the missing ones are usually on their way; then
 * the hole is read from the log, where it is certain to be filled. The log's own head, looked at once a second, is one more
 * thing to reach: that finds a last message whose copy never came.
 *
 * One piece of I/O is under way at a time (`busy`); meanwhile everything else gathers, so the runs grow with the load.
 *
 * - UNKNOWN: `head` is undefined. Redis is asked for its head, and given the log's if it is empty. Messages gather.
 * - LEVEL: nothing beyond the head is known. Nothing to do.
 * - RUN: the next position is there. A run is appended; the answer moves the head, also where another bridge was faster.
 * - HOLE: something beyond the head is known, but not the next position. First a wait, then a read. An answer may be short,
 *   because the log bounds it in bytes: the next read follows as soon as the first part is appended.
 *
 * Redis may turn out to be behind (a restored snapshot) or empty at any append or beacon: its answer says so and leads to HOLE or UNKNOWN.
 * A new epoch of the log starts over with UNKNOWN: positions of different epochs have nothing to do with each other.
 */
export type Action =
  | { type: 'open'; epoch: string; floor: number }
  | { type: 'append'; epoch: string; after: number; entries: Entry[] }
  | { type: 'fetch'; epoch: string; after: number; upTo: number }
  | { type: 'wait'; head: number }

/** Positions fetched in one read. */
const MAX_FETCH = 500
/**
 * Entries appended in one atomic step: Redis serves nobody else meanwhile. The length must arrive within the second that a
 * command may take, and stay far below the 32 MB at which Redis cuts off a gateway that has not read them yet.
 */
const MAX_RUN = { count: 500, length: 2_097_152 }
/** Entries kept while Redis or a hole holds things up; at two bytes a character a quarter of the heap that the chart gives. */
export const MAX_PENDING = { count: 5_000, length: 33_554_432 }

export class Sequencer {
  #epoch: string | undefined
  #head: number | undefined
  /** The last head that was known: a failure makes it uncertain, not lower. */
  #lastHead = 0
  /** The highest position known to exist. */
  #target = 0
  /** The log's own head, when it was last looked at. */
  #logHead = 0
  readonly #pending = new Pending(MAX_PENDING)
  #busy = false
  /** After a failure nothing is started until the next tick: trying again at every message would be a storm. */
  #stalled = false
  #waiting = false
  /** The head that stood before a hole for a whole waiting time. */
  #overdue: number | undefined
  /** The end of the last read. What its answer leaves out below this is in the log: waiting for its copy is no use. */
  #readTo = 0
  readonly #act: (action: Action) => void

  /** `act` starts an action; its result comes back through `opened`, `appended`, `fetched`, `waited` or `failed`. */
  constructor(act: (action: Action) => void) {
    this.#act = act
  }

  get epoch(): string | undefined {
    return this.#epoch
  }

  /** The last position that Redis is known to have. */
  get head(): number | undefined {
    return this.#head
  }

  /** Whether Redis has all that is known to exist. */
  get level(): boolean {
    return this.#head !== undefined && this.#head >= this.#target
  }

  /** How many messages Redis is behind the log, by the last that is known of both. */
  get lag(): number {
    return Math.max(0, this.#logHead - this.#lastHead)
  }

  /** How much is kept of what Redis cannot be given yet. */
  get pending(): Amount {
    return this.#pending.size
  }

  /** A copy of a message came. False where its epoch is not the one followed: then the log's head should be looked at. */
  entry(epoch: string, entry: Entry): boolean {
    if (epoch !== this.#epoch) return false
    if (this.#head === undefined || entry.position > this.#head) {
      this.#target = Math.max(this.#target, entry.position)
      this.#pending.offer(entry)
      this.#advance()
    }
    return true
  }

  /** The log's head, looked at regularly and after any trouble. */
  log(epoch: string, position: number): void {
    if (epoch !== this.#epoch) {
      this.#epoch = epoch
      this.#head = undefined
      this.#lastHead = 0
      this.#target = 0
      this.#overdue = undefined
      this.#readTo = 0
      this.#pending.clear()
    }
    this.#logHead = position
    this.#target = Math.max(this.#target, position)
    this.#advance()
  }

  /** Time has passed, or Redis has come back: whatever failed may be tried again. */
  tick(): void {
    this.#stalled = false
    this.#advance()
  }

  /** Redis has the log up to `head`, whether it was just opened or found so. */
  opened(epoch: string, head: number): void {
    this.#settle(epoch, head)
  }

  /** The head of Redis after an append: the run's end, a later one, or an earlier one where it lost some; undefined where it is empty. */
  appended(epoch: string, head: number | undefined): void {
    this.#settle(epoch, head)
  }

  /**
   * The head of Redis, looked at regularly; undefined where it is empty or does not answer. So a Redis that was emptied or put back is repaired
   * even while nothing is posted: until then no gateway would hear a beacon. What is under way finds out by itself.
   */
  seen(epoch: string, head: number | undefined): void {
    if (!this.#busy && !this.#stalled) this.#settle(epoch, head)
  }

  /** What the log holds of a hole, from its start. */
  fetched(epoch: string, entries: readonly Entry[]): void {
    this.#busy = false
    if (epoch === this.#epoch) {
      // The log is certain to have what exists. Where it does not, somebody announced what is not there, and asking again
      // at once would get the same answer: only a new look at the log's head, or a new message, leads on.
      if (entries[0]?.position !== (this.#head ?? 0) + 1) {
        this.#target = this.#head ?? 0
        this.#readTo = 0
        this.#pending.clear()
      }
      for (const entry of entries) this.#pending.put(entry)
    }
    this.#advance()
  }

  waited(head: number): void {
    this.#waiting = false
    this.#overdue = head
    this.#advance()
  }

  /** An action failed. What Redis has is not certain any more. */
  failed(): void {
    this.#busy = false
    this.#head = undefined
    this.#stalled = true
  }

  #settle(epoch: string, head: number | undefined): void {
    this.#busy = false
    if (epoch === this.#epoch) {
      this.#head = head
      this.#lastHead = head ?? this.#lastHead
      this.#pending.dropUpTo(head ?? 0)
    }
    this.#advance()
  }

  #advance(): void {
    if (this.#busy || this.#stalled || this.#epoch === undefined) return
    const head = this.#head
    if (head === undefined) {
      return this.#start({ type: 'open', epoch: this.#epoch, floor: this.#logHead })
    }
    // Should their append fail, the log still has them.
    const run = this.#pending.takeRun(head, MAX_RUN)
    if (run.length > 0) {
      return this.#start({ type: 'append', epoch: this.#epoch, after: head, entries: run })
    }
    if (this.#target <= head) return
    // So far behind that the missing ones are not on their way: no waiting.
    const isFar = this.#target - head > MAX_FETCH
    if (this.#overdue === head || head < this.#readTo || isFar) {
      // Not only to the end of this hole: where all that one ingest publishes is late, every few messages are followed by
      // the next hole, and a wait for each would fall behind without end.
      const end = Math.min(this.#target, head + MAX_FETCH)
      this.#readTo = end
      this.#start({ type: 'fetch', epoch: this.#epoch, after: head, upTo: end })
    } else if (!this.#waiting) {
      this.#waiting = true
      this.#act({ type: 'wait', head })
    }
  }

  #start(action: Action): void {
    this.#busy = true
    this.#act(action)
  }
}
