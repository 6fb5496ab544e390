import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { messageOf } from './errors.ts'
import { ROOT } from './root.ts'
import type { Addresses } from './secret.ts'

const TIMEOUT_MS = 120_000

/**
 * Brings the database to the newest schema and makes the services' roles, in a separate process, as a deployment does it; with `layout`,
 * more environment, also the others of a layout.
 */
export async function migrateDatabase(
  databaseUrl: string,
  addresses: Addresses = {},
  layout: NodeJS.ProcessEnv = {},
): Promise<void> {
  const env = { ...process.env, ...addresses, ...layout, DATABASE_URL: databaseUrl }
  const program = join(ROOT, 'dist/history/main.js')
  try {
    await promisify(execFile)(process.execPath, [program], { cwd: ROOT, env, timeout: TIMEOUT_MS })
  } catch (cause) {
    // The message holds what the program wrote to its standard error.
    throw new Error(`The database could not be migrated.\n${messageOf(cause)}`, { cause })
  }
}
