import { expect, test } from '@jest/globals'
import { describeUnless } from '../../support/describeUnless.ts'
import { HELMS } from '../tools/tools.ts'
import { ownCluster } from './ownCluster.ts'
import { lowestDuring } from './lowest.ts'
import { clusterLack } from './paths.ts'
import { Release } from './release.ts'

const PODS = 4
/** Of the most that the chart allows by default. */
const SCALED = 5
const ALL = [`gateway.replicas=${PODS}`, 'gateway.maxSurge=100%']
const NONE = [...ALL, 'gateway.autoscaling.kind=none']
const HPA = [...ALL, 'gateway.autoscaling.kind=hpa']
const KEDA = [
  ...ALL,
  'gateway.autoscaling.kind=keda',
  'gateway.autoscaling.prometheusUrl=http://prometheus:9090',
]
const STEPS = [NONE, HPA, HPA, KEDA, NONE]

describeUnless(clusterLack)('turning autoscaling on, over and off', () => {
  const cluster = ownCluster()

  test.each(HELMS)('leaves all gateways at each step by %s', async (helm) => {
    const release = await Release.open(cluster, `autoscaling-${helm}`, helm)
    await release.upgrade({ set: NONE })
    for (const set of STEPS.slice(1)) {
      const lowest = await lowestDuring(cluster, release.namespace, () => release.upgrade({ set }))
      const { wanted = 0, ready = 0 } = lowest.get('causeway-gateway') ?? {}
      // A roll-out may add pods, and takes none away.
      expect({ set, wanted, isEnough: ready >= PODS }).toEqual({
        set,
        wanted: PODS,
        isEnough: true,
      })
    }
  })

  test.each(HELMS)('leaves the autoscaler its number at a later upgrade by %s', async (helm) => {
    const release = await Release.open(cluster, `autoscaled-${helm}`, helm)
    await release.upgrade({ set: HPA })
    // As the autoscaler would, by the same subresource.
    const scale = ['scale', 'deployment/causeway-gateway', `--replicas=${SCALED}`]
    await cluster.kubectl('--namespace', release.namespace, ...scale)
    await release.ready('gateway', SCALED)
    const set = [...HPA, 'gateway.config.MAX_STREAMS=12000']
    const lowest = await lowestDuring(cluster, release.namespace, () => release.upgrade({ set }))
    expect(lowest.get('causeway-gateway')?.wanted).toBe(SCALED)
    expect(lowest.get('causeway-gateway')?.ready).toBeGreaterThanOrEqual(SCALED)
  })

  test.each([
    ['fewest pods over most', 'gateway.autoscaling.minReplicas=30'],
    ['a request over its limit', 'gateway.resources.requests.memory=9Gi'],
  ])('with %s changes nothing', async (name, contradiction) => {
    const release = await Release.open(cluster, `contradiction-${name.replaceAll(' ', '-')}`)
    await release.upgrade({ set: NONE })
    const revision = await release.revision()
    const upgrade = release.upgrade({ set: [...HPA, contradiction] })
    await expect(upgrade).rejects.toThrow(/min|limit/i)
    // It was refused before anything was sent: Helm has no record of a try.
    expect(await release.revision()).toBe(revision)
    expect(await release.replicas('gateway')).toBe(PODS)
  })
})
