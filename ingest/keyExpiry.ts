import type { Clock } from '../chassis/clock.ts'
import type { Logger } from '../chassis/logger.ts'

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
      this.#options.logger.warn({ err: error }, 'cannot delete expired idempotency keys')
    }
  }
}
