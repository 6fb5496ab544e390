import { variable } from './artifacts.ts'
import { type Place, type Stage, stage } from './stages.ts'

/**
 * The chart's `helm test` as a stage, because a bake leaves it out: posts through the edge, receives over a stream, reads history.
 * By its labels the chart's network policies let it through.
 */
export function smoke(refId: string, name: string, after: string[], place: Place): Stage {
  const labels = {
    'app.kubernetes.io/name': 'causeway',
    'app.kubernetes.io/instance': 'causeway',
    'app.kubernetes.io/component': 'test',
  }
  const container = {
    name: 'road',
    // With a tag, though the artifact's digest replaces it: Clouddriver would take the port of a registry for one.
    image: `${variable('registry')}/causeway/causeway:released`,
    command: ['node', 'smoke.mjs'],
    env: [
      { name: 'ORIGIN', value: 'http://causeway-edge' },
      {
        name: 'API_KEY',
        valueFrom: {
          secretKeyRef: { name: variable(place.secret), key: 'API_KEY', optional: true },
        },
      },
    ],
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '128Mi' } },
  }
  const pod = {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 1000,
      runAsGroup: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [container],
  }
  return stage(refId, name, 'runJobManifest', after, {
    cloudProvider: 'kubernetes',
    alias: 'runJob',
    account: variable(place.account),
    application: 'causeway',
    moniker: { app: 'causeway' },
    source: 'text',
    requiredArtifactIds: ['image'],
    failOnFailedExpressions: true,
    overrideTimeout: true,
    stageTimeoutMs: 300_000,
    manifest: {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name: 'causeway-smoke',
        namespace: variable(place.namespace),
        labels,
        // A Job cannot be changed, so the Job of the previous run is deleted first.
        annotations: { 'strategy.spinnaker.io/recreate': 'true' },
      },
      spec: {
        backoffLimit: 2,
        activeDeadlineSeconds: 240,
        ttlSecondsAfterFinished: 86_400,
        template: { metadata: { labels }, spec: pod },
      },
    },
  })
}
