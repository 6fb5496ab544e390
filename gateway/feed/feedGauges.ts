/** What a feed tells of itself. */
export interface FeedMetrics {
  channels: { set: (count: number) => void }
  live: { set: (isLive: number) => void }
  lag: { observe: (seconds: number) => void }
}

/** The feeds of all logs share the gauges of their gateway: all channels together, and live only if each feed is. */
export class FeedGauges {
  readonly #metrics: FeedMetrics
  readonly #channels = new Map<number, number>()
  readonly #live = new Map<number, number>()

  constructor(metrics: FeedMetrics) {
    this.#metrics = metrics
  }

  /** For the feed of one log. */
  of(log: number): FeedMetrics {
    this.#live.set(log, 0)
    return {
      channels: {
        set: (count) => {
          this.#channels.set(log, count)
          const counts = [...this.#channels.values()]
          this.#metrics.channels.set(counts.reduce((sum, each) => sum + each, 0))
        },
      },
      live: {
        set: (isLive) => {
          this.#live.set(log, isLive)
          this.#metrics.live.set(Math.min(...this.#live.values()))
        },
      },
      lag: this.#metrics.lag,
    }
  }
}
