import type { Clock } from '../chassis/clock.ts'
import type { Logger } from '../chassis/logger.ts'
import { Recurring } from '../chassis/recurring.ts'

interface SearchIndexerOptions {
  /** Puts some messages into the search; false if there are no more. */
  index: () => Promise<boolean>
  /** How much there is to append, in full batches. */
  load: () => number
  clock: Clock
  /** Resolves after so many milliseconds. */
  rest: (ms: number) => Promise<unknown>
  logger: Logger
}

/** So long after its append a message is found, at most, while there are few. A look costs half a millisecond. */
const EVERY_MS = 300

/** How many times as long as a step its rest is, while appends come in full batches. */
const BUSY_RESTS = 9

/**
 * Puts new messages into the search, and old ones while there are no new ones. After each step it rests for as long as that took, or longer
 * if much is to be appended: appends and reads keep half of what the database can do, or nine tenths. The search catches up afterwards.
 */
export class SearchIndexer {
  readonly #options: SearchIndexerOptions
  readonly #recurring: Recurring

  constructor(options: SearchIndexerOptions) {
    const { clock, logger } = options
    this.#options = options
    this.#recurring = new Recurring(
      clock,
      EVERY_MS,
      () => this.#indexAll(),
      (error) => logger.warn({ err: error }, 'cannot put messages into the search'),
    )
  }

  /** Waits for the step that is under way. */
  close(): Promise<void> {
    return this.#recurring.close()
  }

  async #indexAll(): Promise<void> {
    const { index, load, clock, rest } = this.#options
    for (let more = true; more && !this.#recurring.isClosed;) {
      const began = clock.now()
      more = await index()
      const rests = 1 + (BUSY_RESTS - 1) * Math.min(1, load())
      if (more) await rest(rests * (clock.now() - began))
    }
  }
}
