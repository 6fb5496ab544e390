import { expect, test } from '@jest/globals'
import { describeUnless } from '../../support/describeUnless.ts'
import { renderText } from '../chart/render.ts'
import { ownCluster } from './ownCluster.ts'
import { lowestDuring } from './lowest.ts'
import { clusterLack } from './paths.ts'
import { AT_ONCE, Release } from './release.ts'

const PODS = 4
const SET = [...AT_ONCE, `gateway.replicas=${PODS}`, 'migrations.mode=none']
const args = (kind: string, ...more: string[]) => [
  ...[...SET, `gateway.autoscaling.kind=${kind}`].flatMap((value) => ['--set', value]),
  '--skip-tests',
  ...more,
]

/** The two ways of docs/deploy.md to turn autoscaling on without Helm, which cannot look up there how many pods run. */
describeUnless(clusterLack)('the number of gateways is handed over', () => {
  const cluster = ownCluster()

  test('to the autoscaler, if manifests are applied by the server', async () => {
    const { namespace } = await Release.open(cluster, 'handover-server')
    const where = ['--namespace', namespace, '--filename=-']
    const apply = (kind: string) =>
      cluster.kubectlWith(renderText('small', args(kind)), 'apply', '--server-side', ...where)
    const handOver = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'causeway-gateway' },
      spec: { replicas: PODS },
    }
    const owner = ['--server-side', '--field-manager=autoscaler']
    await apply('none')
    const lowest = await lowestDuring(cluster, namespace, async () => {
      await cluster.kubectlWith(JSON.stringify(handOver), 'apply', ...owner, ...where)
      await apply('hpa')
      await cluster.kubectl('rollout', 'status', 'deployment', '--namespace', namespace)
    })
    expect(lowest.get('causeway-gateway')?.wanted).toBe(PODS)
  })

  test('to the autoscaler, if kubectl applies and is made to forget it', async () => {
    const { namespace } = await Release.open(cluster, 'handover-client')
    const where = ['--namespace', namespace, '--filename=-']
    await cluster.kubectlWith(renderText('small', args('none')), 'apply', ...where)
    const services = renderText('small', args('hpa', '--show-only', 'templates/services.yaml'))
    const lowest = await lowestDuring(cluster, namespace, async () => {
      await cluster.kubectlWith(services, 'apply', 'set-last-applied', ...where)
      await cluster.kubectlWith(renderText('small', args('hpa')), 'apply', ...where)
      await cluster.kubectl('rollout', 'status', 'deployment', '--namespace', namespace)
    })
    expect(lowest.get('causeway-gateway')?.wanted).toBe(PODS)
  })

  test('to 1, if neither was done: that is why', async () => {
    const { namespace } = await Release.open(cluster, 'handover-none')
    const where = ['--server-side', '--namespace', namespace, '--filename=-']
    await cluster.kubectlWith(renderText('small', args('none')), 'apply', ...where)
    await cluster.kubectlWith(renderText('small', args('hpa')), 'apply', ...where)
    const path = '--output=jsonpath={.metadata.annotations}'
    const gateway = ['get', 'deployment', 'causeway-gateway', '--namespace', namespace]
    expect(await cluster.kubectl(...gateway, path)).toContain('use-source-capacity')
    const wanted = await cluster.kubectl(...gateway, '--output=jsonpath={.spec.replicas}')
    expect(Number(wanted)).toBeLessThan(PODS)
  })
})
