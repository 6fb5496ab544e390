import { parentPort, workerData } from 'node:worker_threads'
import { Pool } from 'undici'
import { ask } from './ask.ts'

export interface PageReadersOptions {
  port: number
  /** The readers have one each, in turn. */
  paths: readonly string[]
  readers: number
  seconds: number
}

/** The sum over all readers. */
export interface PagesRead {
  /** Pages that arrived whole. */
  pages: number
  bytes: number
  /** Pages refused, or cut short. */
  failed: number
  /** Until the last page was whole. */
  seconds: number
}

/** A thread of readers: each asks for its page again as soon as it has it, for a given time. */
const { port, paths, readers, seconds }: PageReadersOptions = workerData
const pool = new Pool(`http://127.0.0.1:${port}`, { connections: readers, pipelining: 1 })
const read: PagesRead = { pages: 0, bytes: 0, failed: 0, seconds: 0 }
const start = performance.now()
const end = start + seconds * 1_000

await Promise.all(
  Array.from({ length: readers }, (_, at) => readOn(paths[at % paths.length] ?? '')),
)
read.seconds = (performance.now() - start) / 1_000
await pool.close()
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origins
parentPort?.postMessage(read)

async function readOn(path: string): Promise<void> {
  while (performance.now() < end) {
    const answer = await ask(pool, { path })
    read.bytes += answer?.bytes ?? 0
    if (answer?.status === 200) read.pages++
    else read.failed++
  }
}
