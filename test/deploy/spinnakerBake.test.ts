import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { ROOT } from '../../stack/root.ts'
import { bake, bakeCommand, Manifest } from './spinnaker/bake.ts'
import { stageOf, stages } from './spinnaker/ours.ts'
import { chosen, podLabels, relabel, selectors } from './spinnaker/relabel.ts'
import { describeUnless } from './tools/describeUnless.ts'
import { helm, run, TOOLS, toolsLack } from './tools/tools.ts'
import { CHART } from './tools/values.ts'

const Overrides = z.record(z.string(), z.string())

describeUnless(toolsLack)('what the pipeline bakes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-bake-'))
  const bakes = stages.filter(({ type }) => type === 'bakeManifest')
  const baked = new Map<string, { text: string; manifests: Manifest[] }>()
  let chart = ''
  const output = (refId: string) => {
    const found = baked.get(refId)
    if (found === undefined) throw new Error(`${refId} was not baked`)
    return found
  }

  beforeAll(async () => {
    helm(
      'helm3',
      'package',
      CHART,
      '--version',
      '1.2.3-4.gabc',
      '--app-version',
      '1.2.3-4.gabc',
      '--destination',
      folder,
    )
    chart = join(folder, readdirSync(folder)[0] ?? '')
    for (const stage of bakes) baked.set(stage.refId, await bake(stage, chart))
  }, 60_000)

  afterAll(() => rmSync(folder, { recursive: true }))

  describe.each(bakes.map(({ refId }) => refId))('%s', (refId) => {
    test('makes something, and no two objects of one name', () => {
      const names = output(refId).manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
      expect(names.length).toBeGreaterThan(0)
      expect(new Set(names).size).toBe(names.length)
    })

    test('leaves the namespace to the stage that applies it', () => {
      for (const { metadata } of output(refId).manifests) expect(metadata.namespace).toBeUndefined()
    })

    test('makes no hook: nobody would run it', () => {
      for (const { metadata } of output(refId).manifests) {
        expect(
          Object.keys(metadata.annotations).filter((key) => key.startsWith('helm.sh/hook')),
        ).toEqual([])
      }
    })

    test('has images by the names under which digests are bound to them', () => {
      const images = [...output(refId).text.matchAll(/^\s*(?:- )?image: (\S+)$/gm)].map(
        ([, image]) => image,
      )
      expect(images.length).toBeGreaterThan(0)
      for (const image of images) {
        expect(image).toMatch(
          /^registry\.example\.org\/causeway\/causeway(-edge)?:1\.2\.3-4\.gabc$/,
        )
      }
    })

    test('chooses the same pods after Spinnaker has put its labels on', () => {
      const { manifests } = output(refId)
      const before = podLabels(manifests)
      const after = podLabels(relabel(manifests))
      expect(after.size).toBe(before.size)
      const choosing = selectors(relabel(manifests))
      expect(choosing.size).toBeGreaterThan(0)
      const idle: string[] = []
      for (const [name, selector] of choosing) {
        const workloads = chosen(selector, after)
        expect([name, workloads]).toEqual([name, chosen(selector, before)])
        if (workloads.length === 0) idle.push(name)
      }
      // The test's own pods are not in a bake.
      expect(idle.filter((name) => !name.endsWith('-test'))).toEqual([])
    })

    test('replaces Jobs, and keeps the names of dashboards', () => {
      const { manifests } = output(refId)
      const without = (key: string, value: string): string[] =>
        manifests
          .filter(({ metadata }) => metadata.annotations[`strategy.spinnaker.io/${key}`] !== value)
          .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
      expect(without('recreate', 'true').filter((name) => name.startsWith('Job'))).toEqual([])
      expect(without('versioned', 'false').filter((name) => name.includes('dashboard'))).toEqual([])
    })
  })

  test('is taken by Kubernetes, and so is what the pipeline holds in full', () => {
    const inline = stages.flatMap((stage) => [stage['manifest'], stage['manifests']].flat())
    const objects = [
      ...bakes.flatMap(({ refId }) => relabel(output(refId).manifests)),
      ...inline.filter((manifest) => manifest !== undefined),
    ]
    const strict = join(ROOT, 'test/deploy/tools/strict.mjs')
    expect(run('node', [strict, TOOLS], JSON.stringify(objects))).toBe('[]')
  })

  test('reaches no stage that would take its ${…} for expressions', () => {
    for (const stage of bakes) {
      const [artifact] = stage.expectedArtifacts
      const takers = stages.filter((each) => each['manifestArtifactId'] === artifact?.id)
      expect(takers.length).toBe(1)
      if (!output(stage.refId).text.includes('${')) continue
      for (const taker of takers) expect(taker['skipExpressionEvaluation']).toBe(true)
    }
  })

  test('is, for a migration, one Job and what that needs', () => {
    for (const refId of ['bake-staging-migration', 'bake-migration']) {
      const kinds = output(refId).manifests.map(({ kind }) => kind)
      expect(kinds.toSorted()).toEqual(['Job', 'NetworkPolicy', 'ServiceAccount'])
    }
  })

  test('leaves the number of gateways in production to the autoscaler', () => {
    const { manifests } = output('bake-production')
    const gateway = manifests.find(
      ({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'causeway-gateway',
    )
    expect(gateway?.spec).not.toHaveProperty('replicas')
    expect(gateway?.metadata.annotations['strategy.spinnaker.io/use-source-capacity']).toBe('true')
    expect(manifests.map(({ kind }) => kind)).toContain('HorizontalPodAutoscaler')
  })

  test('is the same for baseline and canary, but for their names', () => {
    const [canary, baseline] = ['canary', 'baseline'].map((release) =>
      output(`bake-${release}`)
        .text.replaceAll(`causeway-${release}`, 'RELEASE')
        .replaceAll(/checksum\/\w+: \w+/g, ''),
    )
    expect(canary).toBe(baseline)
  })

  test('is deleted whole with baseline and canary', () => {
    for (const release of ['baseline', 'canary']) {
      const kinds = JSON.stringify(stageOf(`delete-${release}`)['kinds']).toLowerCase()
      for (const { apiVersion, kind, metadata } of output(`bake-${release}`).manifests) {
        const [group] = apiVersion.split('/')
        const crd = `"${kind}.${group}"`.toLowerCase()
        expect(kinds).toMatch(new RegExp(`"${kind.toLowerCase()}"|${crd}`))
        expect(metadata.labels['app.kubernetes.io/instance']).toBe(`causeway-${release}`)
      }
    }
  })

  test('has the Services that the route leads to', () => {
    for (const stage of stages.filter(
      (each) => each['source'] === 'text' && each.type === 'deployManifest',
    )) {
      const names = [...JSON.stringify(stage).matchAll(/"name":"([\w-]+-edge)"/g)].map(
        ([, name]) => name,
      )
      expect(names.length).toBeGreaterThan(0)
      const there = ['bake-production', 'bake-baseline', 'bake-canary'].flatMap((refId) =>
        services(output(refId).manifests),
      )
      expect(there).toEqual(expect.arrayContaining(names))
    }
  })

  test('lets the pods of the smoke test through its network policies', () => {
    const { manifests } = output('bake-production')
    const job = relabel([Manifest.parse(stageOf('smoke-production')['manifest'])])
    const policies = selectors(manifests.filter(({ kind }) => kind === 'NetworkPolicy'))
    const hit = [...policies]
      .filter(([, selector]) => chosen(selector, podLabels(job)).length > 0)
      .map(([name]) => name)
    expect(hit).toEqual(expect.arrayContaining(['NetworkPolicy causeway-test']))
    expect(services(manifests)).toContain('causeway-edge')
  })

  test.each([
    [
      'a value that the chart does not know',
      { 'gateway.replica': '2' },
      /additional properties|not allowed/,
    ],
    [
      'a value of the wrong kind',
      { 'gateway.replicas': 'many' },
      /got string, want integer|Invalid type|integer/,
    ],
  ])('is refused by the chart with %s', async (_name, wrong, message) => {
    const stage = stageOf('bake-production')
    const overrides = { ...Overrides.parse(stage['overrides']), ...wrong }
    await expect(bake({ ...stage, overrides }, chart)).rejects.toThrow(message)
  })

  test('would be refused by the chart if overrides were strings', async () => {
    const stage = { ...stageOf('bake-production'), rawOverrides: false }
    expect(bakeCommand(stage, chart)).toContain('--set-string')
    await expect(bake(stage, chart)).rejects.toThrow(/string/)
  })
})

function services(manifests: readonly Manifest[]): string[] {
  return manifests.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name)
}
