import { z } from 'zod'
import { query, readHead, readLast } from '../rig/database.ts'
import type { Retreat } from '../judge/records.ts'
import type { Scenario, Scene } from '../scenario.ts'
import { comesTrue, waitFor } from '../../support/waitFor.ts'
import { repeat } from './wires.ts'

const SERVICES = /^(ingest|bridge|gateway).*>postgres$/
const LACKING = 200
/** On any machine: at the usual rate each takes a second. */
const BACK_WITHIN_SECONDS = 30
const ALONE_WITHIN_SECONDS = 30
const LACKING_WITHIN_SECONDS = 60

export const failoverFaults: Scenario[] = [
  {
    id: 'F31',
    title:
      'Postgres lost under 500 posts/s; a replica without its last commits promoted; the epoch unchanged',
    rate: 500,
    limits: { postsMayFail: true },
    own: { standby: true },
    run: async (scene) => {
      const { rig, base } = scene
      await scene.seconds(3)
      await rig.links.get('standby>postgres').set({ kind: 'refuse' })
      await untilLacking(scene)
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
    title: 'Postgres lost under 500 posts/s; a complete synchronous replica promoted',
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
  {
    id: 'F45a',
    title:
      'two hosts in DATABASE_URL: Postgres killed under 500 posts/s; its synchronous replica promoted',
    rate: 500,
    limits: { postsMayFail: true },
    own: { replica: true },
    run: async (scene) => {
      const { rig, seconds } = scene
      await rig.standby.join()
      await seconds(2)
      await rig.abandonPostgres()
      await seconds(1)
      await rig.standby.promote()
      scene.recovered()
      await seconds(4)
    },
  },
  {
    id: 'F45b',
    title:
      'two hosts in DATABASE_URL: Postgres killed under 500 posts/s; a replica without its last commits promoted',
    rate: 500,
    limits: { postsMayFail: true },
    own: { replica: true },
    run: async (scene) => {
      const { rig, base, seconds } = scene
      await rig.standby.leave()
      await untilLacking(scene)
      const lost = await readLast(rig.databaseUrl, base, () => rig.abandonPostgres())
      const { position: after } = await readHead(rig.standby.databaseUrl)
      await rig.standby.promote()
      scene.recovered()
      scene.wentBack({ ...lost, after, at: Date.now() })
      const lacking = base + lost.rows.length - after
      scene.expect(lacking > 0, 'the replica lacked nothing')
      scene.note(`commits that the replica lacked: ${lacking}`)
      await seconds(4)
    },
  },
  {
    id: 'F46',
    title: 'the read replica lags by 10 s; readers come back to streams and pages that it lacks',
    own: {
      replica: true,
      // Nothing older than a moment is in Redis or in a gateway's memory.
      env: (name) =>
        name.startsWith('bridge') ? { RECENT_LENGTH: '1' } : { REPLAY_BUFFER_BYTES: '0' },
    },
    run: async (scene) => {
      const { rig } = scene
      await rig.standby.lag(10)
      let pages = 0
      await repeat(scene, 12, 100, async () => {
        if (await hasNewest(scene)) pages++
      })
      scene.expect(pages > 10, 'hardly a page of history was served')
      const [{ position: head }, { position: had }] = await Promise.all([
        readHead(rig.databaseUrl),
        readHead(rig.standby.databaseUrl),
      ])
      scene.expect(had < head, 'the replica lacked nothing')
      scene.note(`messages that the replica lacked at the end: ${head - had}`)
      await rig.standby.lag(0)
    },
  },
]

/** Whether a page was served. It must have all that was acknowledged before it was asked for. */
async function hasNewest({ rig, channels, expect }: Scene): Promise<boolean> {
  const [channel = ''] = channels
  const sql = `select head::text from channel where log_id = 0 and name = '${channel}'`
  const [row] = await query(rig.databaseUrl, sql)
  const path = `/history?channel=${channel}&limit=1&order=desc`
  const response = await fetch(`${rig.ingests[0]}${path}`)
  // A busy machine may be late, but not wrong.
  if (!response.ok) {
    await response.body?.cancel()
    return false
  }
  const [newest] = HistoryPage.parse(await response.json()).messages
  expect((newest?.position ?? 0) >= Number(row?.['head'] ?? 0), 'a page of history is stale')
  return true
}

const HistoryPage = z.object({ messages: z.array(z.object({ position: z.number() })) })

/**
 * Waits until Postgres has commits that the replica cannot have: those from when it no longer receives anything. Without them there is
 * nothing to try, and it throws.
 */
async function untilLacking({ rig }: Scene): Promise<void> {
  await waitFor(() => rig.standby.isAlone(), ALONE_WITHIN_SECONDS, 100)
  const { position } = await readHead(rig.databaseUrl)
  const isLacking = async () => (await readHead(rig.databaseUrl)).position >= position + LACKING
  await waitFor(isLacking, LACKING_WITHIN_SECONDS, 100)
}

/** Cuts Postgres off: no service reaches it, and none of its answers arrives. */
async function cutOff({ rig }: Scene): Promise<void> {
  await Promise.all(rig.links.matching(SERVICES).map((link) => link.set({ kind: 'refuse' })))
}

/** Returns the last position that the replica has, and when the first service connected to it. */
async function failOver(scene: Scene): Promise<Pick<Retreat, 'after' | 'at'>> {
  const { rig } = scene
  const { standby } = rig
  const links = rig.links.matching(SERVICES)
  await rig.abandonPostgres()
  await standby.promote()
  const { position: after } = await readHead(rig.databaseUrl)
  for (const link of links) link.retarget(standby.port)
  await Promise.all(links.map((link) => link.set({ kind: 'pass' })))
  const isConnected = await comesTrue(
    () => links.some(({ connections }) => connections > 0),
    BACK_WITHIN_SECONDS,
  )
  scene.expect(isConnected, 'no service connected to the replica')
  scene.recovered()
  return { after, at: Date.now() }
}
