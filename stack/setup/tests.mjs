import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { ROOT } from './paths.mjs'

const JEST = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
]

/** Runs jest in a separate process (it needs a flag of Node's), on this or another Node, and returns its exit code. */
export async function runTests(args, node = process.execPath) {
  const jest = spawn(node, [...JEST, ...args], { cwd: ROOT, stdio: 'inherit' })
  // A terminal sends Ctrl-C to jest as well. A plain kill reaches only this process, which passes it on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => jest.kill(signal))
  const [code] = await once(jest, 'exit')
  return code ?? 1
}
