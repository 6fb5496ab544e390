import type { Scenario, Scene } from '../scenario.ts'
import { query } from '../rig/database.ts'
import { breakLinks, freezeFor } from './actions.ts'

export const TERMINATE = `select pg_terminate_backend(pid) from pg_stat_activity
  where backend_type = 'client backend' and pid <> pg_backend_pid()`

export const postgresFaults: Scenario[] = [
  {
    id: 'F16a',
    title: 'Postgres restarted fast, 2 times',
    limits: { postsMayFail: true },
    run: (scene) => restart(scene, 'SIGINT'),
  },
  {
    id: 'F16b',
    title: 'Postgres restarted with immediate, 2 times',
    limits: { postsMayFail: true },
    run: (scene) => restart(scene, 'SIGQUIT'),
  },
  {
    id: 'F16c',
    title: 'pg_terminate_backend of every session, 8 times',
    limits: { postsMayFail: true },
    run: async (scene) => {
      for (let count = 0; count < 8; count++) {
        await query(scene.rig.databaseUrl, TERMINATE)
        await scene.seconds(0.7)
      }
    },
  },
  {
    id: 'F17a',
    title: 'Postgres frozen for 8 s',
    limits: { postsMayFail: true },
    run: (scene) => freezeFor(scene, ['postgres'], 8),
  },
  {
    id: 'F17b',
    title: 'all links to Postgres black-holed for 8 s',
    limits: { postsMayFail: true },
    run: (scene) => breakLinks(scene, />postgres$/, { kind: 'blackhole' }, 8),
  },
  {
    id: 'F17c',
    title: 'answers of Postgres to the ingests lost, 10 times',
    limits: { postsMayFail: true },
    run: async (scene) => {
      for (let count = 0; count < 10; count++) {
        await breakLinks(scene, /^ingest.*>postgres$/, { kind: 'dropReplyOnce' }, 0.6)
      }
    },
  },
]

export async function restart({ rig, seconds }: Scene, signal: NodeJS.Signals): Promise<void> {
  for (let count = 0; count < 2; count++) {
    await rig.child('postgres').stop(signal)
    await seconds(2)
    await rig.child('postgres').start()
    if (count === 0) await seconds(3)
  }
}
