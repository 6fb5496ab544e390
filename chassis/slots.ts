/**
 * An item with a place in a slot. Items of a slot form a circle with it: a link to each neighbour takes half the memory of a place
 * in a set.
 */
export interface Slotted<T> {
  /** These are for Slots: undefined if it is in no slot. */
  before: T | Slot<T> | undefined
  after: T | Slot<T> | undefined
}

class Slot<T> {
  /** The last and the first item; itself if there is none. */
  before: T | Slot<T> = this
  after: T | Slot<T> = this
}

/**
 * A timetable for many items. Each stands in the slot of its next due time, and items in the same slot are visited together. So
 * each is on time, however many come and go, and one timer serves all.
 */
export class Slots<T extends Slotted<T>> {
  readonly #ms: number
  readonly #slots = new Map<number, Slot<T>>()
  /** The next slot to visit. */
  #next = 0

  /** `ms`: the length of a slot. */
  constructor(ms: number) {
    this.#ms = ms
  }

  /** Moves the item to another slot if it is in one. `at`: milliseconds of the clock whose time `visit` gets. */
  add(item: T, at: number): void {
    this.delete(item)
    // Not into a slot that was visited already.
    const number = Math.max(Math.ceil(at / this.#ms), this.#next)
    let slot = this.#slots.get(number)
    if (slot === undefined) this.#slots.set(number, (slot = new Slot()))
    item.before = slot.before
    item.after = slot
    slot.before = item.before.after = item
  }

  /** False if it was in no slot. */
  delete(item: T): boolean {
    const { before, after } = item
    if (before === undefined || after === undefined) return false
    before.after = after
    after.before = before
    item.before = item.after = undefined
    return true
  }

  /** Calls `visit`, slot by slot, for each item due by `now`; it must add the item again, or delete it. */
  visit(now: number, visit: (item: T) => void): void {
    const last = Math.floor(now / this.#ms)
    while (this.#next <= last) {
      const number = this.#next++
      const slot = this.#slots.get(number)
      if (slot === undefined) continue
      while (!(slot.after instanceof Slot)) visit(slot.after)
      this.#slots.delete(number)
    }
  }

  /** All items, the ones due first in front. You may delete the one that you got. */
  *[Symbol.iterator](): Generator<T> {
    for (const slot of this.#slots.values()) {
      let link = slot.after
      while (!(link instanceof Slot)) {
        const item = link
        link = item.after ?? slot
        yield item
      }
    }
  }
}
