import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { describeUnless } from '../../support/describeUnless.ts'
import { stageOf, stages } from '../../support/releasePipeline.ts'
import { bake } from '../bake.ts'
import { renderText } from '../chart/render.ts'
import { helm, HELMS } from '../tools/tools.ts'
import { CHART } from '../tools/values.ts'
import { ownCluster } from './ownCluster.ts'
import { lowestDuring } from './lowest.ts'
import { clusterLack } from './paths.ts'
import { AT_ONCE, Release } from './release.ts'

const ROLLED_OUT = ['rollout', 'status', 'deployment', '--timeout=200s']

describeUnless(clusterLack)('without Helm in the cluster', () => {
  const cluster = ownCluster()
  const folder = mkdtempSync(join(tmpdir(), 'causeway-applied-'))
  let chart = ''

  beforeAll(() => {
    helm(
      'helm3',
      'package',
      CHART,
      '--version',
      '1.2.3',
      '--app-version',
      '1.2.3',
      '--destination',
      folder,
    )
    chart = join(folder, readdirSync(folder)[0] ?? '')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.each(HELMS)(
    'what %s renders is applied by the server, as Argo CD does, and again with a change',
    async (version) => {
      const release = await Release.open(cluster, `argo-${version}`)
      const { namespace } = release
      const where = ['--namespace', namespace]
      const sync = async (set: string[]) => {
        const migration = ['--set', 'migrations.mode=only', ...set]
        const rest = ['--set', 'migrations.mode=none', ...set, '--skip-tests']
        const apply = ['apply', '--server-side', '--force-conflicts', '--filename=-', ...where]
        await cluster.kubectlWith(renderText('ha', migration, version), ...apply)
        await cluster.kubectl(
          'wait',
          '--for=condition=Complete',
          'job',
          '--all',
          '--timeout=60s',
          ...where,
        )
        await cluster.kubectlWith(renderText('ha', rest, version), ...apply)
        await cluster.kubectl(...ROLLED_OUT, ...where)
      }
      const atOnce = AT_ONCE.flatMap((value) => ['--set', value])
      await sync(atOnce)
      // As many as the autoscaler has at least.
      await release.ready('gateway', 6)
      const lowest = await lowestDuring(cluster, namespace, () =>
        sync([...atOnce, '--set', 'commonLabels.changed=yes']),
      )
      expect(lowest.get('causeway-ingest')).toEqual({ wanted: 3, ready: 3 })
      expect(lowest.get('causeway-gateway')?.ready).toBeGreaterThanOrEqual(6)
    },
  )

  test('what the pipeline bakes is applied stage by stage, and the canary is deleted whole', async () => {
    const { namespace } = await Release.open(cluster, 'spinnaker')
    const where = ['--namespace', namespace]
    const apply = async (refId: string) => {
      const { text } = await bake(stageOf(refId), chart)
      await cluster.kubectlWith(text, 'apply', '--filename=-', ...where)
    }
    await apply('bake-migration')
    await cluster.kubectl(
      'wait',
      '--for=condition=Complete',
      'job',
      '--all',
      '--timeout=60s',
      ...where,
    )
    await apply('bake-production')
    await cluster.kubectl(...ROLLED_OUT, ...where)
    const canary = async () => {
      await Promise.all(['bake-baseline', 'bake-canary'].map(apply))
      await cluster.kubectl(...ROLLED_OUT, ...where)
      const deployments = await cluster.kubectl('get', 'deployments', '--output=name', ...where)
      // A second bridge would append for everybody.
      expect(deployments.match(/bridge/g)).toHaveLength(1)
      for (const refId of ['route-canary', 'route-back']) await applyInline(refId)
      for (const release of ['baseline', 'canary']) await remove(release)
    }
    const applyInline = async (refId: string) => {
      const manifests = JSON.stringify(stageOf(refId)['manifests']).replaceAll(
        /"namespace":"[^"]*"/g,
        `"namespace":"${namespace}"`,
      )
      const list = `{"apiVersion":"v1","kind":"List","items":${manifests}}`
      await cluster.kubectlWith(list, 'apply', '--filename=-')
    }
    const remove = async (release: string) => {
      const kinds: unknown = stageOf(`delete-${release}`)['kinds']
      const selector = `--selector=app.kubernetes.io/instance=causeway-${release}`
      await cluster.kubectl('delete', String(kinds), selector, ...where)
    }
    const lowest = await lowestDuring(cluster, namespace, async () => {
      await canary()
      await apply('bake-previous')
      await cluster.kubectl(...ROLLED_OUT, ...where)
    })
    expect(lowest.get('causeway-ingest')).toEqual({ wanted: 3, ready: 3 })
    expect(lowest.get('causeway-edge')?.ready).toBeGreaterThanOrEqual(3)
    const left = await cluster.kubectl('get', 'all,cm,sa,netpol,pdb', '--output=name', ...where)
    expect(left).not.toMatch(/baseline|canary/)
    expect(stages.filter(({ type }) => type === 'bakeManifest').length).toBeGreaterThan(5)
  })

  test('the smoke test of the pipeline runs as a Job', async () => {
    const { namespace } = await Release.open(cluster, 'spinnaker-smoke')
    const manifest = JSON.stringify(stageOf('smoke-production')['manifest'])
    const text = manifest.replaceAll(/"namespace":"[^"]*"/g, `"namespace":"${namespace}"`)
    await cluster.kubectlWith(text, 'create', '--filename=-')
    const complete = ['wait', '--for=condition=Complete', 'job', '--all', '--timeout=60s']
    expect(await cluster.kubectl(...complete, '--namespace', namespace)).toContain('condition met')
  })
})
