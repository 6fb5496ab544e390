import TestSequencer from '@jest/test-sequencer'

/** They take from 20 s to two minutes, the longest first. */
const LONGEST = [
  'test/faults',
  'test/clients/npm',
  'test/renewal',
  'test/signIn',
  'test/model/model',
  'test/security/slowBodies',
]

/**
 * Begins with the files that take longest. Without the times of an earlier run jest begins with the largest files, and these are small:
 * one of them would run by itself at the end.
 */
export default class LongestFirst extends TestSequencer {
  sort(tests) {
    return super.sort(tests).sort((one, other) => rankOf(one.path) - rankOf(other.path))
  }
}

function rankOf(path) {
  const at = LONGEST.findIndex((name) => path.endsWith(`/${name}.test.ts`))
  return at === -1 ? LONGEST.length : at
}
