import { baked, variable } from './artifacts.ts'

/** A stage as Orca reads it: the fields of every stage, and those of its type. */
export interface Stage {
  refId: string
  name: string
  type: string
  requisiteStageRefIds: string[]
  [key: string]: unknown
}

/** Where something is deployed, by names of the template's variables. */
export interface Place {
  account: string
  namespace: string
  secret: string
}

const MINUTE = 60_000

/** Without a limit a stage may take more than two hours until it fails. */
function within(minutes: number): object {
  return { overrideTimeout: true, stageTimeoutMs: minutes * MINUTE }
}

export function stage(
  refId: string,
  name: string,
  type: string,
  after: string[],
  rest: object,
): Stage {
  return { refId, name, type, requisiteStageRefIds: after, ...rest }
}

/** After a failure the next stages still run and look at the outcome. For stages that need a clean-up. */
export const GOES_ON = { failPipeline: false, continuePipeline: true }

/** The stage is skipped unless the expression holds. Orca adds `${ }` itself, and skips a stage whose expression it cannot read. */
export function when(expression: string): object {
  return { stageEnabled: { type: 'expression', expression } }
}

export function succeeded(name: string): string {
  return `#stage('${name}')['status'].toString() == 'SUCCEEDED'`
}

/**
 * `helm template` of a chart with values into the artifact `output`. All of them are of one release, and nothing else may be set here but
 * whether it migrates: an old chart need not know what a newer pipeline would set.
 */
export function bake(
  name: string,
  after: string[],
  what: {
    release: string
    place: Place
    /** The ids of the chart, and of values that go on top of each other. */
    from: readonly [chart: string, ...values: string[]]
    output: string
    /** Whether the migration is all that is baked. */
    migrates?: true
  },
): Stage {
  return stage(`bake-${what.output}`, name, 'bakeManifest', after, {
    cloudProvider: 'kubernetes',
    templateRenderer: 'HELM3',
    outputName: what.release,
    namespace: variable(what.place.namespace),
    // Rosco gives all but the first to Helm as files of values.
    inputArtifacts: what.from.map((id) => ({ id, account: variable('chartAccount') })),
    // The default is --set-string, with which numbers and switches are strings, which the chart's schema refuses.
    rawOverrides: true,
    evaluateOverrideExpressions: false,
    includeCRDs: false,
    // A bake cannot ask a cluster.
    apiVersions: 'monitoring.coreos.com/v1',
    kubeVersion: '1.32.0',
    overrides: { 'migrations.mode': what.migrates ? 'only' : 'none' },
    expectedArtifacts: [baked(what.output)],
    failOnFailedExpressions: true,
    ...within(10),
  })
}

/** Applies what was baked, with images by digest. Waits until everything is stable; for a Job, until it has succeeded. */
export function deploy(
  refId: string,
  name: string,
  after: string[],
  what: { place: Place; manifests: string; images: string[]; minutes: number },
): Stage {
  return stage(refId, name, 'deployManifest', after, {
    cloudProvider: 'kubernetes',
    account: variable(what.place.account),
    namespaceOverride: variable(what.place.namespace),
    moniker: { app: 'causeway' },
    source: 'artifact',
    manifestArtifactId: what.manifests,
    manifestArtifactAccount: 'embedded-artifact',
    requiredArtifactIds: what.images,
    // nginx.conf and the dashboards contain ${…} that are no expressions.
    skipExpressionEvaluation: true,
    failOnFailedExpressions: true,
    ...within(what.minutes),
  })
}

/** Sets the share of new connections that each release gets. Open streams stay where they are. */
export function route(
  refId: string,
  name: string,
  after: string[],
  place: Place,
  weights: Record<string, number>,
): Stage {
  return stage(refId, name, 'deployManifest', after, {
    cloudProvider: 'kubernetes',
    account: variable(place.account),
    moniker: { app: 'causeway' },
    source: 'text',
    requiredArtifactIds: [],
    skipExpressionEvaluation: false,
    failOnFailedExpressions: true,
    ...within(5),
    manifests: [
      {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        metadata: { name: 'causeway', namespace: variable(place.namespace) },
        spec: {
          parentRefs: [{ name: variable('gatewayName'), namespace: variable('gatewayNamespace') }],
          hostnames: [variable('host')],
          rules: [
            {
              matches: [{ path: { type: 'PathPrefix', value: '/' } }],
              backendRefs: Object.entries(weights).map(([release, weight]) => ({
                name: `${release}-edge`,
                port: 80,
                weight,
              })),
            },
          ],
        },
      },
    ],
  })
}

/** Deletes a release with everything that the chart made for it. */
export function remove(
  refId: string,
  name: string,
  after: string[],
  place: Place,
  release: string,
): Stage {
  return stage(refId, name, 'deleteManifest', after, {
    cloudProvider: 'kubernetes',
    account: variable(place.account),
    app: 'causeway',
    location: variable(place.namespace),
    mode: 'label',
    kinds: [
      'deployment',
      'service',
      'configMap',
      'serviceAccount',
      'networkPolicy',
      'podDisruptionBudget',
      'horizontalPodAutoscaler',
      'PodMonitor.monitoring.coreos.com',
    ],
    labelSelectors: {
      selectors: [{ kind: 'EQUALS', key: 'app.kubernetes.io/instance', values: [release] }],
    },
    options: { cascading: true },
    ...within(10),
  })
}

/** Ends the run as failed unless the expression holds. */
export function insist(
  refId: string,
  name: string,
  after: string[],
  expression: string,
  failureMessage: string,
): Stage {
  return stage(refId, name, 'checkPreconditions', after, {
    preconditions: [
      {
        type: 'expression',
        failPipeline: true,
        context: { expression: `\${ ${expression} }`, failureMessage },
      },
    ],
  })
}
