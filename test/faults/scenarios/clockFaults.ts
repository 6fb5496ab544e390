import { query } from '../rig/database.ts'
import type { Scenario, Scene } from '../scenario.ts'
import { TERMINATE } from './postgresFaults.ts'

/** Makes the database's clock settable: new sessions find this function before the real one. */
const SETTABLE_CLOCK = [
  'create schema skew',
  "create table skew.clock as select interval '0' as off",
  `create function skew.clock_timestamp() returns timestamptz language sql volatile as
     'select pg_catalog.clock_timestamp() + (select off from skew.clock)'`,
  'alter database causeway set search_path = skew, pg_catalog, public',
  TERMINATE,
]

export const clockFaults: Scenario[] = [
  {
    id: 'F39',
    title: "the clock of Postgres' host a year ahead, right, a year back, and right again",
    own: {},
    // All sessions end once, so that the next ones use the settable clock.
    limits: { postsMayFail: true, sentWithinMs: 65_000, mayMistime: true },
    run: async (scene) => {
      for (const statement of SETTABLE_CLOCK) await query(scene.rig.databaseUrl, statement)
      await scene.seconds(1)
      for (const days of [365, 0, -365, 0]) {
        await setClock(scene, days)
        await scene.seconds(3)
      }
    },
  },
]

async function setClock({ rig, expect }: Scene, days: number): Promise<void> {
  await query(rig.databaseUrl, `update skew.clock set off = interval '${days} days'`)
  const sql = `select round(extract(epoch from clock_timestamp() - pg_catalog.clock_timestamp()) / 86400)::text as off`
  const [row] = await query(rig.databaseUrl, sql)
  expect(Number(row?.['off']) === days, `the clock is ${row?.['off']} days off, not ${days}`)
}
