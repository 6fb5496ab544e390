import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Child } from '../../stack/child.ts'
import { migrateDatabase } from '../../stack/migration.ts'
import { freePort } from '../../stack/ports.ts'
import { postgres } from '../../stack/postgres.ts'
import { Supervisor } from '../../stack/supervisor.ts'

/** A migrated Postgres that a test may stop, or run with other settings, given as `name=value`. */
export async function ownPostgres(
  opened: { add: (dispose: () => unknown) => void },
  ...settings: string[]
): Promise<{ url: string; server: Child }> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-postgres-'))
  opened.add(() => rm(dir, { recursive: true, force: true }))
  const supervisor = await Supervisor.open({ dir })
  opened.add(() => supervisor.stop())
  const spec = await postgres({ dir: join(dir, 'postgres'), port: await freePort() })
  const args = [...spec.command.args, ...settings.flatMap((setting) => ['-c', setting])]
  const server = await supervisor.start({ ...spec, command: { ...spec.command, args } })
  await migrateDatabase(spec.url)
  return { url: spec.url, server }
}
