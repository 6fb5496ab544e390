import { Gauge, type Registry } from 'prom-client'

interface Readers {
  /** Reads of history that wait for messages. */
  waits: () => number
  exports: () => number
}

/** Readers that stay for long, counted at each scrape. */
export function createReaderMetrics(registry: Registry, readers: Readers) {
  return {
    waits: new Gauge({
      name: 'causeway_ingest_waits',
      help: 'Reads of history that wait for messages (wait=); an ingest takes 1,000',
      registers: [registry],
      collect() {
        this.set(readers.waits())
      },
    }),
    exports: new Gauge({
      name: 'causeway_ingest_exports',
      help: 'Exports that are running, of history or of one sender; an ingest takes 8',
      registers: [registry],
      collect() {
        this.set(readers.exports())
      },
    }),
  }
}
