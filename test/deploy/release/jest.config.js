import base from '../jest.config.js'

/** What the release's pipeline does, by Orca: needs Java, and runs only when asked for. */
export default {
  ...base,
  rootDir: '../../..',
  roots: ['<rootDir>/test/deploy/release'],
  testMatch: ['**/*.release.ts'],
  testTimeout: 600_000,
  maxWorkers: 1,
}
