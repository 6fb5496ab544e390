import type { Role } from '../../../stack/child.ts'
import { untilReady } from '../rig/untilReady.ts'
import type { Scenario, Scene } from '../scenario.ts'
import { freezeFor, killFor } from './actions.ts'

export const gatewayFaults: Scenario[] = [
  {
    id: 'F19',
    title: 'a gateway killed with all its streams, down for 4 s; then the other',
    run: async (scene) => {
      await killFor(scene, ['gateway-1'], 4)
      await scene.seconds(2)
      await killFor(scene, ['gateway-2'], 4)
    },
  },
  {
    id: 'F20',
    title: 'rolling SIGTERM of every bridge, ingest and gateway under 500 posts/s',
    rate: 500,
    limits: { postsMayFail: true },
    run: async (scene) => {
      for (const role of ['bridge', 'ingest', 'gateway'] as const) await rollingRestart(scene, role)
    },
  },
  {
    id: 'F21',
    title: 'a gateway frozen for 10 s',
    run: (scene) => freezeFor(scene, ['gateway-1'], 10),
  },
]

/** Restarts them as a deployment does: the next one when the one before is ready. */
async function rollingRestart({ rig, seconds }: Scene, role: Role): Promise<void> {
  for (const child of rig.children(role)) {
    await child.stop('SIGTERM')
    await child.start()
    await untilReady(child)
    await seconds(1)
  }
}
