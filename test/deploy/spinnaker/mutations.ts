type Mutation = [name: string, mutate: (text: string) => string, finding: RegExp]

/** Replaces within the stage of that refId only. */
const inStage =
  (refId: string, from: RegExp | string, to: string) =>
  (text: string): string => {
    const start = text.indexOf(`"refId": "${refId}"`)
    const next = text.indexOf('"refId": ', start + 1)
    const end = next === -1 ? text.length : next
    return text.slice(0, start) + text.slice(start, end).replace(from, to) + text.slice(end)
  }

/** What goes wrong when a pipeline is edited, and what the checks say. */
export const MUTATIONS: Mutation[] = [
  [
    'a stage waits for one that is not there',
    inStage('deploy-staging', '["bake-staging"]', '["bake-stging"]'),
    /deploy-staging waits for bake-stging, which is not there/,
  ],
  [
    'stages wait for each other',
    inStage('bake-staging', '["migrate-staging"]', '["smoke-staging"]'),
    /waits for itself/,
  ],
  [
    'two stages have one id',
    (text) => text.replace('"refId": "roll-back"', '"refId": "judge"'),
    /two stages are "judge"/,
  ],
  [
    'a stage is left hanging, so that nobody looks at how it ended',
    inStage('production-good', '["roll-back"]', '["smoke-production"]'),
    /2 stages are last/,
  ],
  [
    'production is deployed whatever the verdict was',
    inStage('bake-production', '["canary-good"]', '["judge"]'),
    /2 stages are last/,
  ],
  [
    'an expression asks for a stage that it misspells',
    inStage('judge', "#stage('Route to canary')", "#stage('Route to the canary')"),
    /judge asks for "Route to the canary"/,
  ],
  [
    'an expression asks for a stage that comes later',
    inStage('judge', "#stage('Route to canary')", "#stage('Delete canary')"),
    /judge asks for "Delete canary", which does not come before/,
  ],
  [
    'a brace of an expression is missing',
    inStage('judge', "'SUCCEEDED' }", "'SUCCEEDED'"),
    /stageEnabled\.expression: a brace is open/,
  ],
  [
    'a quote of an expression is missing',
    inStage('judge', "'SUCCEEDED' }", "'SUCCEEDED }"),
    /stageEnabled\.expression: a quote is open/,
  ],
  [
    'a bracket of an expression is missing',
    inStage('judge', "['status']", "['status'"),
    /closes nothing/,
  ],
  [
    'a variable is used that nobody declared',
    inStage('judge', 'templateVariables.metricsAccount', 'templateVariables.metricAccount'),
    /metricAccount is not declared/,
  ],
  [
    'a variable is no longer used',
    (text) => text.replaceAll('${ templateVariables.host }', 'chat.example.org'),
    /host is not used/,
  ],
  [
    'a variable has no value',
    (text) => text.replace(/,\s*"defaultValue": "prometheus"/, ''),
    /metricsAccount has no value/,
  ],
  [
    'a variable is written in another way',
    inStage(
      'judge',
      '${ templateVariables.metricsAccount }',
      '${templateVariables.metricsAccount}',
    ),
    /not written as/,
  ],
  [
    'manifests are applied that were not baked yet',
    inStage(
      'deploy-staging',
      '"manifestArtifactId": "staging"',
      '"manifestArtifactId": "production"',
    ),
    /deploy-staging takes production, which is not there yet/,
  ],
  [
    'what was baked is not applied',
    inStage(
      'deploy-staging',
      '"manifestArtifactId": "staging"',
      '"manifestArtifactId": "staging-migration"',
    ),
    /nothing takes staging/,
  ],
  [
    'the new image goes into the baseline',
    inStage('deploy-baseline', '"running-image"', '"image"'),
    /deploy-baseline binds image to the wrong chart/,
  ],
  [
    'images are not bound to digests',
    inStage('deploy-production', /"requiredArtifactIds": \[[^\]]*\]/, '"requiredArtifactIds": []'),
    /deploy-production\.requiredArtifactIds/,
  ],
  [
    'an artifact may be an old one',
    (text) => text.replace('"usePriorArtifact": false', '"usePriorArtifact": true'),
    /usePriorArtifact/,
  ],
  [
    'numbers are handed to the chart as strings',
    inStage('bake-production', '"rawOverrides": true', '"rawOverrides": false'),
    /bake-production\.rawOverrides/,
  ],
  [
    'what looks like an expression in nginx.conf is evaluated',
    inStage(
      'deploy-production',
      '"skipExpressionEvaluation": true',
      '"skipExpressionEvaluation": false',
    ),
    /deploy-production\.skipExpressionEvaluation/,
  ],
  [
    'a stage may take for ever',
    inStage('deploy-production', '"overrideTimeout": true', '"overrideTimeout": false'),
    /deploy-production\.overrideTimeout/,
  ],
  [
    'a failed judgement leaves baseline and canary behind',
    inStage('judge', '"continuePipeline": true', '"continuePipeline": false'),
    /judge ends the run before delete-/,
  ],
  [
    'a failed canary is left behind',
    inStage('deploy-canary', '"continuePipeline": true', '"continuePipeline": false'),
    /deploy-canary ends the run before delete-canary/,
  ],
  [
    'another release is deleted',
    inStage('delete-canary', '["causeway-canary"]', '["causeway"]'),
    /deploy-canary: nothing deletes causeway-canary/,
  ],
  [
    'everything in the namespace is deleted',
    inStage(
      'delete-canary',
      /"selectors": \[[^]*?\]\s*\}\s*\]|"selectors": \[\{[^]*?\}\]/,
      '"selectors": []',
    ),
    /delete-canary\.labelSelectors\.selectors/,
  ],
  [
    'a stage has a field that Spinnaker does not know',
    inStage('roll-back', '"cloudProvider"', '"cloudProvder": "kubernetes", "cloudProvider"'),
    /roll-back\..*cloudProvder/,
  ],
  [
    'a stage is of a type that we do not use',
    inStage('roll-back', '"type": "deployManifest"', '"type": "deployManifests"'),
    /deployManifests is no type/,
  ],
  [
    'two releases may run at once',
    (text) => text.replace('"limitConcurrent": true', '"limitConcurrent": false'),
    /limitConcurrent/,
  ],
]
