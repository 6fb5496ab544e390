/** What can stand in a slot. */
export interface Slotted {
  /** For Slots: where it stands; undefined if nowhere. */
  slot: number | undefined
}

/**
 * A timetable for many: each stands in the slot of what is due next for it, and what is due within the same slot is done together.
 * So each is on time, however many come and go meanwhile, and one timer serves all.
 */
export class Slots<T extends Slotted> {
  readonly #ms: number
  readonly #slots = new Map<number, Set<T>>()
  /** The next slot to be done. */
  #next = 0

  /** `ms`: how long a slot is. */
  constructor(ms: number) {
    this.#ms = ms
  }

  /** `at` in milliseconds of the clock that `visit` is told. It stands nowhere yet. */
  add(item: T, at: number): void {
    // Not in a slot that has been done.
    const slot = Math.max(Math.ceil(at / this.#ms), this.#next)
    item.slot = slot
    const others = this.#slots.get(slot)
    if (others === undefined) this.#slots.set(slot, new Set([item]))
    else others.add(item)
  }

  /** False if it stood nowhere. */
  delete(item: T): boolean {
    const { slot } = item
    if (slot === undefined) return false
    item.slot = undefined
    // An empty slot goes when its time comes.
    this.#slots.get(slot)?.delete(item)
    return true
  }

  /** Calls `visit`, slot by slot, for what is due by `now`; it adds each again, or deletes it. */
  visit(now: number, visit: (item: T) => void): void {
    const last = Math.floor(now / this.#ms)
    while (this.#next <= last) {
      const slot = this.#next++
      for (const item of this.#slots.get(slot) ?? []) visit(item)
      this.#slots.delete(slot)
    }
  }

  /** All of them, those that are due first in front. One may be deleted on the way. */
  *[Symbol.iterator](): Generator<T> {
    for (const items of this.#slots.values()) yield* items
  }
}
