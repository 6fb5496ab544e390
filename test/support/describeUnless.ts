import { describe } from '@jest/globals'

/** `describe`, or a skip that prints its reason: what this machine lacks. Nothing else in the tree may skip a test. */
export function describeUnless(lack: string | undefined): typeof describe | typeof describe.skip {
  if (lack !== undefined) process.stderr.write(`skipped: ${lack}\n`)
  return lack === undefined ? describe : describe.skip
}
