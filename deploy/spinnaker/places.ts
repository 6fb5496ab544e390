import { variable } from './artifacts.ts'
import type { Place } from './stages.ts'

/** Where a release is tried first. */
export const STAGING: Place = {
  account: 'stagingAccount',
  namespace: 'stagingNamespace',
  secret: 'stagingSecret',
  host: 'stagingHost',
}
/** Where it serves, and where baseline and canary run beside it. */
export const PRODUCTION: Place = {
  account: 'account',
  namespace: 'namespace',
  secret: 'secret',
  host: 'host',
}

/** The images that are released, by the ids of their artifacts. */
export const NEW = ['image', 'edge-image']
/** The images that production runs. */
export const RUNNING = ['running-image', 'running-edge-image']

/** The values of a release that only migrates. */
export const MIGRATION = { 'migrations.mode': 'only' }

/** Staging, baseline and canary: the smallest size that rolls out without a gap. */
export const SMALL = {
  'migrations.mode': 'none',
  'gateway.autoscaling.kind': 'none',
  'ingest.replicas': '2',
  'bridge.replicas': '2',
  'gateway.replicas': '2',
  'account.replicas': '2',
  'edge.replicas': '2',
  'monitoring.podMonitor.enabled': 'always',
  // Production's rules watch these releases too.
  'monitoring.rules.enabled': 'never',
}

/** Production. */
export const FULL = {
  'migrations.mode': 'none',
  'gateway.autoscaling.kind': 'hpa',
  'gateway.autoscaling.minReplicas': variable('gatewayMin'),
  'gateway.autoscaling.maxReplicas': variable('gatewayMax'),
  'ingest.replicas': '3',
  'edge.replicas': '3',
  'spread.zones': 'DoNotSchedule',
  'monitoring.podMonitor.enabled': 'always',
  'monitoring.rules.enabled': 'always',
  'monitoring.dashboards.enabled': 'true',
}
