import type { Clock } from '../chassis/clock.ts'
import { HeadWatcher, type HeadWatcherOptions, type Wait } from './headWatcher.ts'

interface HeadWatchersOptions {
  /** By number. */
  logs: ReadonlyMap<number, Pick<HeadWatcherOptions, 'heads'>>
  logOf: (channel: string) => number
  clock: Clock
}

/** Waits for messages on channels of one log; each log is watched by itself, and only while somebody waits. */
export class HeadWatchers {
  readonly #watchers: ReadonlyMap<number, HeadWatcher>
  readonly #logOf: (channel: string) => number

  constructor({ logs, logOf, clock }: HeadWatchersOptions) {
    this.#logOf = logOf
    this.#watchers = new Map(
      [...logs].map(([id, log]) => [
        id,
        new HeadWatcher({ heads: (channels) => log.heads(channels), clock }),
      ]),
    )
  }

  /** How many wait. */
  get size(): number {
    return [...this.#watchers.values()].reduce((sum, { size }) => sum + size, 0)
  }

  /** See HeadWatcher. */
  async wait(wait: Wait): Promise<number | undefined> {
    return this.#watchers.get(this.#logOf(wait.channels[0] ?? ''))?.wait(wait)
  }

  /** Several waits, each on channels of one log, of which one is enough; false if none succeeds. */
  async waitForAny(waits: readonly Wait[]): Promise<boolean> {
    const over = new AbortController()
    const left = AbortSignal.any([over.signal, ...waits.map((wait) => wait.left)])
    try {
      const all = waits.map((wait) => this.wait({ ...wait, left }))
      const never = new Promise<never>(() => {})
      return await Promise.race([
        Promise.all(all).then(() => false),
        ...all.map((head) => head.then((found) => (found === undefined ? never : true))),
      ])
    } finally {
      over.abort()
    }
  }

  end(): void {
    for (const watcher of this.#watchers.values()) watcher.end()
  }
}
