import { isBlank, isDeletion, readAbout } from '../contract/about.ts'
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
  /** The targets of the deletions among them, by the deletion's position. */
  readonly #deleted = new Map<number, number>()

  constructor(bounds: Amount) {
    this.#bounds = bounds
  }

  /** The number and length of the waiting entries. */
  get size(): Amount {
    return { count: this.#entries.size, length: this.#length }
  }

  /**
   * Keeps a copy if there is room. A copy without room, or of what a waiting deletion has blanked, is read from the log when its
   * turn comes. Returns whether this or others must be read for that reason.
   */
  offer(entry: LinkedEntry): boolean {
    const isFull =
      this.#entries.size >= this.#bounds.count ||
      this.#length + entry.json.length > this.#bounds.length
    if (isFull) return false
    const isStale = this.#deleted.size > 0 && this.#isStale(entry, [...this.#deleted.values()])
    return isStale || this.put(entry)
  }

  /** Keeps an entry even without room: it was read from the log because it is next. Returns as `offer` does. */
  put(entry: LinkedEntry): boolean {
    this.#delete(entry.position)
    this.#entries.set(entry.position, entry)
    this.#length += entry.json.length
    const target = isDeletion(entry.json) ? readAbout(entry.json)?.position : undefined
    if (target === undefined) return false
    this.#deleted.set(entry.position, target)
    const stale = [...this.#entries.values()].filter((each) => this.#isStale(each, [target]))
    for (const { position } of stale) this.#delete(position)
    return stale.length > 0
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
    this.#deleted.clear()
    this.#length = 0
  }

  #delete(position: number): void {
    const entry = this.#entries.get(position)
    if (entry === undefined) return
    this.#entries.delete(position)
    this.#deleted.delete(position)
    this.#length -= entry.json.length
  }

  /** Whether the entry still has data that one of these deletions took from it or from what it edits. */
  #isStale({ position, json }: LinkedEntry, targets: readonly number[]): boolean {
    if (isBlank(json)) return false
    if (targets.includes(position)) return true
    const about = readAbout(json)
    return about?.as === 'edit' && targets.includes(about.position)
  }
}
