import base from '../jest.config.js'

/** Real control plane: takes minutes, needs the binaries that build.mjs makes, and runs only when asked for. */
export default {
  ...base,
  rootDir: '../../..',
  roots: ['<rootDir>/test/deploy/cluster'],
  testMatch: ['**/*.cluster.ts'],
  globalSetup: '<rootDir>/test/deploy/cluster/globalSetup.ts',
  globalTeardown: '<rootDir>/test/deploy/cluster/globalTeardown.ts',
  testTimeout: 240_000,
  // Most of the time tests wait for ten seconds that each new pod has to last.
  maxWorkers: 2,
}
