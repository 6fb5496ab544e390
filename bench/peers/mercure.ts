import { serverEnv } from '../../stack/server.ts'
import { freePort } from '../../stack/ports.ts'
import { waitForTcp } from '../../stack/probes.ts'
import type { Testbed } from '../testbed.ts'
import type { Running, Target } from '../target.ts'
import { openLobby, peerSpec } from './peer.ts'

/** A Mercure hub with its local transport; see bench/mercure/main.go. */
export function mercure(program: string): Target {
  return { name: 'Mercure', start: (testbed) => start(testbed, program) }
}

async function start(testbed: Testbed, program: string): Promise<Running> {
  const port = await freePort()
  const path = '/.well-known/mercure'
  const child = await testbed.serve(
    peerSpec({
      name: 'mercure',
      command: { command: program, args: [] },
      env: { ...serverEnv(), PORT: String(port) },
      probe: () => waitForTcp(port),
    }),
  )
  return {
    pid: child.pid ?? 0,
    load: { port, path: `${path}?topic=lobby` },
    publisher: () =>
      openLobby({
        port,
        path,
        body: (json) => `topic=lobby&data=${encodeURIComponent(json)}`,
        contentType: 'application/x-www-form-urlencoded',
      }),
    stop: () => child.stop(),
  }
}
