import { z } from 'zod'

const Artifact = z.strictObject({
  id: z.string(),
  displayName: z.string(),
  matchArtifact: z.strictObject({
    type: z.string(),
    kind: z.string().optional(),
    name: z.string(),
    artifactAccount: z.string(),
  }),
  defaultArtifact: z.strictObject({}),
  useDefaultArtifact: z.literal(false),
  usePriorArtifact: z.literal(false),
})

/** What every stage has; what its type wants beside is in stageTypes.ts. */
const Stage = z.looseObject({
  refId: z.string().regex(/^[a-z-]+$/),
  name: z.string().min(1),
  type: z.string(),
  requisiteStageRefIds: z.array(z.string()),
  failPipeline: z.boolean().default(true),
  continuePipeline: z.boolean().default(false),
  stageEnabled: z
    .strictObject({ type: z.literal('expression'), expression: z.string() })
    .optional(),
  expectedArtifacts: z.array(Artifact).default([]),
})
export type Stage = z.infer<typeof Stage>

export const Template = z.strictObject({
  schema: z.literal('v2'),
  id: z.string(),
  protect: z.boolean(),
  metadata: z.strictObject({
    name: z.string(),
    description: z.string(),
    owner: z.email(),
    scopes: z.array(z.string()).min(1),
  }),
  variables: z.array(
    z.strictObject({
      name: z.string(),
      type: z.enum(['string', 'int']),
      description: z.string().min(5),
      defaultValue: z.union([z.string(), z.number()]).optional(),
    }),
  ),
  pipeline: z.strictObject({
    description: z.string(),
    limitConcurrent: z.literal(true),
    keepWaitingPipelines: z.literal(false),
    spelEvaluator: z.literal('v4'),
    parameterConfig: z.array(
      z.looseObject({ name: z.string(), default: z.string(), required: z.boolean() }),
    ),
    expectedArtifacts: z.array(Artifact),
    notifications: z
      .array(
        z.strictObject({
          type: z.string(),
          address: z.string(),
          level: z.literal('pipeline'),
          when: z.array(z.string()).min(1),
        }),
      )
      .min(1),
    triggers: z.array(z.unknown()).max(0),
    stages: z.array(Stage),
  }),
})
export type Template = z.infer<typeof Template>

export const Instance = z.strictObject({
  schema: z.literal('v2'),
  type: z.literal('templatedPipeline'),
  application: z.string(),
  name: z.string(),
  template: z.strictObject({
    artifactAccount: z.literal('front50ArtifactCredentials'),
    reference: z.string().startsWith('spinnaker://'),
    type: z.literal('front50/pipelineTemplate'),
  }),
  variables: z.record(z.string(), z.union([z.string(), z.number()])),
  exclude: z.array(z.string()),
  triggers: z.array(
    z.strictObject({
      type: z.literal('webhook'),
      enabled: z.boolean(),
      source: z.string(),
      // Whoever finds the address could release, were there no secret to tell.
      payloadConstraints: z.strictObject({ secret: z.string() }),
      expectedArtifactIds: z.array(z.string()),
    }),
  ),
  parameterConfig: z.array(z.unknown()),
  expectedArtifacts: z.array(z.unknown()),
  notifications: z.array(z.unknown()),
  stages: z.array(z.unknown()).max(0),
})
export type Instance = z.infer<typeof Instance>

const VARIABLE = /\$\{ templateVariables\.(\w+) \}/g

/** Variables that are used and not declared, declared and not used, and those that the instance lacks or has too many of. */
export function checkVariables(template: Template, instance: Instance): string[] {
  const declared = new Map(template.variables.map((each) => [each.name, each]))
  const text = JSON.stringify(template.pipeline)
  const used = new Set([...text.matchAll(VARIABLE)].map(([, name = '']) => name))
  const mentioned = text.split('templateVariables').length - 1
  const wellFormed = [...text.matchAll(VARIABLE)].length
  return [
    ...[...used].filter((name) => !declared.has(name)).map((name) => `${name} is not declared`),
    ...[...declared.keys()].filter((name) => !used.has(name)).map((name) => `${name} is not used`),
    ...[...declared.values()]
      .filter((each) => each.defaultValue === undefined && !(each.name in instance.variables))
      .map((each) => `${each.name} has no value`),
    ...Object.keys(instance.variables)
      .filter((name) => !declared.has(name))
      .map((name) => `${name} is set but not declared`),
    ...Object.entries(instance.variables)
      .filter(([name, value]) => declared.get(name)?.type === 'int' && typeof value !== 'number')
      .map(([name]) => `${name} is to be a number`),
    ...(mentioned === wellFormed
      ? []
      : ['a template variable is not written as ${ templateVariables.name }']),
  ]
}

/** The stages as Orca runs them: with the variables' values in their places. */
export function instantiate(template: Template, instance: Instance): Stage[] {
  const values = new Map(template.variables.map((each) => [each.name, each.defaultValue]))
  for (const [name, value] of Object.entries(instance.variables)) values.set(name, value)
  const text = JSON.stringify(template.pipeline.stages)
  const filled = text.replaceAll(VARIABLE, (_all, name: string) => String(values.get(name)))
  return z.array(Stage).parse(JSON.parse(filled))
}
