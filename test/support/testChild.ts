import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ChildSpec } from '../../stack/child.ts'
import { serverSpec } from '../../stack/server.ts'

/** A script that runs until it is ended. */
export const STAY = 'setInterval(() => {}, 1000)'

/** A child that runs a script, and is ready at once. */
export function childSpec(script: string, more: Partial<ChildSpec> = {}): ChildSpec {
  const command = { command: process.execPath, args: ['-e', script] }
  const url = ''
  return serverSpec('gateway', { name: 'gateway-1', url, command, probe: async () => {}, ...more })
}

/** A probe that fails. */
export async function never(): Promise<void> {
  throw new Error('not ready')
}

/** A probe that succeeds when a child of the supervisor in `dir` has logged a text. */
export async function logged(dir: string, name: string, text: string): Promise<void> {
  if (!readFileSync(join(dir, `logs/${name}.log`), 'utf8').includes(text)) await never()
}
