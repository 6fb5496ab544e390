import { Gauge, type Registry } from 'prom-client'
import type { Clock } from '../chassis/clock.ts'
import { Recurring } from '../chassis/recurring.ts'
import type { OutboxState } from '../history/outboxState.ts'

/** Each look takes some milliseconds of the database at most. */
const EVERY_MS = 5_000

/** What waits in the outbox. NaN: it could not be read. */
export function createOutboxMetrics(registry: Registry) {
  return {
    messages: new Gauge({
      name: 'causeway_outbox_messages',
      help: 'Messages in the outbox, 10,000 at most, by state: waiting (to be moved to the log); refused (for an operator to look at)',
      labelNames: ['state'],
      registers: [registry],
    }),
    oldest: new Gauge({
      name: 'causeway_outbox_oldest_seconds',
      help: 'Time since the first message that waits in the outbox was published; 0 if none waits',
      registers: [registry],
    }),
  }
}

interface OutboxWatchOptions {
  look: () => Promise<OutboxState>
  metrics: ReturnType<typeof createOutboxMetrics>
  clock: Pick<Clock, 'every'>
}

/** Keeps the metrics of the outbox, also while another ingest empties it. */
export class OutboxWatch {
  readonly #options: OutboxWatchOptions
  readonly #recurring: Recurring

  constructor(options: OutboxWatchOptions) {
    this.#options = options
    this.#recurring = new Recurring(options.clock, EVERY_MS, () => this.#look())
    this.#recurring.begin()
  }

  close(): Promise<void> {
    return this.#recurring.close()
  }

  async #look(): Promise<void> {
    const { look, metrics } = this.#options
    const unknown = { waiting: NaN, refused: NaN, oldestSeconds: NaN }
    const { waiting, refused, oldestSeconds } = await look().catch(() => unknown)
    metrics.messages.set({ state: 'waiting' }, waiting)
    metrics.messages.set({ state: 'refused' }, refused)
    metrics.oldest.set(oldestSeconds)
  }
}
