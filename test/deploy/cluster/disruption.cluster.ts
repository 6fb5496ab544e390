import { afterEach, expect, test } from '@jest/globals'
import { describeUnless } from '../../support/describeUnless.ts'
import { ownCluster } from './ownCluster.ts'
import { lowestDuring } from './lowest.ts'
import { DRAINED_NODES, onDrainedNodes } from './nodes.ts'
import { clusterLack } from './paths.ts'
import { Release } from './release.ts'

const COMPONENTS = ['ingest', 'bridge', 'gateway', 'account', 'edge']
const ON_DRAINED = COMPONENTS.flatMap(onDrainedNodes)

describeUnless(clusterLack)('while nodes are drained', () => {
  const cluster = ownCluster()
  // Also after a failure: the next drain would wait for what is left.
  afterEach(() => cluster.clean())
  const drain = (node: string) =>
    cluster.kubectl('drain', node, '--delete-emptydir-data', '--timeout=120s')

  test('each component loses one pod at a time, also if two nodes are drained at once', async () => {
    const release = await Release.open(cluster, 'drained')
    await release.upgrade({ set: [...ON_DRAINED, 'gateway.replicas=6'] })
    const zones = [DRAINED_NODES.slice(0, 2), DRAINED_NODES.slice(2, 4)].map((nodes) =>
      nodes.map(({ metadata }) => metadata.name),
    )
    const lowest = await lowestDuring(cluster, release.namespace, async () => {
      for (const zone of zones) {
        await Promise.all(zone.map(drain))
        for (const component of COMPONENTS) {
          await release.ready(component, component === 'gateway' ? 6 : 2)
        }
        for (const node of zone) await cluster.kubectl('uncordon', node)
      }
    })
    for (const component of COMPONENTS) {
      const least = component === 'gateway' ? 5 : 1
      expect(lowest.get(`causeway-${component}`)?.ready).toBeGreaterThanOrEqual(least)
    }
  })

  test('a component with one pod does not block them', async () => {
    const release = await Release.open(cluster, 'drained-laptop')
    await release.upgrade({ profile: 'laptop', set: ON_DRAINED })
    const { nodeName } = (await release.pods('gateway'))[0]?.spec ?? { nodeName: '' }
    await drain(nodeName)
    await cluster.kubectl('uncordon', nodeName)
    const after = (await release.pods('gateway')).map(({ spec }) => spec.nodeName)
    expect(after).not.toContain(nodeName)
  })

  test('no pod keeps its node from being removed by the cluster autoscaler', async () => {
    const release = await Release.open(cluster, 'removable')
    await release.upgrade({ set: ['gateway.replicas=2'] })
    for (const { metadata, spec } of await release.pods()) {
      const allowed = metadata.annotations?.[SAFE_VOLUMES]?.split(',') ?? []
      const onDisk = spec.volumes
        .filter(({ emptyDir }) => emptyDir !== undefined && emptyDir.medium !== 'Memory')
        .map(({ name }) => name)
      expect({
        pod: metadata.name,
        holding: onDisk.filter((name) => !allowed.includes(name)),
      }).toEqual({ pod: metadata.name, holding: [] })
    }
  })
})

/** Without it the cluster autoscaler removes no node with a pod whose volume is on that node's disk. */
const SAFE_VOLUMES = 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes'
