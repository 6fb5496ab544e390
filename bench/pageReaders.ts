import { Agent, get } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'

export interface CrowdOptions {
  port: number
  path: string
  readers: number
  seconds: number
}

/** What all readers together have had. */
export interface PagesRead {
  /** That came whole. */
  pages: number
  bytes: number
  /** Refused, or broken off. */
  failed: number
  /** Until the last page was whole. */
  seconds: number
}

/** A thread of readers: each asks for the same page again as soon as it has it, for so many seconds. */
const { port, path, readers, seconds }: CrowdOptions = workerData
const agent = new Agent({ keepAlive: true, maxSockets: readers })
const read: PagesRead = { pages: 0, bytes: 0, failed: 0, seconds: 0 }
const start = performance.now()
const end = start + seconds * 1_000

await Promise.all(Array.from({ length: readers }, ask))
read.seconds = (performance.now() - start) / 1_000
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
    const request = get({ host: '127.0.0.1', port, path, agent }, (response) => {
      response.on('data', (chunk: Buffer) => (read.bytes += chunk.length))
      response.on('close', () => resolve(response.complete && response.statusCode === 200))
    })
    request.on('error', () => resolve(false))
  })
}
