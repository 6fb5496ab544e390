import { spawn } from 'node:child_process'
import { inRoot } from './paths.mjs'

const JEST = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
]

/** Runs jest in a process of its own (it needs a flag of Node's), on this or another Node, and answers its exit code. */
export function runTests(args, node = process.execPath) {
  const jest = spawn(node, [...JEST, ...args], { cwd: inRoot(''), stdio: 'inherit' })
  // A terminal sends Ctrl-C to jest as well; a plain kill reaches only this process, and is passed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => jest.kill(signal))
  return new Promise((resolve, reject) => {
    jest.on('error', reject)
    jest.on('exit', (code) => resolve(code ?? 1))
  })
}
