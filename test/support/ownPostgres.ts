import type { Child } from '../../stack/child.ts'
import { migrateDatabase } from '../../stack/migration.ts'
import { postgres } from '../../stack/postgres.ts'
import type { Opened } from './disposables.ts'
import { ownServer } from './ownServer.ts'

/** A migrated Postgres that a test may stop, or run with other settings, given as `name=value`. */
export async function ownPostgres(
  opened: Opened,
  ...settings: string[]
): Promise<{ url: string; server: Child }> {
  const args = settings.flatMap((setting) => ['-c', setting])
  const own = await ownServer(opened, postgres, args)
  await migrateDatabase(own.url)
  return own
}
