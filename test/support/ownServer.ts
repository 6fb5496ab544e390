import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Child } from '../../stack/child.ts'
import { freePort } from '../../stack/ports.ts'
import type { ServerOptions, ServerSpec } from '../../stack/server.ts'
import { Supervisor, type SupervisorOptions } from '../../stack/supervisor.ts'
import type { Opened } from './disposables.ts'

/** A supervisor with its own folder, both until the end of the test file. */
export async function openSupervisor(
  opened: Opened,
  name: string,
  options: Omit<SupervisorOptions, 'dir'> = {},
): Promise<{ dir: string; supervisor: Supervisor }> {
  const dir = await mkdtemp(join(tmpdir(), `causeway-${name}-`))
  opened.add(() => rm(dir, { recursive: true, force: true }))
  const supervisor = await Supervisor.open({ dir, ...options })
  opened.add(() => supervisor.stop())
  return { dir, supervisor }
}

/** A server that a test may stop or break, with more arguments on its command line. */
export async function ownServer(
  opened: Opened,
  recipe: (options: ServerOptions) => ServerSpec | Promise<ServerSpec>,
  args: readonly string[],
): Promise<{ url: string; server: Child }> {
  const { dir, supervisor } = await openSupervisor(opened, 'server')
  const spec = await recipe({ dir: join(dir, 'data'), port: await freePort() })
  const command = { ...spec.command, args: [...spec.command.args, ...args] }
  return { url: spec.url, server: await supervisor.start({ ...spec, command }) }
}
