export interface HolderLimits {
  /** Open streams of one holder. */
  maxStreams: number
  /** Channels that its open streams name, together. */
  maxChannels: number
  /** Points for new streams, per second in the long run and at once; Infinity: no limit. */
  ratePerSecond: number
  burst: number
}

/** Points that there were at `filledAt`, in milliseconds. */
export interface Points {
  points: number
  filledAt: number
}

/** What an address, or a principal, holds. */
interface Holder extends Points {
  readonly key: string
  streams: number
  channels: number
}

/** Holders without a stream whose points are remembered. Whoever is forgotten has all points again. */
const MAX_IDLE = 10_000

/** Bounds what each of many holders takes of a gateway. Each step takes the same time, however many there are. */
export class Holders {
  readonly #limits: HolderLimits
  readonly #holding = new Map<string, Holder>()
  /** In the order of leaving. */
  readonly #idle = new Map<string, Holder>()

  constructor(limits: HolderLimits) {
    this.#limits = limits
  }

  /** Holders in memory. */
  get size(): number {
    return this.#holding.size + this.#idle.size
  }

  /** Why one more stream with so many channels may not begin, for so many points; undefined if it may. `now` in milliseconds. */
  refusal(
    key: string,
    channels: number,
    points: number,
    now: number,
  ): 'streams' | 'channels' | 'rate' | undefined {
    const { maxStreams, maxChannels, burst } = this.#limits
    const holder = this.#find(key)
    if ((holder?.streams ?? 0) >= maxStreams) return 'streams'
    if ((holder?.channels ?? 0) + channels > maxChannels) return 'channels'
    // What costs more than all points may begin when all are there.
    if (this.#pointsOf(holder, now) < Math.min(points, burst)) return 'rate'
    return undefined
  }

  /** A stream begins; the caller owes a `release` of the key that this returns, which all streams of the holder share. */
  take(key: string, channels: number, points: number, now: number): string {
    const holder = this.#find(key) ?? { key, streams: 0, channels: 0, points: 0, filledAt: NaN }
    this.#idle.delete(key)
    this.#holding.set(key, holder)
    holder.streams++
    holder.channels += channels
    holder.points = this.#pointsOf(holder, now) - points
    holder.filledAt = now
    return holder.key
  }

  /** A stream with so many channels has ended. */
  release(key: string, channels: number): void {
    const holder = this.#holding.get(key)
    if (holder === undefined) return
    holder.streams--
    holder.channels -= channels
    if (holder.streams > 0) return
    this.#holding.delete(holder.key)
    this.#idle.set(holder.key, holder)
    const [oldest] = this.#idle.keys()
    if (this.#idle.size > MAX_IDLE && oldest !== undefined) this.#idle.delete(oldest)
  }

  #find(key: string): Holder | undefined {
    return this.#holding.get(key) ?? this.#idle.get(key)
  }

  #pointsOf(holder: Holder | undefined, now: number): number {
    const { ratePerSecond, burst } = this.#limits
    if (ratePerSecond === Infinity || burst === Infinity) return Infinity
    if (holder === undefined || Number.isNaN(holder.filledAt)) return burst
    return refilled(holder, this.#limits, now)
  }
}

/** Points that had been counted at `filledAt`, with those that have come since. Times in milliseconds. */
export function refilled(
  { points, filledAt }: Points,
  { ratePerSecond, burst }: Pick<HolderLimits, 'ratePerSecond' | 'burst'>,
  now: number,
): number {
  return Math.min(burst, points + ((now - filledAt) / 1_000) * ratePerSecond)
}
