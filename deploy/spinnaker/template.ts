import { releaseArtifacts, variable } from './artifacts.ts'
import { stages } from './release.ts'

/** A variable of the template. Without a default every pipeline must set it. */
interface Variable {
  name: string
  type: 'string'
  description: string
  defaultValue?: string
}

const VARIABLES: Variable[] = [
  text('account', "Spinnaker's account for production's cluster"),
  text('namespace', "Production's namespace", 'causeway'),
  text(
    'secret',
    'Secret in it with addresses, COPY_KEYS, ACCOUNT_KEY, and API_KEY for the smoke test',
    'causeway',
  ),
  text('stagingAccount', "Spinnaker's account for staging's cluster"),
  text('stagingNamespace', "Staging's namespace", 'causeway-staging'),
  text('stagingSecret', 'Secret in it with the same for staging', 'causeway'),
  text('registry', 'Registry of the images, as in registry.example.org'),
  text('imageAccount', "Spinnaker's account for that registry"),
  text('chartAccount', "Spinnaker's HTTP artifact account, by which charts are fetched"),
  text('host', 'Public host name'),
  text('gatewayName', 'Gateway of the Gateway API that leads to Causeway'),
  text('gatewayNamespace', 'Namespace of that Gateway'),
  text('canaryConfigId', 'The id in deploy/spinnaker/causeway.canary.json', 'causeway'),
  text('metricsAccount', "Kayenta's account for Prometheus", 'prometheus'),
  text('storageAccount', "Kayenta's account for its results"),
  text('slackChannel', 'Slack channel for the outcomes of releases'),
]

function text(name: string, description: string, defaultValue?: string): Variable {
  const base = { name, type: 'string' as const, description }
  return defaultValue === undefined ? base : { ...base, defaultValue }
}

/** The pipeline template (schema v2) that `spin pipeline-templates save` takes. */
export const template = {
  schema: 'v2',
  id: 'causeway-release',
  protect: false,
  metadata: {
    name: 'Causeway: release',
    description:
      'Staging; baseline and canary beside production, compared; then production, or back',
    owner: 'causeway@example.org',
    scopes: ['global'],
  },
  variables: VARIABLES,
  pipeline: {
    description: 'docs/deploy-pipeline.md explains each stage.',
    // One run at a time; of the waiting ones the newest is next.
    limitConcurrent: true,
    keepWaitingPipelines: false,
    spelEvaluator: 'v4',
    parameterConfig: [
      {
        name: 'canary',
        label: 'Canary',
        description: 'no: for the very first release, and to bring an earlier release back quickly',
        default: 'yes',
        required: true,
        pinned: true,
        hasOptions: true,
        options: [{ value: 'yes' }, { value: 'no' }],
      },
      ...['version', 'commit'].map((name) => ({
        name,
        label: name,
        description: 'The name that the build gave',
        default: '',
        required: false,
        pinned: true,
        hasOptions: false,
        options: [],
      })),
    ],
    expectedArtifacts: releaseArtifacts('', 'to release'),
    notifications: [
      {
        type: 'slack',
        address: variable('slackChannel'),
        level: 'pipeline',
        when: ['pipeline.complete', 'pipeline.failed'],
      },
    ],
    triggers: [],
    stages,
  },
}
