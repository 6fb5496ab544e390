import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { LayoutFile } from '../../../chassis/layoutFile.ts'
import { ROOT } from '../../../stack/root.ts'
import { writeAtomically } from '../../../stack/writeAtomically.ts'
import { query } from '../rig/database.ts'
import type { Scenario, Scene } from '../scenario.ts'
import { rollingRestart } from './actions.ts'

const MOVED = 3
const RATE = 200

export const moveFaults: Scenario[] = [
  {
    id: 'F51',
    title:
      '4 logs: one moved to another Postgres under 200 posts/s, by the command that operators use',
    rate: RATE,
    // The log refuses posts for a moment.
    limits: { postsMayFail: true },
    own: { logs: 4, postgres: 2, spare: true },
    run: async (scene) => {
      const { rig, seconds } = scene
      scene.strikes([MOVED])
      const { spareUrl: to = '' } = rig
      await move(scene, 'prepare', to)
      await seconds(2)
      const said = await move(scene, 'switch', to)
      scene.note(said)
      scene.recovered()
      const from = rig.logs.databaseUrlOf(MOVED)
      rig.logs.move(MOVED, to)
      await seconds(4)
      const [row] = await query(from, `select away::text from log where id = ${MOVED}`)
      scene.expect(row?.['away'] === 'true', 'the log is still open in the old database')
    },
  },
  {
    id: 'F52',
    title:
      '4 logs: one moved to another Redis and another broker under 200 posts/s, by a new layout and a restart of each service',
    rate: RATE,
    // Some posts go to an ingest that just stops.
    limits: { postsMayFail: true },
    own: {
      logs: 4,
      redis: ['single', 'single'],
      brokers: 2,
      env: () => ({ DRAIN_SECONDS: '3' }),
    },
    run: async (scene) => {
      const { file = '' } = scene.rig.logs
      const layout: LayoutFile = JSON.parse(readFileSync(file, 'utf8'))
      const logs = layout.logs.map((log) =>
        log.id === 1 ? { ...log, redis: 'r2', broker: 'b2' } : log,
      )
      writeAtomically(file, JSON.stringify({ ...layout, logs }))
      for (const role of ['bridge', 'gateway', 'ingest'] as const) await rollingRestart(scene, role)
    },
  },
]

/** Returns the last line that the command wrote. */
async function move({ rig }: Scene, step: 'prepare' | 'switch', to: string): Promise<string> {
  const env = {
    ...process.env,
    ...rig.logs.usersOf(MOVED),
    LOG_ID: String(MOVED),
    FROM_DATABASE_URL: rig.logs.databaseUrlOf(MOVED),
    TO_DATABASE_URL: to,
    LAYOUT_FILE: rig.logs.file,
  }
  const args = [join(ROOT, 'dist/history/move/main.js'), step]
  const { stderr } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, env })
  return stderr.trim().split('\n').at(-1) ?? ''
}
