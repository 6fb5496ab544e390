import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { setTimeout as sleep } from 'node:timers/promises'
import { waitFor } from '../../support/waitFor.ts'
import { describeUnless } from '../../support/describeUnless.ts'
import { ownCluster } from './ownCluster.ts'
import { SYNC_SECONDS } from './controlPlane.ts'
import { lowestDuring } from './lowest.ts'
import { MetricsApi } from './metricsApi.ts'
import { clusterLack } from './paths.ts'
import { Release } from './release.ts'

const FEWEST = 3
const MOST = 20
const SEVERAL_LOOKS_MS = 5 * SYNC_SECONDS * 1_000

describeUnless(clusterLack)('the autoscaler of a real cluster', () => {
  const cluster = ownCluster()
  let metrics: MetricsApi
  let release: Release
  const pods = () => release.replicas('gateway')

  beforeAll(async () => {
    release = await Release.open(cluster, 'scaler')
    metrics = await MetricsApi.start(cluster, release.namespace)
    metrics.streams = FEWEST * 9_000
    await release.upgrade({ set: scaling(600) })
    await waitFor(async () => (await pods()) === FEWEST, 60, 500)
  }, 200_000)

  afterAll(() => metrics?.stop())

  test('follows a spike of streams up to the pods that it needs', async () => {
    metrics.streams = 100_000
    await waitFor(async () => (await pods()) >= 10, 120, 500)
    expect(await pods()).toBe(10)
  })

  test('keeps its pods while streams flap: it goes down only after a stable time', async () => {
    await release.ready('gateway', 10)
    const lowest = await lowestDuring(cluster, release.namespace, async () => {
      for (const streams of [20_000, 99_000, 10_000, 98_000, 20_000]) {
        metrics.streams = streams
        await sleep(SEVERAL_LOOKS_MS)
      }
    })
    expect(lowest.get('causeway-gateway')?.wanted).toBe(10)
  })

  test('keeps its pods while metrics are away, or are none', async () => {
    const lowest = await lowestDuring(cluster, release.namespace, async () => {
      metrics.mode = 'failing'
      await sleep(SEVERAL_LOOKS_MS)
      metrics.mode = 'empty'
      await sleep(SEVERAL_LOOKS_MS)
    })
    metrics.mode = 'serving'
    expect(lowest.get('causeway-gateway')?.wanted).toBe(10)
  })

  test('never has more pods than the largest number', async () => {
    metrics.streams = 1e6
    await waitFor(async () => (await pods()) === MOST, 120, 500)
    await sleep(SEVERAL_LOOKS_MS)
    expect(await pods()).toBe(MOST)
  })

  test('goes down by one pod in each period, to the smallest number', async () => {
    metrics.streams = 0
    await release.upgrade({ set: scaling(1) })
    const seen: number[] = []
    await waitFor(
      async () => {
        const now = await pods()
        if (seen.at(-1) !== now) seen.push(now)
        return seen.length > 3
      },
      120,
      250,
    )
    const [first = 0] = seen
    expect(seen).toEqual([first, first - 1, first - 2, first - 3])
  })
})

/** Values for autoscaling that goes down after `stabilizationSeconds` without a reason to stay. */
function scaling(stabilizationSeconds: number): string[] {
  const values = {
    kind: 'hpa',
    minReplicas: FEWEST,
    maxReplicas: MOST,
    streamsPerPod: 10_000,
    'scaleDown.stabilizationSeconds': stabilizationSeconds,
    'scaleDown.periodSeconds': 5,
    'scaleUp.periodSeconds': 5,
  }
  const set = Object.entries(values).map(([name, value]) => `gateway.autoscaling.${name}=${value}`)
  // The chart refuses an edge that could not carry so many.
  return [...set, 'edge.replicas=7']
}
