import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { ROOT } from '../../../stack/root.ts'
import { describeUnless } from '../tools/describeUnless.ts'
import { helm, toolsLack } from '../tools/tools.ts'
import { parseDocuments } from '../tools/values.ts'
import { brokenUpgrades } from './immutable.ts'
import { type KubernetesObject, PROFILES, renderChart, valuesFile } from './render.ts'

const git = (...args: string[]) =>
  execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })

/** The newest release that has a chart, or undefined before the first. */
function lastRelease(): string | undefined {
  try {
    const tags = git('tag', '--list', '--sort=-creatordate').split('\n').filter(Boolean)
    return tags.find((tag) => git('ls-tree', '-d', tag, 'charts/causeway') !== '')
  } catch {
    return undefined
  }
}

const release = lastRelease()
const noRelease =
  release === undefined ? 'no release before this one has a chart to upgrade from' : undefined

describeUnless(toolsLack ?? noRelease)('an upgrade from the last release', () => {
  test.each(PROFILES)('changes nothing that cannot be changed: %s', async (profile) => {
    const folder = mkdtempSync(join(tmpdir(), 'causeway-release-'))
    try {
      const archive = join(folder, 'chart.tar')
      git('archive', '--output', archive, release ?? '', 'charts/causeway')
      execFileSync('tar', ['-xf', archive, '-C', folder])
      const chart = join(folder, 'charts/causeway')
      const text = helm('helm3', 'template', 'causeway', chart, '-f', valuesFile(profile))
      const old: KubernetesObject[] = JSON.parse(JSON.stringify(await parseDocuments(text)))
      expect(brokenUpgrades(old, await renderChart(profile))).toEqual([])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

describeUnless(toolsLack)('an upgrade', () => {
  test('to the very same release changes nothing', async () => {
    const objects = await renderChart('everything')
    expect(brokenUpgrades(objects, structuredClone(objects))).toEqual([])
  })

  test('to another name of the chart is found out', async () => {
    const old = await renderChart('laptop', ['--set', 'migrations.mode=job'])
    const next = await renderChart('laptop', ['--set', 'migrations.mode=job,nameOverride=relay'])
    const broken = brokenUpgrades(old, next)
    expect(broken).toEqual(
      expect.arrayContaining([
        'Deployment causeway-gateway: spec.selector cannot be changed',
        'StatefulSet causeway-mosquitto: spec.selector cannot be changed',
      ]),
    )
  })

  test('to a larger volume is found out', async () => {
    const old = await renderChart('laptop')
    const next = await renderChart('laptop', ['--set', 'mosquitto.persistence.size=2Gi'])
    expect(brokenUpgrades(old, next)).toEqual([
      'StatefulSet causeway-mosquitto: spec.volumeClaimTemplates cannot be changed',
    ])
  })

  test('that changed a Job under its old name would be found out', async () => {
    const old = await renderChart('small', ['--set', 'migrations.mode=job'])
    const next: KubernetesObject[] = JSON.parse(
      JSON.stringify(old).replaceAll('dist/history/main.js', 'dist/history/other.js'),
    )
    expect(brokenUpgrades(old, next)).toEqual([
      expect.stringMatching(/^Job causeway-migrate-\w+: spec\.template cannot be changed$/),
    ])
  })

  test('never changes a Job under its old name', async () => {
    const old = await renderChart('small', ['--set', 'migrations.mode=job'])
    for (const change of [
      'migrations.resources.limits.memory=1Gi',
      'commonLabels.a=b',
      'image.tag=2.0',
    ]) {
      const next = await renderChart('small', ['--set', `migrations.mode=job,${change}`])
      expect(brokenUpgrades(old, next).filter((each) => each.startsWith('Job'))).toEqual([])
    }
  })

  test('may change a Job of helm’s, which is made anew', async () => {
    const old = await renderChart('small')
    const next = await renderChart('small', ['--set', 'image.tag=9.9.9'])
    expect(brokenUpgrades(old, next)).toEqual([])
  })
})
