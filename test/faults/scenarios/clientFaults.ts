import { get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { countTransactions } from '../../../bench/machine/databaseCounters.ts'
import { comesTrue, waitFor } from '../../support/waitFor.ts'
import type { Scenario, Scene } from '../scenario.ts'
import { breakLinks, killFor } from './actions.ts'

const HERD = 2_000
/** Readers that come at once share queries; on a slow machine they do not come at once. */
const READERS_PER_QUERY = 4
/** On any machine. */
const HERD_WITHIN_SECONDS = 90
const NOTICED_WITHIN_SECONDS = 60

export const clientFaults: Scenario[] = [
  {
    id: 'F22',
    title: 'readers that take 1 kB/s, and readers that take nothing',
    rate: 150,
    padding: 2_000,
    run: async (scene) => {
      const gateways = scene.rig.children('gateway').map(({ url = '' }) => url)
      const lazy = (['slow', 'slow', 'stalled', 'stalled'] as const).map((pace) =>
        // Straight to the gateway: a proxy in between would buffer megabytes.
        scene.subscribers.add(pace, { pace, origins: gateways }),
      )
      await scene.seconds(16)
      const ends = 'causeway_gateway_stream_ends_total'
      const count = () => scene.rig.sumMetric('gateway', ends, 'reason="slow"')
      // The buffers fill as fast as the machine takes posts.
      const isNoticed = await comesTrue(
        async () => (await count()) > 0,
        NOTICED_WITHIN_SECONDS,
        500,
      )
      scene.expect(isNoticed, 'no slow consumer was disconnected')
      scene.note(`slow consumers disconnected: ${await count()}`)
      // Now they read again, and must get every message they missed.
      for (const reader of lazy) reader.pace = 'fast'
    },
  },
  {
    id: 'F23',
    title: 'the cable of a third of the readers pulled for 10 s: no end and no reset',
    run: (scene) => breakLinks(scene, /^clients>gateway-1$/, { kind: 'blackhole' }, 10),
  },
  {
    id: 'F24',
    title: `${HERD.toLocaleString('en')} readers disconnected at once, each with an id; then the gateway of half of them killed`,
    rate: 30,
    run: async (scene) => {
      // Straight to the gateways: otherwise the proxies would carry each stream a second time.
      const origins = scene.rig.children('gateway').map(({ url = '' }) => url)
      const herd = Array.from({ length: HERD }, () =>
        scene.subscribers.add('herd', { channels: [scene.random.pick(scene.channels)], origins }),
      )
      const haveBegun = (times: number) => () =>
        herd.every(({ journal }) => journal.readies >= times)
      await waitFor(haveBegun(1), HERD_WITHIN_SECONDS, 500)
      await sleep(3_000)
      const usual = await queriesIn(scene, () => sleep(5_000))
      for (const reader of herd) reader.drop()
      const meanwhile = await queriesIn(scene, async () => {
        await sleep(5_000)
        await waitFor(haveBegun(2), HERD_WITHIN_SECONDS, 500)
      })
      const more = Math.round(meanwhile.count - (usual.count / usual.ms) * meanwhile.ms)
      scene.note(
        `queries in 5 s: ${usual.count} as usual; ${more} more for ${HERD} returning readers`,
      )
      scene.expect(more <= HERD / READERS_PER_QUERY, `${more} queries for a herd`)
      await killFor(scene, ['gateway-1'], 3)
    },
  },
  {
    id: 'F25',
    title: '1,000 readers that leave within 50 ms of asking',
    run: async (scene) => {
      for (let count = 0; count < 1_000; count += 10) {
        await Promise.all(Array.from({ length: 10 }, () => leaveSoon(scene)))
      }
    },
  },
  {
    id: 'F28',
    title: '400 readers join while messages arrive: from now, from an id, from the last 20',
    rate: 120,
    run: async (scene) => {
      for (let count = 0; count < 400; count++) {
        const channels = [scene.random.pick(scene.channels)]
        const all = scene.subscribers.readers[0]?.journal.lasts ?? new Map<string, number>()
        const recent = Math.max(0, ...all.values()) - scene.random.between(0, 200)
        const since = [undefined, String(recent), '-20'][count % 3]
        scene.subscribers.add('joiner', { channels, ...(since === undefined ? {} : { since }) })
        await scene.seconds(0.02)
      }
    },
  },
  {
    id: 'F30',
    title: 'streams in packets of 1 byte, others 100 to 200 ms late',
    rate: 60,
    run: async (scene) => {
      const { rig, subscribers, channels } = scene
      const url = rig.child('gateway-1').url ?? ''
      const sliced = await rig.links.openEntrance('sliced', url)
      await rig.links.get('clients>sliced').set({ kind: 'slicer', bytes: 1 })
      for (let count = 0; count < 4; count++) {
        subscribers.add('sliced', { channels: channels.slice(count, count + 1), origins: [sliced] })
      }
      const late = { kind: 'latency', ms: 100, jitter: 100 } as const
      await breakLinks(scene, /^clients>(gateway|nginx)/, late, 8)
    },
  },
]

/** Queries of the database while something happens, and how long that took. */
async function queriesIn(
  { rig }: Scene,
  act: () => Promise<unknown>,
): Promise<{ count: number; ms: number }> {
  const [before, from] = [await countTransactions(rig.databaseUrl), performance.now()]
  await act()
  const ms = performance.now() - from
  return { count: (await countTransactions(rig.databaseUrl)) - before, ms }
}

async function leaveSoon({ rig, channels, random }: Scene): Promise<void> {
  const origin = random.pick([rig.edge, ...rig.gateways])
  const request = get(`${origin}/events?channel=${random.pick(channels)}&since=-5`, {
    agent: false,
  })
  request.on('error', () => {})
  request.on('response', (response) => response.on('error', () => {}).resume())
  await sleep(random.between(0, 50))
  request.destroy()
}
