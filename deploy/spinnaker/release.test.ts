import { describe, expect, test } from '@jest/globals'
import { instance, madeBy, stageOf, stages, VARIABLE } from '../../test/support/releasePipeline.ts'
import type { Stage } from './stages.ts'
import { template } from './template.ts'

/** The stages that a stage waits for, however far before it. */
function ancestors(refId: string): Set<string> {
  const before = stageOf(refId).requisiteStageRefIds
  return new Set(before.flatMap((each) => [each, ...ancestors(each)]))
}

/** The ids of the artifacts that a stage takes. */
function takenBy(stage: Stage): string[] {
  const inputs: { inputArtifacts?: { id: string }[]; requiredArtifactIds?: string[] } =
    Object(stage)
  const { inputArtifacts = [], requiredArtifactIds = [] } = inputs
  const manifests = stage['manifestArtifactId']
  const ids = [...inputArtifacts.map(({ id }) => id), ...requiredArtifactIds]
  return typeof manifests === 'string' ? [...ids, manifests] : ids
}

const handedOver = instance.triggers.flatMap(({ expectedArtifactIds }) => expectedArtifactIds)

describe('the stages of a release', () => {
  test('are named once, wait only for stages above them, and have one start and one end', () => {
    for (const key of ['refId', 'name'] as const) {
      expect(new Set(stages.map((stage) => stage[key])).size).toBe(stages.length)
    }
    for (const [at, { requisiteStageRefIds }] of stages.entries()) {
      const above = stages.slice(0, at).map(({ refId }) => refId)
      expect(above).toEqual(expect.arrayContaining(requisiteStageRefIds))
    }
    const waitedFor = new Set(stages.flatMap((stage) => stage.requisiteStageRefIds))
    expect(stages.filter((stage) => stage.requisiteStageRefIds.length === 0)).toHaveLength(1)
    // The only stage that nothing waits for decides whether the run went well.
    expect(stages.filter(({ refId }) => !waitedFor.has(refId))).toEqual([
      stageOf('production-good'),
    ])
  })

  test.each(stages)('$refId asks only for the outcome of stages before it', (stage) => {
    const names = [...ancestors(stage.refId)].map((refId) => stageOf(refId).name)
    const asked = [...JSON.stringify(stage).matchAll(/#stage\('([^']*)'\)/g)]
    expect(names).toEqual(expect.arrayContaining(asked.map(([, name]) => name)))
  })

  test.each(stages)('$refId takes only artifacts that were made or handed over before', (stage) => {
    const made = [...ancestors(stage.refId)].flatMap((refId) => madeBy(stageOf(refId)))
    expect([...handedOver, ...made]).toEqual(expect.arrayContaining(takenBy(stage)))
  })

  test('take every artifact, and no id stands for two', () => {
    const made = [...handedOver, ...stages.flatMap(madeBy)]
    expect(made.toSorted()).toEqual([...new Set(stages.flatMap(takenBy))].toSorted())
    expect(template.pipeline.expectedArtifacts.map(({ id }) => id)).toEqual(handedOver)
  })

  test.each(['baseline', 'canary'])('always reach the one that deletes the %s', (release) => {
    const deletion = `delete-${release}`
    expect(JSON.stringify(stageOf(deletion))).toContain(`["causeway-${release}"]`)
    const between = stages.filter(
      ({ refId }) =>
        ancestors(deletion).has(refId) &&
        (refId === `deploy-${release}` || ancestors(refId).has(`deploy-${release}`)),
    )
    // If the route cannot be set back, nothing may be deleted: readers are still led there.
    const ending = between.filter(({ continuePipeline }) => continuePipeline !== true)
    expect(between.map(({ refId }) => refId)).toContain(`deploy-${release}`)
    expect(ending.map(({ refId }) => refId)).toEqual(['route-back'])
  })

  test('bake a chart with the values of the same release, and set nothing that an old one may not know', () => {
    for (const stage of stages.filter(({ type }) => type === 'bakeManifest')) {
      const taken = takenBy(stage)
      expect(taken.length).toBeGreaterThan(1)
      const isOld = taken[0] === 'running-chart'
      expect(taken.map((id) => id.startsWith('running-'))).toEqual(taken.map(() => isOld))
      // The first chart of all knows this one.
      expect(Object.keys(Object(stage['overrides']))).toEqual(['migrations.mode'])
    }
  })

  test('apply a chart with the images of the same release', () => {
    for (const stage of stages.filter((each) => each['source'] === 'artifact')) {
      const [bake] = stages.filter((each) =>
        madeBy(each).includes(String(stage['manifestArtifactId'])),
      )
      const isOld = takenBy(bake ?? stage).includes('running-chart')
      const images = takenBy(stage).filter((id) => id.endsWith('image'))
      expect(images.length).toBeGreaterThan(0)
      expect(images.map((id) => id.startsWith('running-'))).toEqual(images.map(() => isOld))
    }
  })
})

test('the variables of the template are those that its stages use, and each has a value', () => {
  const text = JSON.stringify(template.pipeline)
  const used = [...text.matchAll(VARIABLE)].map(([, name = '']) => name)
  expect(text.split('templateVariables')).toHaveLength(used.length + 1)
  const declared = template.variables.map(({ name }) => name)
  expect([...new Set(used)].toSorted()).toEqual(declared.toSorted())
  const given = Object.keys(instance.variables)
  expect(declared).toEqual(expect.arrayContaining(given))
  const open = template.variables.filter(({ defaultValue }) => defaultValue === undefined)
  expect(given).toEqual(expect.arrayContaining(open.map(({ name }) => name)))
})

test('the saved pipeline holds no secret: save.sh puts it in', () => {
  expect(instance.triggers.map(({ payloadConstraints }) => payloadConstraints.secret)).toEqual([
    '@WEBHOOK_SECRET@',
  ])
})
