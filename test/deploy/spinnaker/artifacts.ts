import { ancestors } from './graph.ts'
import type { Stage, Template } from './pipeline.ts'

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : []

/** The ids of artifacts that a stage takes. */
function consumed(stage: Stage): string[] {
  const inputs = stage['inputArtifacts']
  const baked = Array.isArray(inputs) ? inputs.map((each: { id?: unknown }) => String(each.id)) : []
  const manifests = stage['manifestArtifactId']
  return [
    ...baked,
    ...strings(stage['requiredArtifactIds']),
    ...(typeof manifests === 'string' ? [manifests] : []),
  ]
}

/** Every artifact that is taken was handed over or made before; every one that is made is taken; ids are used once. */
export function checkArtifacts({ pipeline }: Template, triggerIds: readonly string[]): string[] {
  const { stages } = pipeline
  const given = pipeline.expectedArtifacts.map(({ id }) => id)
  const made = stages.flatMap((stage) => stage.expectedArtifacts.map(({ id }) => id))
  const all = [...given, ...made]
  const taken = new Set(stages.flatMap(consumed))
  return [
    ...all.filter((id, at) => all.indexOf(id) !== at).map((id) => `two artifacts are "${id}"`),
    ...stages.flatMap((stage) => {
      const before = ancestors(stages, stage.refId)
      const there = new Set([
        ...given,
        ...stages
          .filter(({ refId }) => before.has(refId))
          .flatMap((each) => each.expectedArtifacts.map(({ id }) => id)),
      ])
      return consumed(stage)
        .filter((id) => !there.has(id))
        .map((id) => `${stage.refId} takes ${id}, which is not there yet`)
    }),
    ...all.filter((id) => !taken.has(id)).map((id) => `nothing takes ${id}`),
    ...given.filter((id) => !triggerIds.includes(id)).map((id) => `no trigger hands ${id} over`),
    ...triggerIds
      .filter((id) => !given.includes(id))
      .map((id) => `${id} is handed over for nothing`),
  ]
}

/** Old goes with old and new with new: a stage that applies a chart binds the images that belong to that chart. */
export function checkPairs(stages: readonly Stage[]): string[] {
  return stages.flatMap((stage) => {
    if (stage.type !== 'deployManifest' || stage['source'] !== 'artifact') return []
    const bake = stages.find(({ expectedArtifacts }) =>
      expectedArtifacts.some(({ id }) => id === stage['manifestArtifactId']),
    )
    const isOld = consumed(bake ?? stage).includes('running-chart')
    return strings(stage['requiredArtifactIds'])
      .filter((id) => id.startsWith('running-') !== isOld)
      .map((id) => `${stage.refId} binds ${id} to the wrong chart`)
  })
}
