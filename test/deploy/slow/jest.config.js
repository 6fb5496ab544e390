import base from '../../../jest.config.js'

/** What builds images and runs containers: minutes, as root, and only where it is asked for. */
export default {
  ...base,
  rootDir: '../../..',
  roots: ['<rootDir>/test/deploy/slow'],
  testMatch: ['**/*.slow.ts'],
  globalSetup: '<rootDir>/test/deploy/slow/globalSetup.ts',
  globalTeardown: '<rootDir>/test/deploy/slow/globalTeardown.ts',
  testTimeout: 600_000,
}
