import { expect, test } from '@jest/globals'
import { describeUnless } from '../../support/describeUnless.ts'
import { HELMS } from '../tools/tools.ts'
import { ownCluster } from './ownCluster.ts'
import { lowestDuring } from './lowest.ts'
import { clusterLack } from './paths.ts'
import { AT_ONCE, Release } from './release.ts'

/** Helm 4 owns the fields that it applies. Somebody who scales by hand takes one from it, and docs/deploy.md says how to take it back. */
const TAKE_BACK = { helm3: [], helm4: ['--force-conflicts'] }

describeUnless(clusterLack)('what an upgrade cannot do', () => {
  const cluster = ownCluster()

  test('is refused by the chart before anything is sent: another size of the volume of the broker', async () => {
    const release = await Release.open(cluster, 'volume')
    await release.upgrade({ profile: 'laptop' })
    const revision = await release.revision()
    const set = ['mosquitto.persistence.size=2Gi']
    await expect(release.upgrade({ profile: 'laptop', set })).rejects.toThrow(/cannot change/)
    expect(await release.revision()).toBe(revision)
  })
})

describeUnless(clusterLack)('after somebody scaled by hand', () => {
  const cluster = ownCluster()

  test.each(HELMS)('an upgrade and a rollback go through by %s, as documented', async (helm) => {
    const release = await Release.open(cluster, `by-hand-${helm}`, helm)
    await release.upgrade({ set: AT_ONCE })
    await release.kubectl('scale', 'deployment/causeway-ingest', '--replicas=5')
    await release.ready('ingest', 5)
    const options = TAKE_BACK[helm]
    const lowest = await lowestDuring(cluster, release.namespace, async () => {
      await release.upgrade({ set: [...AT_ONCE, 'commonLabels.changed=yes'], options })
      await release.rollback(options)
    })
    expect(lowest.get('causeway-ingest')?.ready).toBeGreaterThanOrEqual(2)
    expect(await release.replicas('ingest')).toBe(2)
  })

  test('a helm 4 that is not told so changes nothing', async () => {
    const release = await Release.open(cluster, 'by-hand-refused', 'helm4')
    await release.upgrade({})
    await release.kubectl('scale', 'deployment/causeway-ingest', '--replicas=5')
    const upgrade = release.upgrade({ set: ['commonLabels.changed=yes'] })
    await expect(upgrade).rejects.toThrow(/conflict/)
    await release.ready('ingest', 5)
  })
})
