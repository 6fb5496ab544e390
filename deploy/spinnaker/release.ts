import { releaseArtifacts } from './artifacts.ts'
import { judge } from './judge.ts'
import { NEW, PRODUCTION, RUNNING, STAGING } from './places.ts'
import { smoke } from './smoke.ts'
import {
  bake,
  deploy,
  GOES_ON,
  insist,
  remove,
  route,
  type Stage,
  stage,
  succeeded,
  when,
} from './stages.ts'

const BAKED = `${succeeded('Bake baseline')} && ${succeeded('Bake canary')}`
const DEPLOYED = `${succeeded('Deploy baseline')} && ${succeeded('Deploy canary')}`
const WANTED = "parameters['canary'] == 'yes'"
const FAILED = `!(${succeeded('Smoke production')})`

const staging: Stage[] = [
  bake('Bake the migration for staging', [], {
    release: 'causeway',
    place: STAGING,
    from: ['chart', 'staging-values'],
    output: 'staging-migration',
    migrates: true,
  }),
  // Not runJobManifest, which takes a single document: the Job comes with its account and its network policy.
  deploy('migrate-staging', 'Migrate staging', ['bake-staging-migration'], {
    place: STAGING,
    manifests: 'staging-migration',
    images: ['image'],
    minutes: 15,
  }),
  bake('Bake staging', ['migrate-staging'], {
    release: 'causeway',
    place: STAGING,
    from: ['chart', 'staging-values'],
    output: 'staging',
  }),
  deploy('deploy-staging', 'Deploy staging', ['bake-staging'], {
    place: STAGING,
    manifests: 'staging',
    images: NEW,
    minutes: 30,
  }),
  smoke('smoke-staging', 'Smoke staging', ['deploy-staging'], STAGING),
]

/** From here on old and new pods use one schema. They can, because migrations only add. */
const migration: Stage[] = [
  bake('Bake the migration', ['smoke-staging'], {
    release: 'causeway',
    place: PRODUCTION,
    from: ['chart', 'production-values'],
    output: 'migration',
    migrates: true,
  }),
  deploy('migrate', 'Migrate production', ['bake-migration'], {
    place: PRODUCTION,
    manifests: 'migration',
    images: ['image'],
    minutes: 15,
  }),
  // Looks at the last successful run; a run that was rolled back has failed. The very first release finds nothing.
  stage('find-running', 'Find what runs', 'findArtifactFromExecution', ['migrate'], {
    application: 'causeway',
    pipeline: "${ execution['pipelineConfigId'] }",
    executionOptions: { successful: true },
    expectedArtifacts: releaseArtifacts('running-', 'that runs'),
    ...GOES_ON,
  }),
]

/**
 * Two small releases beside production, of the same size and age, so that only their versions differ. They have no bridges: one that is
 * new would append for everybody.
 */
const canary: Stage[] = [
  bake('Bake baseline', ['find-running'], {
    release: 'causeway-baseline',
    place: PRODUCTION,
    from: ['running-chart', 'running-production-values', 'running-trial-values'],
    output: 'baseline',
  }),
  bake('Bake canary', ['find-running'], {
    release: 'causeway-canary',
    place: PRODUCTION,
    from: ['chart', 'production-values', 'trial-values'],
    output: 'canary',
  }),
].map((each) => ({ ...each, ...GOES_ON, ...when(WANTED) }))

const trial: Stage[] = [
  ...[
    { release: 'baseline', images: RUNNING },
    { release: 'canary', images: NEW },
  ].map(({ release, images }) => ({
    ...deploy(`deploy-${release}`, `Deploy ${release}`, ['bake-baseline', 'bake-canary'], {
      place: PRODUCTION,
      manifests: release,
      images,
      minutes: 30,
    }),
    ...GOES_ON,
    ...when(BAKED),
  })),
  {
    ...route('route-canary', 'Route to canary', ['deploy-baseline', 'deploy-canary'], PRODUCTION, {
      causeway: 90,
      'causeway-baseline': 5,
      'causeway-canary': 5,
    }),
    ...GOES_ON,
    ...when(DEPLOYED),
  },
  {
    ...judge('judge', 'Judge the canary', ['route-canary']),
    ...when(succeeded('Route to canary')),
  },
  // In any case: first the route leads to production only, then both releases are deleted, then the verdict counts.
  route('route-back', 'Route back', ['judge'], PRODUCTION, { causeway: 100 }),
  remove('delete-baseline', 'Delete baseline', ['route-back'], PRODUCTION, 'causeway-baseline'),
  remove('delete-canary', 'Delete canary', ['route-back'], PRODUCTION, 'causeway-canary'),
  insist(
    'canary-good',
    'The canary was good',
    ['delete-baseline', 'delete-canary'],
    `!(${WANTED}) || ${succeeded('Judge the canary')}`,
    'The canary was worse than the baseline, or could not be judged. Production is unchanged.',
  ),
]

const production: Stage[] = [
  bake('Bake production', ['canary-good'], {
    release: 'causeway',
    place: PRODUCTION,
    from: ['chart', 'production-values'],
    output: 'production',
  }),
  {
    ...deploy('deploy-production', 'Deploy production', ['bake-production'], {
      place: PRODUCTION,
      manifests: 'production',
      images: NEW,
      // Twenty gateways are replaced one after the other, and each drains.
      minutes: 120,
    }),
    ...GOES_ON,
  },
  {
    ...smoke('smoke-production', 'Smoke production', ['deploy-production'], PRODUCTION),
    ...GOES_ON,
    ...when(succeeded('Deploy production')),
  },
  // Deploys what ran before. Undoing roll-outs would also undo those of Deployments that this release never reached.
  {
    ...bake('Bake what ran before', ['smoke-production'], {
      release: 'causeway',
      place: PRODUCTION,
      from: ['running-chart', 'running-production-values'],
      output: 'previous',
    }),
    ...GOES_ON,
    ...when(FAILED),
  },
  {
    ...deploy('roll-back', 'Roll back', ['bake-previous'], {
      place: PRODUCTION,
      manifests: 'previous',
      images: RUNNING,
      minutes: 120,
    }),
    ...GOES_ON,
    ...when(FAILED),
  },
  insist(
    'production-good',
    'Production runs it',
    ['roll-back'],
    succeeded('Smoke production'),
    'The release failed in production. If "Roll back" is green, production runs the previous release again.',
  ),
]

export const stages: Stage[] = [...staging, ...migration, ...canary, ...trial, ...production]
