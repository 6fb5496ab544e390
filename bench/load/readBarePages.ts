import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../../stack/root.ts'
import type { Testbed } from '../testbed.ts'

interface BarePages {
  databaseUrl: string
  /** The readers have one each, in turn. */
  channels: readonly string[]
  readers: number
  seconds: number
}

/** Pages a second by the bare query, on the core of the server under test. */
export async function readBarePages(
  testbed: Testbed,
  { databaseUrl, channels, readers, seconds }: BarePages,
): Promise<number> {
  const program = join(ROOT, 'dist/bench/peers/barePages.js')
  const env = {
    ...process.env,
    DATABASE_URL: databaseUrl,
    CHANNELS: channels.join(),
    READERS: String(readers),
    SECONDS: String(seconds),
  }
  const args = ['-c', testbed.cores.server, process.execPath, program]
  const { stdout } = await promisify(execFile)('taskset', args, { env })
  return Number(stdout)
}
