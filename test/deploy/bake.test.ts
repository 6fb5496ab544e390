import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { describeUnless } from '../support/describeUnless.ts'
import { madeBy, stageOf, stages } from '../support/releasePipeline.ts'
import { bake } from './bake.ts'
import { asObject, get, type KubernetesObject, named } from './chart/render.ts'
import { complaints } from './tools/strict.ts'
import { helm, toolsLack } from './tools/tools.ts'
import { CHART } from './tools/values.ts'

const VERSION = '1.2.3-4.gabc'
const IMAGE = /^registry\.example\.org\/causeway\/causeway(-edge)?:1\.2\.3-4\.gabc$/

describeUnless(toolsLack)('what the pipeline bakes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-bake-'))
  const bakes = stages.filter(({ type }) => type === 'bakeManifest')
  const baked = new Map<string, Awaited<ReturnType<typeof bake>>>()
  let chart = ''
  const output = (refId: string) => {
    const found = baked.get(refId)
    if (found === undefined) throw new Error(`${refId} was not baked`)
    return found
  }

  beforeAll(async () => {
    const version = ['--version', VERSION, '--app-version', VERSION]
    helm('helm3', 'package', CHART, ...version, '--destination', folder)
    chart = join(folder, readdirSync(folder)[0] ?? '')
    for (const stage of bakes) baked.set(stage.refId, await bake(stage, chart))
  }, 60_000)

  afterAll(() => rmSync(folder, { recursive: true }))

  test.each(bakes.map(({ refId }) => refId))(
    '%s makes objects that Spinnaker can apply: named once, without namespace and hooks',
    (refId) => {
      const { objects } = output(refId)
      const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
      expect(names.length).toBeGreaterThan(0)
      expect(new Set(names).size).toBe(names.length)
      expect(objects.filter(({ metadata }) => metadata.namespace !== undefined)).toEqual([])
      // Nobody would run a hook. A Job cannot be changed, and a dashboard with a new name would be shown twice.
      expect(withAnnotation(objects, /^helm\.sh\/hook/)).toEqual([])
      const recreated = withAnnotation(objects, /^strategy\.spinnaker\.io\/recreate=true$/)
      expect(recreated).toEqual(names.filter((name) => name.startsWith('Job')))
      const kept = withAnnotation(objects, /^strategy\.spinnaker\.io\/versioned=false$/)
      expect(kept).toEqual(names.filter((name) => /^Job|dashboard/.test(name)))
    },
  )

  test.each(bakes.map(({ refId }) => refId))(
    '%s names images as the artifacts that bind their digests',
    (refId) => {
      const images = [...output(refId).text.matchAll(/^\s*(?:- )?image: (\S+)$/gm)]
      expect(images.length).toBeGreaterThan(0)
      for (const [, image] of images) expect(image).toMatch(IMAGE)
    },
  )

  test('is accepted by the models of Kubernetes, and so is what the pipeline holds in full', () => {
    const inline = stages.flatMap((stage) => [stage['manifest'], stage['manifests']].flat())
    const written = inline.filter((manifest) => manifest !== undefined).map(asObject)
    expect(written.length).toBeGreaterThan(3)
    expect(
      complaints([...bakes.flatMap(({ refId }) => output(refId).objects), ...written]),
    ).toEqual([])
  })

  test('is applied with its ${…} as they stand: no stage takes them for expressions', () => {
    for (const stage of bakes) {
      const takers = stages.filter((each) =>
        madeBy(stage).includes(String(each['manifestArtifactId'])),
      )
      expect(takers).toHaveLength(1)
      if (!output(stage.refId).text.includes('${')) continue
      expect(takers[0]?.['skipExpressionEvaluation']).toBe(true)
    }
  })

  test('is the same for baseline and canary, except for their names', () => {
    const [canary, baseline] = ['canary', 'baseline'].map((release) =>
      output(`bake-${release}`)
        .text.replaceAll(`causeway-${release}`, 'RELEASE')
        .replaceAll(/checksum\/\w+: \w+/g, ''),
    )
    expect(canary).toBe(baseline)
  })

  test.each(['baseline', 'canary'])('is deleted whole with the %s', (release) => {
    const kinds = JSON.stringify(stageOf(`delete-${release}`)['kinds']).toLowerCase()
    for (const { apiVersion, kind, metadata } of output(`bake-${release}`).objects) {
      const [group] = apiVersion.split('/')
      expect(kinds).toMatch(new RegExp(`"${kind}"|"${kind}.${group}"`.toLowerCase()))
      expect(metadata.labels?.['app.kubernetes.io/instance']).toBe(`causeway-${release}`)
    }
  })

  test('has the Services that the routes lead to', () => {
    const routes = stages.filter((each) => each['manifests'] !== undefined)
    const names = routes.flatMap((stage) =>
      [...JSON.stringify(stage).matchAll(/"name":"([\w-]+-edge)"/g)].map(([, name]) => name),
    )
    expect(new Set(names).size).toBe(3)
    const there = ['production', 'baseline', 'canary'].flatMap((release) =>
      services(output(`bake-${release}`).objects),
    )
    expect(there).toEqual(expect.arrayContaining(names))
  })

  test('lets the pods of the smoke test through its network policies', () => {
    const { objects } = output('bake-production')
    const policy = named(objects, 'NetworkPolicy', 'causeway-test')
    const labels = get<object>(
      stageOf('smoke-production'),
      'manifest.spec.template.metadata.labels',
    )
    expect(labels).toMatchObject(get<object>(policy, 'spec.podSelector.matchLabels'))
    expect(services(objects)).toContain('causeway-edge')
  })

  test('has no bridges in a baseline or a canary: any bridge works for all of production', () => {
    for (const release of ['baseline', 'canary', 'production']) {
      const bridges = output(`bake-${release}`).objects.filter(({ metadata }) =>
        metadata.name.endsWith('-bridge'),
      )
      expect(bridges.length > 0).toBe(release === 'production')
    }
  })

  test('has what a team set for production: its port of Redis, its labels, its proxies', () => {
    for (const release of ['production', 'canary', 'previous']) {
      const { text } = output(`bake-${release}`)
      expect(text).toContain('port: 6380')
      expect(text).toContain('release: kube-prometheus-stack')
      expect(text).toContain('set_real_ip_from 10.0.0.0/8;')
      expect(text).toContain('PUBLIC_ORIGIN: "https://chat.example.org"')
    }
  })
})

/** The names of the objects with an annotation `key=value` that matches. */
function withAnnotation(objects: readonly KubernetesObject[], pattern: RegExp): string[] {
  return objects
    .filter(({ metadata: { annotations = {} } }) =>
      Object.entries(annotations).some(([key, value]) => pattern.test(`${key}=${value}`)),
    )
    .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
}

function services(objects: readonly KubernetesObject[]): string[] {
  return objects.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name)
}
