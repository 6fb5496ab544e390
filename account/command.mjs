import { spawnSync } from 'node:child_process'
import { inRoot } from '../stack/setup/paths.mjs'

/** `npm run account`: account/command.ts reads the arguments itself, because an image has that only. */
export const parse = (args) => ({ options: args })

export function run(args) {
  const program = inRoot('dist/account/command.js')
  const { status } = spawnSync(process.execPath, [program, ...args], { stdio: 'inherit' })
  process.exitCode = status ?? 1
}
