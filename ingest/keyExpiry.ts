import type { Clock } from '../chassis/clock.ts'
import type { Logger } from '../chassis/logger.ts'

export interface KeyExpiryOptions {
  /** Deletes some of the expired keys; false when there are no more. */
  forget: () => Promise<boolean>
  clock: Pick<Clock, 'every'>
  logger: Logger
}

/** Keys that stay a minute longer cost nothing: an append takes them for new all the same. */
const EVERY_MS = 60_000

/**
 * Deletes the idempotency keys that have expired, step by step, once a minute. Not in the append, though it knows the time: the index
 * still leads to keys that are deleted but not vacuumed yet, and going past them would keep the log's lock.
 */
export class KeyExpiry {
  readonly #options: KeyExpiryOptions
  readonly #stop: () => void
  #closed = false
  #run: Promise<void> | undefined

  constructor(options: KeyExpiryOptions) {
    this.#options = options
    this.#stop = options.clock.every(EVERY_MS, () => {
      this.#run ??= this.#forgetAll().finally(() => (this.#run = undefined))
    })
  }

  /** Waits for the step that is under way. */
  async close(): Promise<void> {
    this.#closed = true
    this.#stop()
    await this.#run
  }

  async #forgetAll(): Promise<void> {
    try {
      while (!this.#closed && (await this.#options.forget())) continue
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'expired idempotency keys cannot be deleted')
    }
  }
}
