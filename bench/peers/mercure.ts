import { serverEnv } from '../../stack/server.ts'
import { freePort } from '../../stack/ports.ts'
import { greets } from '../../stack/probes.ts'
import type { Bed } from '../bed.ts'
import type { Running, Subject } from '../subject.ts'
import { openLobby, peerSpec } from './peer.ts'

/** A Mercure hub with its local transport; see bench/mercure/main.go. */
export function mercure(program: string): Subject {
  return { name: 'Mercure', start: (bed) => start(bed, program) }
}

async function start(bed: Bed, program: string): Promise<Running> {
  const port = await freePort()
  const path = '/.well-known/mercure'
  const child = await bed.serve(
    peerSpec({
      name: 'mercure',
      command: { command: program, args: [] },
      env: { ...serverEnv(), PORT: String(port) },
      probe: () => greets(port),
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
