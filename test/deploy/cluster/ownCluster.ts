import { afterAll } from '@jest/globals'
import { Cluster } from './cluster.ts'
import { KUBECONFIG } from './paths.ts'

/** The cluster of this run. What a file opened there goes when its tests have ended: its budgets and autoscalers concern no other. */
export function ownCluster(): Cluster {
  const cluster = new Cluster(process.env[KUBECONFIG] ?? '')
  afterAll(() => cluster.clean())
  return cluster
}
