interface Event {
  at: number
  order: number
  run: () => void
}

/** Virtual time: events run in order of time, and events of one moment in the order in which they were scheduled. */
export class Clock {
  now = 0
  #order = 0
  readonly #heap: Event[] = []

  after(ms: number, run: () => void): void {
    const event = { at: this.now + ms, order: this.#order++, run }
    let index = this.#heap.push(event) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (this.#before(parent, index)) break
      this.#swap(parent, index)
      index = parent
    }
  }

  /** Runs every event up to a time. */
  runUntil(time: number): void {
    for (let next = this.#heap[0]; next !== undefined && next.at <= time; next = this.#heap[0]) {
      this.#removeFirst()
      this.now = next.at
      next.run()
    }
    this.now = time
  }

  #removeFirst(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    this.#heap[0] = last
    for (let index = 0; ;) {
      let least = index
      for (const child of [2 * index + 1, 2 * index + 2]) {
        if (child < this.#heap.length && !this.#before(least, child)) least = child
      }
      if (least === index) return
      this.#swap(least, index)
      index = least
    }
  }

  #before(a: number, b: number): boolean {
    const [one, two] = [this.#heap[a], this.#heap[b]]
    if (one === undefined || two === undefined) return true
    return one.at < two.at || (one.at === two.at && one.order < two.order)
  }

  #swap(a: number, b: number): void {
    const [one, two] = [this.#heap[a], this.#heap[b]]
    if (one !== undefined && two !== undefined) [this.#heap[a], this.#heap[b]] = [two, one]
  }
}
