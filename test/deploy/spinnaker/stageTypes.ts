import { z } from 'zod'
import type { Stage } from './pipeline.ts'

const base = {
  refId: z.string(),
  name: z.string(),
  requisiteStageRefIds: z.array(z.string()),
  failPipeline: z.boolean(),
  continuePipeline: z.boolean(),
  stageEnabled: z.unknown().optional(),
  expectedArtifacts: z.array(z.unknown()),
}

/** A stage that touches a cluster: for a while, and not beyond. */
const cluster = {
  ...base,
  cloudProvider: z.literal('kubernetes'),
  account: z.string(),
  overrideTimeout: z.literal(true),
  stageTimeoutMs: z.number().min(60_000).max(10_800_000),
}
const moniker = z.strictObject({ app: z.string() })

const bakeManifest = z.strictObject({
  ...base,
  type: z.literal('bakeManifest'),
  cloudProvider: z.literal('kubernetes'),
  templateRenderer: z.literal('HELM3'),
  outputName: z.string(),
  namespace: z.string(),
  inputArtifacts: z.array(z.strictObject({ id: z.string(), account: z.string() })).min(1),
  rawOverrides: z.literal(true),
  evaluateOverrideExpressions: z.literal(false),
  includeCRDs: z.boolean(),
  apiVersions: z.string(),
  kubeVersion: z.string(),
  overrides: z.record(z.string(), z.string()),
  // Orca refuses a bake with none, and with several.
  expectedArtifacts: z.array(z.unknown()).length(1),
  failOnFailedExpressions: z.literal(true),
  overrideTimeout: z.literal(true),
  stageTimeoutMs: z.number(),
})

const deployed = {
  ...cluster,
  type: z.literal('deployManifest'),
  moniker,
  requiredArtifactIds: z.array(z.string()),
  failOnFailedExpressions: z.literal(true),
}

const deployManifest = z.discriminatedUnion('source', [
  z.strictObject({
    ...deployed,
    source: z.literal('artifact'),
    manifestArtifactId: z.string(),
    manifestArtifactAccount: z.literal('embedded-artifact'),
    namespaceOverride: z.string(),
    requiredArtifactIds: z.array(z.string()).min(1),
    skipExpressionEvaluation: z.literal(true),
  }),
  z.strictObject({
    ...deployed,
    source: z.literal('text'),
    manifests: z.array(z.looseObject({ kind: z.string() })).min(1),
    skipExpressionEvaluation: z.literal(false),
  }),
])

const runJobManifest = z.strictObject({
  ...cluster,
  type: z.literal('runJobManifest'),
  alias: z.literal('runJob'),
  application: z.string(),
  moniker,
  source: z.literal('text'),
  requiredArtifactIds: z.array(z.string()).min(1),
  failOnFailedExpressions: z.literal(true),
  // One document: Orca takes no list.
  manifest: z.looseObject({ kind: z.literal('Job') }),
})

const deleteManifest = z.strictObject({
  ...cluster,
  type: z.literal('deleteManifest'),
  app: z.string(),
  location: z.string(),
  mode: z.literal('label'),
  kinds: z.array(z.string()).min(1),
  labelSelectors: z.strictObject({
    selectors: z
      .array(
        z.strictObject({
          kind: z.literal('EQUALS'),
          key: z.string(),
          values: z.array(z.string()).length(1),
        }),
      )
      // Without one, everything of these kinds in the namespace would be deleted.
      .min(1),
  }),
  options: z.strictObject({ cascading: z.literal(true) }),
})

const findArtifactFromExecution = z.strictObject({
  ...base,
  type: z.literal('findArtifactFromExecution'),
  application: z.string(),
  pipeline: z.string(),
  executionOptions: z.strictObject({ successful: z.literal(true) }),
  expectedArtifacts: z.array(z.unknown()).min(1),
})

const checkPreconditions = z.strictObject({
  ...base,
  type: z.literal('checkPreconditions'),
  preconditions: z
    .array(
      z.strictObject({
        type: z.literal('expression'),
        failPipeline: z.literal(true),
        context: z.strictObject({ expression: z.string(), failureMessage: z.string().min(10) }),
      }),
    )
    .min(1),
})

const numeral = z.string().regex(/^\d+$/)
const kayentaCanary = z.strictObject({
  ...base,
  type: z.literal('kayentaCanary'),
  analysisType: z.literal('realTime'),
  overrideTimeout: z.literal(true),
  stageTimeoutMs: z.number(),
  canaryConfig: z.strictObject({
    canaryConfigId: z.string(),
    metricsAccountName: z.string(),
    storageAccountName: z.string(),
    configurationAccountName: z.string(),
    beginCanaryAnalysisAfterMins: numeral,
    canaryAnalysisIntervalMins: numeral,
    lifetimeDuration: z.iso.duration(),
    scopes: z
      .array(
        z.strictObject({
          scopeName: z.literal('default'),
          controlScope: z.string(),
          controlLocation: z.string(),
          experimentScope: z.string(),
          experimentLocation: z.string(),
          step: z.number(),
          extendedScopeParams: z.strictObject({}),
        }),
      )
      .length(1),
    scoreThresholds: z.strictObject({ marginal: numeral, pass: numeral }),
  }),
})

const TYPES: Record<string, z.ZodType> = {
  bakeManifest,
  deployManifest,
  runJobManifest,
  deleteManifest,
  findArtifactFromExecution,
  checkPreconditions,
  kayentaCanary,
}

/** Whether each stage has what its type wants, and nothing else: what Spinnaker does not know, it passes over in silence. */
export function checkTypes(stages: readonly Stage[]): string[] {
  return stages.flatMap((stage) => {
    const type = TYPES[stage.type]
    if (type === undefined) return [`${stage.refId}: ${stage.type} is no type that we use`]
    const { error } = type.safeParse(stage)
    return (error?.issues ?? []).map(
      ({ path, message }) => `${stage.refId}.${path.join('.')}: ${message}`,
    )
  })
}
