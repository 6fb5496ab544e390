import type { Scenario } from '../scenario.ts'
import { freezeFor, killFor, rollingRestart } from './actions.ts'

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
