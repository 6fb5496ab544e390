import { readHead, readLast } from '../database.ts'
import type { Retreat } from '../records.ts'
import type { Scenario, Scene } from '../scenario.ts'
import { until } from '../until.ts'

const SERVICES = /^(ingest|bridge|gateway).*>postgres$/
const BACK_WITHIN_MS = 10_000

export const failoverFaults: Scenario[] = [
  {
    id: 'F31',
    title:
      'Postgres lost under 500 posts/s, a replica promoted that lacks its last commits, the epoch untouched',
    rate: 500,
    limits: { postsMayFail: true },
    own: { standby: true },
    run: async (scene) => {
      const { rig, base } = scene
      await scene.seconds(3)
      await rig.links.get('standby>postgres').set({ kind: 'blackhole' })
      await scene.seconds(0.5)
      await cutOff(scene)
      const lost = await readLast(rig.databaseUrl, base)
      const { after, at } = await failOver(scene)
      scene.wentBack({ ...lost, after, at })
      const lacking = base + lost.rows.length - after
      scene.expect(lacking > 0, 'the replica lacked nothing')
      scene.note(`commits that the replica lacked: ${lacking}`)
      await scene.seconds(5)
    },
  },
  {
    id: 'F32',
    title: 'Postgres lost under 500 posts/s, a synchronous replica promoted that lacks nothing',
    rate: 500,
    limits: { postsMayFail: true },
    own: { standby: true },
    run: async (scene) => {
      await scene.rig.standby.join()
      await scene.seconds(3)
      await cutOff(scene)
      await failOver(scene)
      await scene.seconds(5)
    },
  },
]

/** Nobody reaches Postgres any more, and what it answers reaches nobody. */
async function cutOff({ rig }: Scene): Promise<void> {
  await Promise.all(rig.links.matching(SERVICES).map((link) => link.set({ kind: 'refuse' })))
}

/** Answers up to where the replica has the log, and when the first service was connected to it. */
async function failOver(scene: Scene): Promise<Pick<Retreat, 'after' | 'at'>> {
  const { rig } = scene
  const { standby } = rig
  const links = rig.links.matching(SERVICES)
  await rig.giveUpPostgres()
  await standby.promote()
  const { position: after } = await readHead(rig.databaseUrl)
  for (const link of links) link.retarget(standby.port)
  await Promise.all(links.map((link) => link.set({ kind: 'pass' })))
  const isConnected = await until(
    () => links.some(({ connections }) => connections > 0),
    BACK_WITHIN_MS,
  )
  scene.expect(isConnected, 'no service came to the replica')
  scene.recovered()
  return { after, at: Date.now() }
}
