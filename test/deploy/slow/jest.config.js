import base from '../jest.config.js'

/** Builds images and runs containers: takes minutes, needs root, and runs only when asked for. */
export default {
  ...base,
  rootDir: '../../..',
  roots: ['<rootDir>/test/deploy/slow'],
  testMatch: ['**/*.slow.ts'],
  globalSetup: '<rootDir>/test/deploy/slow/globalSetup.ts',
  globalTeardown: '<rootDir>/test/deploy/slow/globalTeardown.ts',
  testTimeout: 600_000,
}
