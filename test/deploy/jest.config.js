import base from '../../jest.config.js'

/** The tests that need the deployment's tools: Helm, Trivy, promtool, the models of Kubernetes. */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/deploy'],
  testPathIgnorePatterns: ['/node_modules/'],
  reporters: ['default', '<rootDir>/test/support/countReporter.js'],
}
