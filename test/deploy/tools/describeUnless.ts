import { describe } from '@jest/globals'
import type { Lack } from './tools.ts'

/** `describe`, or a skip that says why. */
export function describeUnless(lack: Lack): typeof describe | typeof describe.skip {
  if (lack !== undefined) process.stderr.write(`skipped: ${lack}\n`)
  return lack === undefined ? describe : describe.skip
}
