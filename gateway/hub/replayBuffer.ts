/** The part of a message that decides who gets it and when; the text travels along unseen. */
export interface Item {
  position: number
  previous: number
  channel: string
  /** It took the data of an earlier message of its channel: no copy from before may be shown to anyone who comes now. */
  isDeletion?: boolean | undefined
}

/** Items that one or more streams get together, in position order. It never changes. Streams with one batch share its bytes. */
export interface Batch<I extends Item> {
  readonly items: readonly I[]
  /** For the connections: the items as they go over the wire, while only one stream has had this batch. */
  text?: string | undefined
  /** The same as bytes, made once for all other streams that get it. */
  bytes?: Buffer
  /** The bytes of each item up to its id, for streams that write their own ids. */
  bodies?: readonly Buffer[]
}

/** A part of the backlog; `upTo` is its end, undefined if nothing follows. */
interface Chunk<I extends Item> {
  batch: Batch<I>
  upTo: number | undefined
}

interface ReplayBufferOptions<I> {
  maxItems: number
  maxBytes: number
  /** Most bytes in one answer by `since`. */
  chunkBytes: number
  sizeOf: (item: I) => number
}

/** This gateway's last items, in position order. Most readers that reconnect were away briefly, and need no read. */
export class ReplayBuffer<I extends Item> {
  /** The places before `first` are empty, so that dropped items are not kept in memory. */
  #items: (I | undefined)[] = []
  #first = 0
  #bytes = 0
  /** For others to read: above this position the buffer has every item that was sent and not forgotten. */
  from = 0
  /** The last answer, for readers that reconnect with the same cursor. */
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
    // The empty places go when they are half of all: so each item moves once, and the array is never twice as long as needed.
    if (this.#first * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#first)
      this.#first = 0
    }
  }

  /** Forgets the items of some channels, each up to a position. */
  forget(upTo: ReadonlyMap<string, number>): void {
    const { sizeOf } = this.#options
    const kept = this.#items.filter(
      (item) => item !== undefined && item.position > (upTo.get(item.channel) ?? 0),
    )
    this.#items = kept
    this.#first = 0
    this.#bytes = kept.reduce((sum, item) => sum + (item === undefined ? 0 : sizeOf(item)), 0)
    this.#last = undefined
  }

  /** Forgets everything; from now on it has the items after `from`. */
  clear(from: number): void {
    this.#items = []
    this.#first = 0
    this.#bytes = 0
    this.from = from
    this.#last = undefined
  }

  /**
   * The kept items of some channels above a position that is not below `from`, in position order. It gives them in chunks: sent
   * at once, a long backlog would exceed the connection's buffer.
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
