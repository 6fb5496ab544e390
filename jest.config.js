import { availableParallelism } from 'node:os'

/**
 * Native ESM with swc; the real servers are started once per run by the global setup. Left out: the tests of the deployment,
 * which need tools that only their own command fetches.
 */
export default {
  roots: [
    'contract',
    'chassis',
    'history',
    'ingest',
    'bridge',
    'broker',
    'gateway',
    'account',
    'client',
    'reference',
    'bench',
    'stack',
    'deploy',
    'test',
  ].map((folder) => `<rootDir>/${folder}`),
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/test/deploy/',
    // `npm run test:browsers` says which engines are to be used. Without it two files use Chromium; it has the rest in client/chat and test/chat.
    // oxlint-disable-next-line node/no-process-env
    ...(process.env.BROWSERS === undefined ? ['<rootDir>/test/browsers/(?!connection|life)'] : []),
  ],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  testEnvironment: '<rootDir>/test/support/fastEnvironment.js',
  globalSetup: '<rootDir>/test/support/globalSetup.ts',
  globalTeardown: '<rootDir>/test/support/globalTeardown.ts',
  reporters: [
    'default',
    [
      '<rootDir>/test/support/countReporter.js',
      { notRun: 'not run here: chart, images, rules and pipelines (npm run test:deploy)' },
    ],
  ],
  testSequencer: '<rootDir>/test/support/longestFirst.js',
  testTimeout: 30_000,
  // Most tests wait for servers and clocks. On two cores jest would take one worker. With four, deadlines of a second were missed.
  maxWorkers: Math.max(3, availableParallelism()),
}
