import type { Scenario } from '../scenario.ts'
import { breakLinks, killFor } from './actions.ts'

export const mqttFaults: Scenario[] = [
  {
    id: 'F5',
    title: 'the MQTT broker killed, down for 6 s',
    run: (scene) => killFor(scene, ['mosquitto'], 6),
  },
  {
    id: 'F6',
    title: 'all links to the MQTT broker black-holed for 10 s',
    run: (scene) => breakLinks(scene, />mqtt$/, { kind: 'blackhole' }, 10),
  },
]
