import { type Agent, request } from 'node:http'

const STORED = '{"status":201'

/**
 * Posts NDJSON, and counts the messages that were stored. Not by `fetch`: the load shares a core with Postgres, and each message would
 * take a fifth of what Postgres takes for it.
 */
export function postLines(agent: Agent, port: number, lines: string): Promise<number> {
  const body = Buffer.from(lines)
  const headers = { 'Content-Type': 'application/x-ndjson', 'Content-Length': body.length }
  return new Promise((resolve, reject) => {
    const call = request({ port, agent, headers, method: 'POST', path: '/messages' }, (answer) => {
      let stored = 0
      let rest = ''
      answer.setEncoding('latin1')
      answer.on('data', (chunk: string) => {
        const text = rest + chunk
        stored += text.split(STORED).length - 1
        // An answer may be cut in two.
        rest = text.slice(1 - STORED.length)
      })
      answer.on('end', () => resolve(stored))
      answer.on('error', reject)
    })
    call.on('error', reject)
    call.end(body)
  })
}
