import { MAX_BODY_BYTES, MAX_EVENT_BYTES } from '../../../contract/limits.ts'
import { eventBytes } from '../../../contract/messageEvent.ts'
import { ingestConfig } from '../../../ingest/config.ts'
import type { Scenario, Scene } from '../scenario.ts'
import { comesTrue } from '../../support/waitFor.ts'
import { killFor } from './actions.ts'
import { restart } from './postgresFaults.ts'

const USUAL_EVENT_BYTES = ingestConfig.shape.MAX_EVENT_BYTES.parse(undefined)
const PULLERS = 30
/** A page for each; on any machine. */
const READ_WITHIN_SECONDS = 60

/** The largest messages by default, and the largest that any setting allows. */
const usual = { rate: 12, padding: paddingOf(USUAL_EVENT_BYTES) }
const highest = {
  rate: 3,
  padding: paddingOf(MAX_EVENT_BYTES),
  own: {
    env: () => ({
      MAX_BODY_BYTES: String(MAX_BODY_BYTES),
      MAX_EVENT_BYTES: String(MAX_EVENT_BYTES),
    }),
  },
}

export const sizeFaults: Scenario[] = [
  {
    id: 'F37a',
    title: `messages of ${kilobytes(USUAL_EVENT_BYTES)}: the MQTT broker down for 3 s, then Redis; readers that take 1 kB/s`,
    ...usual,
    run: loseCopies,
  },
  {
    id: 'F37b',
    title: `messages of ${kilobytes(USUAL_EVENT_BYTES)}: Postgres restarted fast, 2 times`,
    ...usual,
    limits: { postsMayFail: true },
    run: (scene) => restart(scene, 'SIGINT'),
  },
  {
    id: 'F37c',
    title: `messages of ${kilobytes(MAX_EVENT_BYTES)}: as F37a`,
    ...highest,
    run: loseCopies,
  },
  {
    id: 'F37d',
    title: `messages of ${kilobytes(MAX_EVENT_BYTES)}: as F37b`,
    ...highest,
    limits: { postsMayFail: true },
    run: (scene) => restart(scene, 'SIGINT'),
  },
  {
    id: 'F38',
    title: `${PULLERS} readers of history that ask for 1,000 messages again and again`,
    rate: 100,
    padding: 5_000,
    run: async (scene) => {
      await scene.seconds(4)
      const statuses = new Map<number, number>()
      const over = new AbortController()
      const pulling = Array.from({ length: PULLERS }, async () => {
        while (!over.signal.aborted) {
          const status = await pull(scene)
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
        }
      })
      await scene.seconds(8)
      const isRead = () => (statuses.get(200) ?? 0) >= PULLERS
      scene.expect(await comesTrue(isRead, READ_WITHIN_SECONDS), 'history was hardly read')
      over.abort()
      await Promise.all(pulling)
      const counts = [...statuses].map(([status, count]) => `${count} × ${status}`)
      scene.note(`pages of history: ${counts.join(', ')}`)
    },
  },
]

async function loseCopies(scene: Scene): Promise<void> {
  const { rig, subscribers } = scene
  // Straight to the gateway: a proxy in between would buffer megabytes.
  const origins = rig.children('gateway').map(({ url = '' }) => url)
  const slow = Array.from({ length: 3 }, () => subscribers.add('slow', { pace: 'slow', origins }))
  for (const server of ['mosquitto', 'redis']) {
    await killFor(scene, [server], 3)
    await scene.seconds(2)
  }
  for (const reader of slow) reader.pace = 'fast'
}

/** Reads one page. Returns the status of the response, 0 if there was none. */
async function pull({ rig, channels, random }: Scene): Promise<number> {
  const origin = random.pick([rig.edge, ...rig.ingests])
  try {
    const signal = AbortSignal.timeout(30_000)
    const channel = random.pick(channels)
    const response = await fetch(`${origin}/history?channel=${channel}&limit=1000`, { signal })
    await response.arrayBuffer()
    return response.status
  } catch {
    return 0
  }
}

/** The number of two-byte characters that fill an event. */
function paddingOf(bytes: number): number {
  const sender = { id: 'publisher', name: 'publisher' }
  const rest = { id: '0193512a-0000-7000-8000-000000000001', type: 'message', sender }
  const channel = 'faults.f37a-9999.c0'
  const least = eventBytes({ ...rest, channel, data: '{"number":99999,"text":""}' })
  return Math.floor((bytes - least) / 2)
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1_000)} kB`
}
