import type { Counter } from 'prom-client'
import type { Clock } from '../chassis/clock.ts'
import type { Logger } from '../chassis/logger.ts'
import { Recurring } from '../chassis/recurring.ts'
import type { Moved } from '../history/outbox.ts'
import type { AcceptOptions } from './acceptMessage.ts'

interface OutboxMoverOptions {
  /** Moves the oldest messages; none if there are none. */
  move: () => Promise<Moved[]>
  publish: AcceptOptions['publish']
  posts: Counter<'outcome'>
  clock: Pick<Clock, 'every'>
  logger: Logger
}

/**
 * A look costs a fifth of a millisecond. NOTIFY would wake sooner, but a transaction that sends one commits under a lock that all
 * such transactions of the database share: their commits would wait for each other.
 */
const EVERY_MS = 200

/** Moves to the log what applications have published in the database. */
export class OutboxMover {
  readonly #options: OutboxMoverOptions
  readonly #recurring: Recurring

  constructor(options: OutboxMoverOptions) {
    const { clock, logger } = options
    this.#options = options
    this.#recurring = new Recurring(
      clock,
      EVERY_MS,
      () => this.#moveAll(),
      (error) => logger.warn({ err: error }, 'cannot empty the outbox'),
    )
  }

  /** Waits for the step that is under way. */
  close(): Promise<void> {
    return this.#recurring.close()
  }

  async #moveAll(): Promise<void> {
    let moved: Moved[]
    do {
      moved = await this.#options.move()
      for (const each of moved) this.#tell(each)
    } while (moved.length > 0 && !this.#recurring.isClosed)
  }

  #tell(moved: Moved): void {
    const { posts, publish, logger } = this.#options
    if ('refused' in moved) {
      const { id, refused, cause } = moved
      logger.error({ id, cause }, 'a row of the outbox was refused, and stays there')
      posts.inc({ outcome: refused })
      return
    }
    const { entry, epoch, link, repeated } = moved.appended
    if (!repeated) publish({ ...entry, link }, epoch)
    posts.inc({ outcome: repeated ? 'repeated' : 'created' })
  }
}
