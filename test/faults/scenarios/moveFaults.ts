import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../../../stack/root.ts'
import { query } from '../rig/database.ts'
import { startSpare } from '../rig/spare.ts'
import type { Scenario, Scene } from '../scenario.ts'

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
      const to = await startSpare(rig.stack, rig.sparePort)
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
