import { Gauge, type Registry } from 'prom-client'
import type { OutboxState } from '../history/outboxState.ts'

const UNKNOWN: OutboxState = { waiting: NaN, refused: NaN, oldestSeconds: NaN }

/** The metrics of what is in the outbox, and how to set them. NaN: it could not be read. */
export function createOutboxMetrics(registry: Registry) {
  const messages = new Gauge({
    name: 'causeway_outbox_messages',
    help: 'Messages in the outbox, 10,000 at most, by state: waiting (to be moved to the log); refused (for an operator to look at)',
    labelNames: ['state'],
    registers: [registry],
  })
  const oldest = new Gauge({
    name: 'causeway_outbox_oldest_seconds',
    help: 'Time since the first message that waits in the outbox was published; 0 if none waits',
    registers: [registry],
  })
  return {
    show: ({ waiting, refused, oldestSeconds } = UNKNOWN) => {
      messages.set({ state: 'waiting' }, waiting)
      messages.set({ state: 'refused' }, refused)
      oldest.set(oldestSeconds)
    },
  }
}
