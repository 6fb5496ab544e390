import { spawnSync } from 'node:child_process'
import { ROOT } from './paths.mjs'
import { SetupError } from './print.mjs'

/**
 * Runs a program to its end, with its output on our standard error; with `isQuiet` only if it fails.
 * @throws {SetupError} if it fails
 */
export function run(program, args, { isQuiet = false, failure, ...options } = {}) {
  const stdio = isQuiet ? 'pipe' : ['ignore', 2, 2]
  const ended = spawnSync(program, args, { cwd: ROOT, stdio, encoding: 'utf8', ...options })
  if (ended.status === 0) return
  const output = isQuiet ? `\n${ended.stdout}${ended.stderr}` : ' See above.'
  throw new SetupError(failure ?? `${program} ${args.slice(0, 2).join(' ')} failed.${output}`)
}

/** Runs a program that npm installed, given by its file below node_modules. */
export function runNode(file, args, options) {
  run(process.execPath, [`node_modules/${file}`, ...args], options)
}
