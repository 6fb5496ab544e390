import type { Scenario } from '../scenario.ts'
import { breakLinks, crashAt, freezeFor } from './actions.ts'

export const ingestFaults: Scenario[] = [
  {
    id: 'F1',
    title: 'ingest dies after the commit, before the publish (4 times)',
    limits: { postsMayFail: true },
    run: (scene) => crashAt(scene, 'ingest', 'after-commit', 4),
  },
  {
    id: 'F2',
    title: 'ingest dies after the publish, before the answer (4 times)',
    limits: { postsMayFail: true },
    run: (scene) => crashAt(scene, 'ingest', 'after-publish', 4),
  },
  {
    id: 'F3',
    title: 'one ingest frozen for 8 s',
    // Posts to the frozen ingest wait as long as it is frozen.
    limits: { postsMayFail: true, answerWithinMs: 16_000 },
    run: (scene) => freezeFor(scene, ['ingest-1'], 8),
  },
  {
    id: 'F4',
    title: "one ingest's publishes 2 s late",
    run: (scene) =>
      breakLinks(scene, /^ingest-1>mqtt$/, { kind: 'latency', ms: 2_000, jitter: 0 }, 6),
  },
]
