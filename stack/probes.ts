import { once } from 'node:events'
import { createConnection } from 'node:net'

const PROBE_WITHIN = 2_000

/** Rejects unless the address answers with this status (any status, where none is given). */
export async function answers(url: string, status?: number): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_WITHIN) })
  await response.body?.cancel()
  if (status !== undefined && response.status !== status) {
    throw new Error(`${url} answered ${response.status}`)
  }
}

/** Rejects unless the port accepts a connection and answers `send`, where given, with a text that begins with `expect`. */
export async function greets(port: number, send?: string, expect = ''): Promise<void> {
  const signal = AbortSignal.timeout(PROBE_WITHIN)
  const socket = createConnection({ host: '127.0.0.1', port })
  try {
    await once(socket, 'connect', { signal })
    if (send === undefined) return
    socket.write(send)
    const answer = String((await once(socket, 'data', { signal }))[0])
    if (!answer.startsWith(expect)) throw new Error(`port ${port} answered ${answer}`)
  } finally {
    socket.destroy()
  }
}
