import type { Stage } from './pipeline.ts'

/** All stages that come before one, however far. */
export function ancestors(stages: readonly Stage[], refId: string): Set<string> {
  const found = new Set<string>()
  const open = [refId]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const before of stages.find((each) => each.refId === next)?.requisiteStageRefIds ?? []) {
      if (!found.has(before)) open.push(before)
      found.add(before)
    }
  }
  return found
}

function repeated(names: readonly string[]): string[] {
  return names.filter((name, at) => names.indexOf(name) !== at)
}

/** Whether it can be run at all, and to one end. */
export function checkGraph(stages: readonly Stage[]): string[] {
  const refIds = new Set(stages.map(({ refId }) => refId))
  const starts = stages.filter((each) => each.requisiteStageRefIds.length === 0)
  const waitedFor = new Set(stages.flatMap((each) => each.requisiteStageRefIds))
  const ends = stages.filter(({ refId }) => !waitedFor.has(refId))
  return [
    ...repeated(stages.map(({ refId }) => refId)).map((refId) => `two stages are "${refId}"`),
    ...repeated(stages.map(({ name }) => name)).map((name) => `two stages are named "${name}"`),
    ...stages.flatMap(({ refId, requisiteStageRefIds }) =>
      requisiteStageRefIds
        .filter((before) => !refIds.has(before))
        .map((before) => `${refId} waits for ${before}, which is not there`),
    ),
    ...stages
      .filter(({ refId }) => ancestors(stages, refId).has(refId))
      .map(({ refId }) => `${refId} waits for itself`),
    ...(starts.length === 1 ? [] : [`${starts.length} stages wait for nothing`]),
    // With one last stage, that one decides whether the run went well.
    ...(ends.length === 1 ? [] : [`${ends.length} stages are last`]),
  ]
}

const ASKED = /#stage\('([^']*)'\)/g

/** An expression may ask only for stages that have ended when it is looked at. */
export function checkQuestions(stages: readonly Stage[]): string[] {
  return stages.flatMap((stage) => {
    const before = ancestors(stages, stage.refId)
    const names = new Set(stages.filter(({ refId }) => before.has(refId)).map(({ name }) => name))
    return [...JSON.stringify(stage).matchAll(ASKED)]
      .filter(([, name = '']) => !names.has(name))
      .map(([, name]) => `${stage.refId} asks for "${name}", which does not come before it`)
  })
}

const RELEASE = 'outputName'

/**
 * Whatever happens, a baseline and a canary are deleted: each deployment is followed by a deletion of its release, and whatever lies
 * between the two goes on when it fails. But for what leads people back: as long as that has failed, nothing may be deleted.
 */
export function checkCleanUp(stages: readonly Stage[]): string[] {
  const releaseOf = (manifests: unknown): unknown =>
    stages.find(({ expectedArtifacts }) => expectedArtifacts.some(({ id }) => id === manifests))?.[
      RELEASE
    ]
  const temporary = stages.filter((stage) => {
    const release =
      stage.type === 'deployManifest' ? releaseOf(stage['manifestArtifactId']) : undefined
    return release !== undefined && release !== 'causeway'
  })
  return temporary.flatMap((stage) => {
    const release = releaseOf(stage['manifestArtifactId'])
    const deletion = stages.find(
      (each) =>
        each.type === 'deleteManifest' && JSON.stringify(each).includes(JSON.stringify([release])),
    )
    if (deletion === undefined) return [`${stage.refId}: nothing deletes ${String(release)}`]
    const before = ancestors(stages, deletion.refId)
    if (!before.has(stage.refId)) return [`${deletion.refId} does not wait for ${stage.refId}`]
    return stages
      .filter(
        ({ refId }) =>
          refId === stage.refId || (before.has(refId) && ancestors(stages, refId).has(stage.refId)),
      )
      .filter(
        ({ continuePipeline, type, source }) =>
          !continuePipeline && !(type === 'deployManifest' && source === 'text'),
      )
      .map(({ refId }) => `${refId} ends the run before ${deletion.refId}`)
  })
}
