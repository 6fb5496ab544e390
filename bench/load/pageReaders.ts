import { parentPort, workerData } from 'node:worker_threads'
import { Pool } from 'undici'

export interface PageReadersOptions {
  port: number
  path: string
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

/**
 * A thread of readers: each asks for the same page again as soon as it has it, for a given time. Not by node:http: the readers share
 * their core with Postgres, and it takes more of it for a page than Postgres.
 */
const { port, path, readers, seconds }: PageReadersOptions = workerData
const pool = new Pool(`http://127.0.0.1:${port}`, { connections: readers, pipelining: 1 })
const read: PagesRead = { pages: 0, bytes: 0, failed: 0, seconds: 0 }
const start = performance.now()
const end = start + seconds * 1_000

await Promise.all(Array.from({ length: readers }, ask))
read.seconds = (performance.now() - start) / 1_000
await pool.close()
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origins
parentPort?.postMessage(read)

async function ask(): Promise<void> {
  while (performance.now() < end) {
    if (await readPage()) read.pages++
    else read.failed++
  }
}

function readPage(): Promise<boolean> {
  return new Promise((resolve) => {
    let status = 0
    pool.dispatch(
      { method: 'GET', path },
      {
        onRequestStart: () => {},
        onResponseStart: (_controller, code) => void (status = code),
        onResponseData: (_controller, chunk) => void (read.bytes += chunk.length),
        onResponseEnd: () => resolve(status === 200),
        onResponseError: () => resolve(false),
      },
    )
  })
}
