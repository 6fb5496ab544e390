/** Native ESM with swc; the real servers are started once per run by the global setup. */
export default {
  roots: [
    'contract',
    'chassis',
    'history',
    'ingest',
    'bridge',
    'gateway',
    'client',
    'bench',
    'stack',
    'test',
  ].map((folder) => `<rootDir>/${folder}`),
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
  globalSetup: '<rootDir>/test/support/globalSetup.ts',
  globalTeardown: '<rootDir>/test/support/globalTeardown.ts',
  reporters: ['default', '<rootDir>/test/support/countReporter.js'],
  testTimeout: 30_000,
}
