import type { Place } from './stages.ts'

/** Where a release is tried first. */
export const STAGING: Place = {
  account: 'stagingAccount',
  namespace: 'stagingNamespace',
  secret: 'stagingSecret',
}
/** Where it serves, and where baseline and canary run beside it. */
export const PRODUCTION: Place = {
  account: 'account',
  namespace: 'namespace',
  secret: 'secret',
}

/** The images that are released, by the ids of their artifacts. */
export const NEW = ['image', 'edge-image']
/** The images that production runs. */
export const RUNNING = ['running-image', 'running-edge-image']
