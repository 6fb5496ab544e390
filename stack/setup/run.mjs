import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
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

/** Runs a program with our terminal in place of this one, and returns its exit code. */
export async function runInPlace(program, args) {
  const child = spawn(program, args, { cwd: ROOT, stdio: 'inherit' })
  // A terminal sends Ctrl-C to the child as well. A plain kill reaches only this process, which passes it on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  const [code] = await once(child, 'exit')
  return code ?? 1
}
