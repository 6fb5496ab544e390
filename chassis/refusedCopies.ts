import type { Registry } from 'prom-client'
import type { Logger } from './logger.ts'
import { createPrimedCounter } from './primedCounter.ts'

type CopySource = 'mqtt' | 'redis'

/**
 * Counts copies without a valid MAC, and logs only the first from each source. An attacker could send a thousand a second, and
 * must not fill the log. Nothing else happens: the log in Postgres has the messages that they hide.
 */
export function createRefusedCopies(
  registry: Registry,
  logger: Logger,
): (source: CopySource) => void {
  const counter = createPrimedCounter(registry, {
    name: 'causeway_refused_copies_total',
    help: 'Copies refused because no key of COPY_KEYS made their MAC, by source',
    label: 'source',
    values: { mqtt: 0, redis: 0 },
  })
  const told = new Set<CopySource>()
  return (source) => {
    counter.inc({ source })
    if (told.has(source)) return
    told.add(source)
    logger.warn({ source }, 'refused a copy without a valid MAC; see causeway_refused_copies_total')
  }
}
