import { once } from 'node:events'
import { createConnection } from 'node:net'

const WAIT_MS = 2_000

/** Waits at most 2 s for a response from `url`. Rejects if none comes, or if its status is not `status` (default: any). */
export async function waitForHttp(url: string, status?: number): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(WAIT_MS) })
  await response.body?.cancel()
  if (status !== undefined && response.status !== status) {
    throw new Error(`${url} answered ${response.status}`)
  }
}

/** Waits at most 2 s for a connection to a loopback port and, if `send` is given, for a reply that begins with `expect`. */
export async function waitForTcp(port: number, send?: string, expect = ''): Promise<void> {
  const signal = AbortSignal.timeout(WAIT_MS)
  const socket = createConnection({ host: '127.0.0.1', port })
  try {
    await once(socket, 'connect', { signal })
    if (send === undefined) return
    socket.write(send)
    const reply = String((await once(socket, 'data', { signal }))[0])
    if (!reply.startsWith(expect)) throw new Error(`port ${port} answered ${reply}`)
  } finally {
    socket.destroy()
  }
}
