import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from './root.ts'
import { type Servers, urlsFor } from './servers.ts'

/** A new link by which somebody becomes the first admin; empty if there is one. */
export async function firstAdminLink(stack: Servers & { origin: string }): Promise<string> {
  const { databaseUrl } = urlsFor('account', stack)
  const env = { ...process.env, DATABASE_URL: databaseUrl, PUBLIC_ORIGIN: stack.origin }
  const program = join(ROOT, 'dist/account/command.js')
  const args = [program, 'admin-link', '--if-none']
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, env })
  return stdout.trim()
}
