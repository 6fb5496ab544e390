import type { Scenario } from '../scenario.ts'
import { crashAt, freezeFor, killFor } from './actions.ts'

const BOTH = ['bridge-1', 'bridge-2']

export const bridgeFaults: Scenario[] = [
  {
    id: 'F9a',
    title: 'a bridge dies after an append to Redis (4 times)',
    run: (scene) => crashAt(scene, 'bridge', 'after-redis-append', 4),
  },
  {
    id: 'F9b',
    title: 'a bridge dies before its PUBACK (4 times)',
    run: (scene) => crashAt(scene, 'bridge', 'before-puback', 4),
  },
  {
    id: 'F9c',
    title: 'both bridges killed, down for 6 s',
    run: (scene) => killFor(scene, BOTH, 6),
  },
  {
    id: 'F10',
    title: 'both bridges frozen for 10 s',
    run: (scene) => freezeFor(scene, BOTH, 10),
  },
  {
    id: 'F11',
    title: 'no fault: two bridges append at once, 500 posts/s',
    rate: 500,
    run: (scene) => scene.seconds(8),
  },
]
