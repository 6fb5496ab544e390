import base from '../jest.config.js'

/** What a release does, with the real tools: takes minutes, and runs only when asked for. */
export default {
  ...base,
  rootDir: '../../..',
  roots: ['<rootDir>/test/deploy/release'],
  testMatch: ['**/*.release.ts'],
  testTimeout: 600_000,
}
