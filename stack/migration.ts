import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { stderrOf } from './errors.ts'
import { ROOT } from './root.ts'

const WITHIN = 120_000

/** Brings the database to the newest schema, in a process of its own, as a deployment does it. */
export async function migrateDatabase(databaseUrl: string): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, [join(ROOT, 'dist/history/main.js')], {
      cwd: ROOT,
      env: { ...process.env, DATABASE_URL: databaseUrl },
      timeout: WITHIN,
    })
  } catch (error) {
    throw new Error(`The database could not be migrated.\n${stderrOf(error)}`.trimEnd(), {
      cause: error,
    })
  }
}
