/** What a key may still take, and for how long this holds. */
export interface Standing {
  /** Points; never below 0. */
  remaining: number
  /** Milliseconds until all points are there again. */
  resetMs: number
}

/** Counts what all replicas take. */
export interface Store {
  /** Adds points to a key, and answers its standing. Rejects if the store is away. */
  add: (key: string, points: number) => Promise<Standing>
}

export interface AllowanceOptions {
  /** What one key may take in one window. */
  points: number
  /** When a window that begins at `now` ends. Both in milliseconds of `now`. */
  endOf: (now: number) => number
  now: () => number
  store: Store
}

interface Window {
  /** As the store said last; all points before that. */
  remaining: number
  /** Taken here, and not yet known to the store. */
  taken: number
  endsAt: number
  isTelling: boolean
}

/** The store hears of a key whenever it has taken this share of its points here. */
const SHARE = 50
/** Beyond it the key that began first is forgotten. It gets at most one share more than it should, because the store knows the rest. */
const MAX_KEYS = 20_000

/**
 * Points for many keys, in fixed windows, counted here and in a store for all replicas together. Nobody waits for the store: it is
 * told afterwards, and only of keys that take much. So nearly all requests cost no round trip, and replicas together may exceed the
 * points by a share (2 %) for each replica, and by what comes while the store answers.
 */
export class Allowance {
  readonly points: number
  readonly #options: AllowanceOptions
  readonly #share: number
  readonly #windows = new Map<string, Window>()

  constructor(options: AllowanceOptions) {
    this.#options = options
    this.points = options.points
    this.#share = Math.max(1, Math.floor(options.points / SHARE))
  }

  /** Keys that are held in memory. */
  get size(): number {
    return this.#windows.size
  }

  standing(key: string): Standing {
    const now = this.#options.now()
    const window = this.#windows.get(key)
    if (window === undefined || window.endsAt <= now) {
      return { remaining: this.points, resetMs: this.#options.endOf(now) - now }
    }
    const remaining = Math.max(0, window.remaining - window.taken)
    return { remaining, resetMs: window.endsAt - now }
  }

  /** Takes points, also more than remain: the caller looks first, if it may still refuse. */
  take(key: string, points: number): void {
    const now = this.#options.now()
    let window = this.#windows.get(key)
    if (window === undefined || window.endsAt <= now) window = this.#begin(key, now)
    window.taken += points
    if (window.taken >= this.#share && !window.isTelling) void this.#tell(key, window)
  }

  #begin(key: string, now: number): Window {
    // Deleted first, so that the map stays in the order of the windows' beginnings.
    this.#windows.delete(key)
    const [oldest] = this.#windows.keys()
    if (this.#windows.size >= MAX_KEYS && oldest !== undefined) this.#windows.delete(oldest)
    const endsAt = this.#options.endOf(now)
    const window = { remaining: this.points, taken: 0, endsAt, isTelling: false }
    this.#windows.set(key, window)
    return window
  }

  async #tell(key: string, window: Window): Promise<void> {
    const { taken } = window
    window.isTelling = true
    try {
      const { remaining, resetMs } = await this.#options.store.add(key, taken)
      window.taken -= taken
      window.remaining = remaining
      window.endsAt = this.#options.now() + resetMs
    } catch {
      // What was taken is told again with the next.
    } finally {
      window.isTelling = false
    }
  }
}
