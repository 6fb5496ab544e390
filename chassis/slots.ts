/** An item with a place in a slot. */
export interface Slotted {
  /** For Slots: the item's slot; undefined if it has none. */
  slot: number | undefined
}

/**
 * A timetable for many items. Each stands in the slot of its next due time, and items in the same slot are visited together. So
 * each is on time, however many come and go, and one timer serves all.
 */
export class Slots<T extends Slotted> {
  readonly #ms: number
  readonly #slots = new Map<number, Set<T>>()
  /** The next slot to visit. */
  #next = 0

  /** `ms`: the length of a slot. */
  constructor(ms: number) {
    this.#ms = ms
  }

  /** `at`: milliseconds of the clock whose time `visit` gets. The item must not be in a slot. */
  add(item: T, at: number): void {
    // Not into a slot that was visited already.
    const slot = Math.max(Math.ceil(at / this.#ms), this.#next)
    item.slot = slot
    const others = this.#slots.get(slot)
    if (others === undefined) this.#slots.set(slot, new Set([item]))
    else others.add(item)
  }

  /** False if it was in no slot. */
  delete(item: T): boolean {
    const { slot } = item
    if (slot === undefined) return false
    item.slot = undefined
    // An empty slot is removed when its time comes.
    this.#slots.get(slot)?.delete(item)
    return true
  }

  /** Calls `visit`, slot by slot, for each item due by `now`; it adds the item again, or deletes it. */
  visit(now: number, visit: (item: T) => void): void {
    const last = Math.floor(now / this.#ms)
    while (this.#next <= last) {
      const slot = this.#next++
      for (const item of this.#slots.get(slot) ?? []) visit(item)
      this.#slots.delete(slot)
    }
  }

  /** All items, the ones due first in front. You may delete one on the way. */
  *[Symbol.iterator](): Generator<T> {
    for (const items of this.#slots.values()) yield* items
  }
}
