import { get } from 'node:http'

interface Exported {
  /** Lines, each with one message. */
  messages: number
  seconds: number
}

/** Reads all of a channel's history as NDJSON, and keeps none of it. @throws if it is refused, or breaks off */
export function exportAll(port: number, path: string): Promise<Exported> {
  const start = performance.now()
  return new Promise((resolve, reject) => {
    const headers = { Accept: 'application/x-ndjson' }
    const reading = get({ host: '127.0.0.1', port, path, headers }, (response) => {
      let messages = 0
      if (response.statusCode !== 200)
        reject(new Error(`the export was answered ${response.statusCode}`))
      response.on('data', (chunk: Buffer) => {
        for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1))
          messages++
      })
      response.on('close', () => {
        if (response.complete) resolve({ messages, seconds: (performance.now() - start) / 1_000 })
        else reject(new Error('the export broke off'))
      })
    })
    reading.on('error', reject)
  })
}

const NEWLINE = 10
