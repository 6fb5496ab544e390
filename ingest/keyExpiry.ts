import type { Clock } from '../chassis/clock.ts'
import type { Logger } from '../chassis/logger.ts'
import { Recurring } from '../chassis/recurring.ts'

interface KeyExpiryOptions {
  /** Deletes some of the expired keys; false if there are no more. */
  forget: () => Promise<boolean>
  clock: Pick<Clock, 'every'>
  logger: Logger
}

/** A key that stays a minute longer costs nothing: an append treats it as expired anyway. */
const EVERY_MS = 60_000

/**
 * Deletes expired idempotency keys, step by step, once a minute. An append knows the time too, but does not delete them. The
 * index still leads to deleted keys until a vacuum, and an append that skips them would hold the log's lock.
 */
export class KeyExpiry {
  readonly #options: KeyExpiryOptions
  readonly #recurring: Recurring

  constructor(options: KeyExpiryOptions) {
    this.#options = options
    this.#recurring = new Recurring(options.clock, EVERY_MS, () => this.#forgetAll())
  }

  /** Waits for the step that is under way. */
  close(): Promise<void> {
    return this.#recurring.close()
  }

  async #forgetAll(): Promise<void> {
    try {
      while (!this.#recurring.isClosed && (await this.#options.forget())) continue
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'cannot delete expired idempotency keys')
    }
  }
}
