/** So many at a time are chosen: to look at all takes milliseconds, and happens once for each of these. */
const BATCH = 2_000

interface Ending {
  /** Milliseconds. */
  readonly endsAt: number
}

/**
 * Gives out the items that end first, a few at a time. It keeps no order of all of them, since that would cost memory for each. It
 * looks at all when its last choice is used up. What ends meanwhile
 * must leave the collection, or be unwanted.
 */
export class FirstToEnd<T extends Ending> {
  readonly #all: Iterable<T>
  #chosen: T[] = []

  constructor(all: Iterable<T>) {
    this.#all = all
  }

  /** The next one that `isWanted`; undefined if there is none. */
  next(isWanted: (item: T) => boolean): T | undefined {
    return this.#take(isWanted) ?? this.#choose().#take(isWanted)
  }

  /** Lets go of what it chose, which may have ended meanwhile. */
  clear(): void {
    this.#chosen = []
  }

  #take(isWanted: (item: T) => boolean): T | undefined {
    for (let item = this.#chosen.pop(); item !== undefined; item = this.#chosen.pop()) {
      if (isWanted(item)) return item
    }
    return undefined
  }

  #choose(): this {
    const all = [...this.#all]
    const ends = Float64Array.from(all, ({ endsAt }) => endsAt).sort()
    const last = ends[Math.min(BATCH, ends.length) - 1] ?? -Infinity
    this.#chosen = all.filter(({ endsAt }) => endsAt <= last).sort((a, b) => b.endsAt - a.endsAt)
    return this
  }
}
