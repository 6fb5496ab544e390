import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { PageReadersOptions, PagesRead } from './pageReaders.ts'

/** Readers that ask for their page again and again. They have a thread of their own, so that no other clock here waits for them. */
export async function readPages(options: PageReadersOptions): Promise<PagesRead> {
  const worker = new Worker(new URL('./pageReaders.js', import.meta.url), {
    workerData: options,
  })
  const [read]: PagesRead[] = await once(worker, 'message')
  await worker.terminate()
  if (read === undefined) throw new Error('the readers ended without a report')
  return read
}
