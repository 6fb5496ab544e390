import { Gauge, type Registry } from 'prom-client'
import type { Clocks } from '../history/clocks.ts'

/** What the appends have shown about the clocks, read at each scrape. */
export function createClockMetrics(registry: Registry, clocks: () => Clocks) {
  return {
    difference: new Gauge({
      name: 'causeway_ingest_clock_difference_seconds',
      help: "Seconds that the database's clock is ahead of this process's, at the last append; negative if it is behind",
      registers: [registry],
      collect() {
        this.set(clocks().difference)
      },
    }),
    ahead: new Gauge({
      name: 'causeway_ingest_log_ahead_seconds',
      help: "Seconds that the time of the log's last message is ahead of this process's clock",
      registers: [registry],
      collect() {
        this.set(Math.max(0, clocks().lastAt - Date.now()) / 1_000)
      },
    }),
  }
}
