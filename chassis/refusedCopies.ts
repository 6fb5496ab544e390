import type { Registry } from 'prom-client'
import type { Logger } from './logger.ts'
import { createPrimedCounter } from './primedCounter.ts'

export type Source = 'mqtt' | 'redis'

/**
 * Counts copies that did not prove themselves, and says so once for each source: whoever can write there can do it a thousand
 * times a second, and must not fill the log. Nothing else is done about them: what they hide is read from the log in Postgres.
 */
export function createRefusedCopies(registry: Registry, logger: Logger): (source: Source) => void {
  const counter = createPrimedCounter(registry, {
    name: 'causeway_refused_copies_total',
    help: 'Copies without the MAC of one of COPY_KEYS, by where they came from',
    label: 'source',
    values: { mqtt: 0, redis: 0 },
  })
  const told = new Set<Source>()
  return (source) => {
    counter.inc({ source })
    if (told.has(source)) return
    told.add(source)
    logger.warn({ source }, 'a copy does not prove itself; see causeway_refused_copies_total')
  }
}
