import type { Clock } from '../chassis/clock.ts'
import { Recurring } from '../chassis/recurring.ts'

/** Each look takes some milliseconds of the database at most. */
const EVERY_MS = 5_000

interface WatchOptions<State> {
  look: () => Promise<State>
  /** Gets what each look found; undefined if it failed. */
  show: (state: State | undefined) => void
  clock: Pick<Clock, 'every'>
}

/** Keeps metrics of something in the database, also while another process works on it. */
export class Watch<State> {
  readonly #options: WatchOptions<State>
  readonly #recurring: Recurring

  constructor(options: WatchOptions<State>) {
    this.#options = options
    this.#recurring = new Recurring(options.clock, EVERY_MS, () => this.#look())
    this.#recurring.begin()
  }

  close(): Promise<void> {
    return this.#recurring.close()
  }

  async #look(): Promise<void> {
    const { look, show } = this.#options
    show(await look().catch(() => undefined))
  }
}
