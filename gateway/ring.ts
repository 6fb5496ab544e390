/** What the gateway's order of work knows of a message; what is sent travels along unseen. */
export interface Item {
  position: number
  previous: number
  channel: string
}

/**
 * The last items that this gateway has sent, of all its channels together, in position order: most of those who come back
 * were away for a moment, and one array serves them all without a read. Bounded by bytes, and by count as each has its price.
 */
export class Ring<I extends Item> {
  #items: I[] = []
  /** Index of the oldest kept item: the front is cut off in large pieces, not one by one. */
  #first = 0
  #bytes = 0
  #from: number
  readonly #maxItems: number
  readonly #maxBytes: number
  readonly #pieceBytes: number
  readonly #sizeOf: (item: I) => number

  constructor(
    from: number,
    bounds: { maxItems: number; maxBytes: number; pieceBytes: number },
    sizeOf: (item: I) => number,
  ) {
    this.#from = from
    this.#maxItems = bounds.maxItems
    this.#maxBytes = bounds.maxBytes
    this.#pieceBytes = bounds.pieceBytes
    this.#sizeOf = sizeOf
  }

  /** Every item above this position that was sent since is kept. */
  get from(): number {
    return this.#from
  }

  push(item: I): void {
    this.#items.push(item)
    this.#bytes += this.#sizeOf(item)
    while (
      this.#items.length - this.#first > this.#maxItems ||
      (this.#bytes > this.#maxBytes && this.#items.length > this.#first)
    ) {
      this.#dropOldest()
    }
    if (this.#first > this.#maxItems) {
      this.#items = this.#items.slice(this.#first)
      this.#first = 0
    }
  }

  /** Forgets everything; from now on it knows what comes after `from`. */
  clear(from: number): void {
    this.#items = []
    this.#first = 0
    this.#bytes = 0
    this.#from = from
  }

  /**
   * The kept items of some channels above a position that is not below `from`, in position order: one piece of them, because
   * who is sent all at once that it missed might be cut as a reader that does not read. `upTo` is how far the piece goes;
   * undefined where nothing is left.
   */
  since(position: number, channels: ReadonlySet<string>): { items: I[]; upTo: number | undefined } {
    const items: I[] = []
    let bytes = 0
    for (let index = this.#after(position); index < this.#items.length; index++) {
      const item = this.#items[index]
      if (item === undefined || !channels.has(item.channel)) continue
      const last = items.at(-1)
      bytes += this.#sizeOf(item)
      if (last !== undefined && bytes > this.#pieceBytes) return { items, upTo: last.position }
      items.push(item)
    }
    return { items, upTo: undefined }
  }

  /** The index of the first kept item above a position. */
  #after(position: number): number {
    let low = this.#first
    let high = this.#items.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#items[middle]?.position ?? Infinity) <= position) low = middle + 1
      else high = middle
    }
    return low
  }

  #dropOldest(): void {
    const oldest = this.#items[this.#first++]
    if (oldest === undefined) return
    this.#bytes -= this.#sizeOf(oldest)
    this.#from = oldest.position
  }
}
