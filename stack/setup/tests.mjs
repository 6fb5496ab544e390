import { runInPlace } from './run.mjs'

/** The arguments of Node that run jest. */
export const JEST = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
]

/** Runs jest in a separate process (it needs a flag of Node's), on this or another Node, and returns its exit code. */
export function runTests(args, node = process.execPath) {
  return runInPlace(node, [...JEST, ...args])
}
