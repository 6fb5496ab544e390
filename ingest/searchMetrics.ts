import { Gauge, type Registry } from 'prom-client'
import type { SearchState } from '../history/searchState.ts'

const UNKNOWN: SearchState = { newer: NaN, older: NaN }

/** The metric of what search does not find yet, and how to set it. NaN: it could not be read. */
export function createSearchMetrics(registry: Registry) {
  const waiting = new Gauge({
    name: 'causeway_search_waiting_messages',
    help: 'Messages that search does not find yet, by age: newer (than all that it finds); older (from before there was a search, or in another language)',
    labelNames: ['age'],
    registers: [registry],
  })
  return {
    show: ({ newer, older } = UNKNOWN) => {
      waiting.set({ age: 'newer' }, newer)
      waiting.set({ age: 'older' }, older)
    },
  }
}
