import { join } from 'node:path'
import { freePort } from '../../stack/ports.ts'
import { waitForTcp } from '../../stack/probes.ts'
import { ROOT } from '../../stack/root.ts'
import type { Testbed } from '../testbed.ts'
import { peerSpec } from './peer.ts'

/** Where a compiled file of this folder is. */
export function fileOfPeer(file: string): string {
  return join(ROOT, 'dist/bench/peers', file)
}

/** Runs a file of this folder as a server, which listens on `PORT`. */
export async function serveFile(testbed: Testbed, file: string, env: NodeJS.ProcessEnv) {
  const port = await freePort()
  const child = await testbed.serve(
    peerSpec({
      name: file.replace('.js', ''),
      command: { command: process.execPath, args: [fileOfPeer(file)] },
      env: { ...process.env, PORT: String(port), ...env },
      probe: () => waitForTcp(port),
    }),
  )
  return { port, child }
}
