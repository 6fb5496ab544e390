import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { PackageReaderData, PackageReaderState } from './packageWorker.ts'

/** The readers by the `eventsource` package, seen from the main thread. */
export class PackageReaders {
  readonly #worker: Worker
  #state: PackageReaderState = { readers: [], messages: 0 }

  constructor(workerData: PackageReaderData) {
    this.#worker = new Worker(new URL('./packageWorker.js', import.meta.url), { workerData })
    this.#worker.on('message', (state: PackageReaderState) => (this.#state = state))
  }

  get messages(): number {
    return this.#state.messages
  }

  /** Whether the reader with that number has the last message of each channel. */
  isLevel(index: number, heads: ReadonlyMap<string, number>): boolean {
    const positions = new Map(this.#state.readers[index])
    return [...heads].every(([name, head]) => (positions.get(name) ?? 0) >= head)
  }

  async close(): Promise<void> {
    const gone = once(this.#worker, 'exit')
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    this.#worker.postMessage('close')
    await gone
  }
}
