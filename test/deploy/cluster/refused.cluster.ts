import { beforeAll, expect, test } from '@jest/globals'
import { describeUnless } from '../../support/describeUnless.ts'
import { ownCluster } from './ownCluster.ts'
import { lowestDuring } from './lowest.ts'
import { clusterLack } from './paths.ts'
import { Refusal } from './refusal.ts'
import { AT_ONCE, Release } from './release.ts'

const PODS = 4
const BEFORE = [...AT_ONCE, `gateway.replicas=${PODS}`, 'monitoring.dashboards.enabled=true']
/** Changes every object, the pods among them. */
const CHANGED = [...BEFORE, 'commonLabels.changed=yes']
const SCALED = [...CHANGED, 'gateway.autoscaling.kind=hpa']

/** Each kind of the release, in the order in which Helm applies them. */
const KINDS = [
  { kind: 'NetworkPolicy', example: 'networkpolicy/causeway-edge' },
  { kind: 'PodDisruptionBudget', example: 'poddisruptionbudget/causeway-edge' },
  { kind: 'ServiceAccount', example: 'serviceaccount/causeway-edge' },
  { kind: 'ConfigMap', example: 'configmap/causeway-edge' },
  { kind: 'Service', example: 'service/causeway-edge' },
  { kind: 'Deployment', example: 'deployment/causeway-edge' },
  { kind: 'Ingress', example: 'ingress/causeway-edge' },
  { kind: 'PodMonitor', example: 'podmonitor/causeway' },
  { kind: 'PrometheusRule', example: 'prometheusrule/causeway' },
]

describeUnless(clusterLack)('an upgrade of which an object is refused', () => {
  const cluster = ownCluster()
  let refusal: Refusal
  let release: Release

  beforeAll(async () => {
    refusal = await Refusal.install(cluster)
    release = await Release.open(cluster, 'refused')
    await release.upgrade({ set: BEFORE })
  }, 120_000)

  /** Upgrades in vain, goes back, and returns how many pods there were at the worst. */
  async function inVain(refused: { kind: string; example: string }, set: string[]) {
    const lowest = await lowestDuring(cluster, release.namespace, async () => {
      await refusal.during(release.namespace, refused, async () => {
        await expect(release.upgrade({ set })).rejects.toThrow(/refused by the test/)
      })
      await release.rollback()
    })
    return Object.fromEntries(lowest)
  }

  const two = { wanted: 2, ready: 2 }
  const expected = {
    'causeway-account': two,
    'causeway-bridge': two,
    'causeway-edge': two,
    'causeway-gateway': { wanted: PODS, ready: PODS },
    'causeway-ingest': two,
  }

  test.each(KINDS)('leaves what ran before running if it is a $kind', async (refused) => {
    expect(await inVain(refused, CHANGED)).toEqual(expected)
  })

  test('leaves what ran before running if it is the autoscaler that was turned on', async () => {
    // There is none yet, so another one shows whether the kind is refused.
    const other = 'autoscale deployment causeway-edge --name=causeway-other --min=2 --max=2'
    await release.kubectl(...other.split(' '))
    const refused = { kind: 'HorizontalPodAutoscaler', example: 'hpa/causeway-other' }
    expect(await inVain(refused, SCALED)).toEqual(expected)
  })
})
