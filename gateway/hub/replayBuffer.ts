/** What the gateway's order of work knows of a message; what is sent travels along unseen. */
export interface Item {
  position: number
  previous: number
  channel: string
}

/**
 * Items that one or many streams are sent together, in position order. Never changed once made. Streams that get the same
 * batch share its bytes.
 */
export interface Batch<I extends Item> {
  readonly items: readonly I[]
  /** For the connections: the items as they stand on the wire, while only one stream has got this batch. */
  text?: string | undefined
  /** The same, made once for all others that get it. */
  bytes?: Buffer
}

/** A part of what was before; `upTo` is how far it goes, undefined if nothing is left beyond it. */
export interface Chunk<I extends Item> {
  batch: Batch<I>
  upTo: number | undefined
}

export interface ReplayBufferOptions<I> {
  maxItems: number
  maxBytes: number
  /** Most bytes that one `since` gives. */
  chunkBytes: number
  sizeOf: (item: I) => number
}

/**
 * The last items that this gateway has sent, of all its channels together, in position order. Most readers who come back were
 * away for a moment, and one array serves them all without a read.
 */
export class ReplayBuffer<I extends Item> {
  /** In front of `first` the places are empty: an item that was dropped is held no longer. */
  #items: (I | undefined)[] = []
  #first = 0
  #bytes = 0
  /** For others to read: every item above this position that was sent since is kept. */
  from = 0
  /** The last answer, for those who come back with the same cursor. */
  #last: { key: string; chunk: Chunk<I> } | undefined
  readonly #options: ReplayBufferOptions<I>

  constructor(options: ReplayBufferOptions<I>) {
    this.#options = options
  }

  push(item: I): void {
    const { maxItems, maxBytes, sizeOf } = this.#options
    this.#last = undefined
    this.#items.push(item)
    this.#bytes += sizeOf(item)
    while (
      this.#items.length - this.#first > maxItems ||
      (this.#bytes > maxBytes && this.#items.length > this.#first)
    ) {
      this.#dropOldest()
    }
    // Empty places are cut off when they are half of all: that moves each item once, and never holds twice the places.
    if (this.#first * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#first)
      this.#first = 0
    }
  }

  /** Forgets everything; from now on it knows what comes after `from`. */
  clear(from: number): void {
    this.#items = []
    this.#first = 0
    this.#bytes = 0
    this.from = from
    this.#last = undefined
  }

  /**
   * The kept items of some channels above a position that is not below `from`, in position order. In chunks: sent at once, a
   * long backlog would trip the bound on what may wait for one reader.
   */
  since(position: number, channels: readonly string[]): Chunk<I> {
    const key = [position, ...channels].join(' ')
    if (this.#last?.key !== key) {
      this.#last = { key, chunk: this.#collect(position, new Set(channels)) }
    }
    return this.#last.chunk
  }

  #collect(position: number, channels: ReadonlySet<string>): Chunk<I> {
    const { chunkBytes, sizeOf } = this.#options
    const items: I[] = []
    let bytes = 0
    for (let index = this.#indexAfter(position); index < this.#items.length; index++) {
      const item = this.#items[index]
      if (item === undefined || !channels.has(item.channel)) continue
      const last = items.at(-1)
      bytes += sizeOf(item)
      if (last !== undefined && bytes > chunkBytes) return { batch: { items }, upTo: last.position }
      items.push(item)
    }
    return { batch: { items }, upTo: undefined }
  }

  /** The index of the first kept item above a position. */
  #indexAfter(position: number): number {
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
    const oldest = this.#items[this.#first]
    if (oldest === undefined) return
    this.#items[this.#first++] = undefined
    this.#bytes -= this.#options.sizeOf(oldest)
    this.from = oldest.position
  }
}
