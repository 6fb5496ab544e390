import { describe, expect, test } from '@jest/globals'
import { checkArtifacts, checkPairs } from './spinnaker/artifacts.ts'
import { checkExpressions } from './spinnaker/expressions.ts'
import { checkCleanUp, checkGraph, checkQuestions } from './spinnaker/graph.ts'
import { MUTATIONS } from './spinnaker/mutations.ts'
import { checkVariables, instantiate, Template } from './spinnaker/pipeline.ts'
import { checkTypes } from './spinnaker/stageTypes.ts'
import { instance, stageOf, stages, templateText } from './spinnaker/ours.ts'

/** Everything that is wrong with a template, in words. */
function check(text: string): string[] {
  const parsed = Template.safeParse(JSON.parse(text))
  if (!parsed.success)
    return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  const filled = instantiate(parsed.data, instance)
  const triggerIds = instance.triggers.flatMap((trigger) => trigger.expectedArtifactIds)
  return [
    ...checkVariables(parsed.data, instance),
    ...checkGraph(filled),
    ...checkQuestions(filled),
    ...checkCleanUp(filled),
    ...checkArtifacts(parsed.data, triggerIds),
    ...checkPairs(filled),
    ...checkExpressions(filled),
    ...checkTypes(filled),
  ]
}

describe('the release pipeline', () => {
  test('holds nothing that the checks find', () => {
    expect(check(templateText)).toEqual([])
  })

  test.each(MUTATIONS)('is refused where %s', (_name, mutate, finding) => {
    const mutant = mutate(templateText)
    expect(mutant).not.toBe(templateText)
    expect(check(mutant).join('\n')).toMatch(finding)
  })

  test('has no secret in it: they are put in when it is saved', () => {
    expect(instance.triggers.map(({ payloadConstraints }) => payloadConstraints.secret)).toEqual([
      '@WEBHOOK_SECRET@',
    ])
  })

  test('goes through every step of a release in order', () => {
    const order = [
      'migrate-staging',
      'deploy-staging',
      'smoke-staging',
      'migrate',
      'deploy-canary',
      'judge',
      'delete-canary',
      'deploy-production',
      'smoke-production',
      'roll-back',
    ]
    const at = order.map((refId) => stages.findIndex((stage) => stage.refId === refId))
    expect(at).toEqual(at.toSorted((a, b) => a - b))
    expect(at).not.toContain(-1)
  })

  test('gives Kayenta at least fifty points of each metric', () => {
    const text = JSON.stringify(stageOf('judge'))
    const [, hours = '0'] = /"lifetimeDuration":"PT(\d+)H"/.exec(text) ?? []
    const [, step = '0'] = /"step":(\d+)/.exec(text) ?? []
    expect((Number(hours) * 3_600) / Number(step)).toBeGreaterThanOrEqual(50)
  })
})
