import type { LinkedEntry } from '../contract/message.ts'
import { differ, type Place } from '../contract/place.ts'

/** A number of entries, and of characters in their encodings. */
export interface Amount {
  count: number
  length: number
}

/**
 * Most entries in one append: Redis serves nobody else meanwhile. The length must arrive within a command's time-out of one
 * second. It must also stay far below 32 MB: at that much unread output, Redis disconnects a gateway.
 */
export const MAX_RUN = { count: 500, length: 2_097_152 }
/** Most entries that wait for Redis or a hole; at two bytes a character, a quarter of the heap that the chart gives. */
export const MAX_PENDING = { count: 5_000, length: 33_554_432 }

/** Entries that wait until Redis has all before them. */
export class Pending {
  readonly #bounds: Amount
  readonly #entries = new Map<number, LinkedEntry>()
  #length = 0

  constructor(bounds: Amount) {
    this.#bounds = bounds
  }

  /** The number and length of the waiting entries. */
  get size(): Amount {
    return { count: this.#entries.size, length: this.#length }
  }

  /** Keeps a copy if there is room. A copy without room is read from the log when its turn comes. */
  offer(entry: LinkedEntry): void {
    const isFull =
      this.#entries.size >= this.#bounds.count ||
      this.#length + entry.json.length > this.#bounds.length
    if (!isFull) this.put(entry)
  }

  /** Keeps an entry even without room: it was read from the log because it is next. */
  put(entry: LinkedEntry): void {
    this.#delete(entry.position)
    this.#entries.set(entry.position, entry)
    this.#length += entry.json.length
  }

  /**
   * Takes the entries that follow `head` without a hole, each linked to the one before it, within the bounds. It takes the first
   * whatever its length: a large one must not stop the log. It drops an entry that is linked to another message. That one is of
   * another history of the log, and only the log knows which history is right.
   */
  takeRun(head: Place, bounds: Amount): LinkedEntry[] {
    const run: LinkedEntry[] = []
    let length = 0
    let last = head.id
    while (run.length < bounds.count) {
      const entry = this.#entries.get(head.position + 1 + run.length)
      if (entry === undefined) break
      length += entry.json.length
      if (run.length > 0 && length > bounds.length) break
      this.#delete(entry.position)
      if (differ(entry.link, last)) break
      last = entry.id
      run.push(entry)
    }
    return run
  }

  /** Drops all up to `head`: Redis has them. */
  dropUpTo(head: number): void {
    for (const position of this.#entries.keys()) if (position <= head) this.#delete(position)
  }

  clear(): void {
    this.#entries.clear()
    this.#length = 0
  }

  #delete(position: number): void {
    const entry = this.#entries.get(position)
    if (entry === undefined) return
    this.#entries.delete(position)
    this.#length -= entry.json.length
  }
}
