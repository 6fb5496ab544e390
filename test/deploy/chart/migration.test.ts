import { expect, test } from '@jest/globals'
import { describeUnless } from '../../support/describeUnless.ts'
import { toolsLack } from '../tools/tools.ts'
import { get, podOf, renderChart } from './render.ts'

const jobs = async (...args: string[]) =>
  (await renderChart('small', args)).filter(({ kind }) => kind === 'Job')

describeUnless(toolsLack)('the migration', () => {
  test('is a hook of Helm that runs before everything else, with all that it needs', async () => {
    const objects = await renderChart('laptop')
    const hooks = objects.filter(({ metadata }) =>
      metadata.annotations?.['helm.sh/hook']?.startsWith('pre-install'),
    )
    const weight = (kind: string) =>
      Number(
        hooks.find((each) => each.kind === kind)?.metadata.annotations?.['helm.sh/hook-weight'],
      )
    expect(hooks.map(({ kind }) => kind).sort()).toEqual([
      'Job',
      'NetworkPolicy',
      'Secret',
      'ServiceAccount',
    ])
    for (const kind of ['NetworkPolicy', 'Secret', 'ServiceAccount']) {
      expect(weight(kind)).toBeLessThan(weight('Job'))
    }
    // A failed Job stays to be looked at, until the next one takes its place.
    for (const { metadata } of hooks) {
      expect(metadata.annotations?.['helm.sh/hook-delete-policy']).toBe(
        'before-hook-creation,hook-succeeded',
      )
    }
  })

  test('is bounded in time and in tries', async () => {
    const [job] = await jobs()
    expect(get(job, 'spec')).toMatchObject({ backoffLimit: 3, activeDeadlineSeconds: 600 })
  })

  test('is an ordinary Job for kubectl and Spinnaker, with another name for another image', async () => {
    const [first] = await jobs('--set', 'migrations.mode=job')
    const [again] = await jobs('--set', 'migrations.mode=job')
    const [other] = await jobs('--set', 'migrations.mode=job,image.tag=9.9.9')
    expect(first?.metadata.annotations).toEqual({
      'strategy.spinnaker.io/recreate': 'true',
      'strategy.spinnaker.io/versioned': 'false',
    })
    expect(again?.metadata.name).toBe(first?.metadata.name)
    expect(other?.metadata.name).not.toBe(first?.metadata.name)
    expect(get(first, 'spec.ttlSecondsAfterFinished')).toBe(86_400)
  })

  test('can be rendered alone, for a step of a pipeline', async () => {
    const objects = await renderChart('migration')
    expect(objects.map(({ kind }) => kind).sort()).toEqual([
      'Job',
      'NetworkPolicy',
      'ServiceAccount',
    ])
    expect(JSON.stringify(objects)).not.toContain('helm.sh/hook')
  })

  test('can be left out', async () => {
    expect(await jobs('--set', 'migrations.mode=none')).toEqual([])
  })

  test('may use its own role', async () => {
    const [job] = (await renderChart('ha')).filter(({ kind }) => kind === 'Job')
    if (job === undefined) throw new Error('There is no Job')
    const env = get<{ name: string; valueFrom?: object }[]>(podOf(job), 'spec.containers.0.env')
    expect(env.find(({ name }) => name === 'DATABASE_URL')?.valueFrom).toEqual({
      secretKeyRef: { name: 'causeway', key: 'MIGRATIONS_DATABASE_URL' },
    })
  })
})
