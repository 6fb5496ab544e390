import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { freePort } from '../../stack/ports.ts'
import type { Testbed } from '../testbed.ts'
import { pause } from '../load/publisher.ts'

const EVENTS = 200_000
const WARM_UP_MS = 500

/** The limit of the load client itself, fed by a server that only writes. */
export const sink = { name: 'load client', measure }

/** Events a second that it reads and checks. */
async function measure(testbed: Testbed, streams: number, seconds: number): Promise<number> {
  const port = await freePort()
  const args = ['-c', testbed.cores.server, testbed.programs.sink, port, streams, EVENTS].map(
    String,
  )
  const server = spawn('taskset', args, { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    await once(server.stdout, 'data')
    const client = testbed.load({ port, path: '/', streams })
    await client.opened
    await pause(WARM_UP_MS)
    client.reset()
    // At most 3 s: the sink ends when it has sent all events.
    await pause(Math.min(seconds, 3) * 1_000)
    const { events, seconds: took } = await client.report()
    await client.close()
    return events / took
  } finally {
    server.kill('SIGKILL')
  }
}
