import { expect, test } from '@jest/globals'
import { describeUnless } from '../../support/describeUnless.ts'
import { comesTrue } from '../../support/waitFor.ts'
import { PROFILES } from '../chart/render.ts'
import { ownCluster } from './ownCluster.ts'
import { clusterLack } from './paths.ts'
import { Release } from './release.ts'

/** Helm 4 applies by the server and waits otherwise, which matters with most objects and with an autoscaler. */
const INSTALLATIONS = [
  ...PROFILES.map((profile) => ({ profile, helm: 'helm3' as const })),
  { profile: 'ha', helm: 'helm4' } as const,
  { profile: 'everything', helm: 'helm4' } as const,
]

describeUnless(clusterLack)('an API server under the standard "restricted"', () => {
  const cluster = ownCluster()

  test.each(INSTALLATIONS)(
    'takes a release with the values $profile by $helm; its tests pass, and a second upgrade replaces no pod',
    async ({ profile, helm }) => {
      const release = await Release.open(cluster, `profile-${profile}-${helm}`, helm)
      await release.upgrade({ profile })
      const pods = await release.podIds()
      // A release that only migrates has no pods that last, and no test.
      expect(pods.length > 0).toBe(profile !== 'migration')
      const tested = await release.helm('test', release.name)
      expect(/Phase:\s+Succeeded/.test(tested)).toBe(profile !== 'migration')
      await release.upgrade({ profile })
      // The autoscaler may have added some.
      expect(await release.podIds()).toEqual(expect.arrayContaining(pods))
      await release.helm('uninstall', release.name)
    },
  )

  test('has an address for each gateway behind one name, by which the edge finds them', async () => {
    const pods = 4
    const release = await Release.open(cluster, 'headless')
    await release.upgrade({ set: [`gateway.replicas=${pods}`] })
    const selector = '--selector=app.kubernetes.io/component=gateway'
    const path = '--output=jsonpath={.items[*].spec.clusterIP}'
    expect(await release.kubectl('get', 'service', selector, path)).toContain('None')
    const addresses = '--output=jsonpath={.items[*].endpoints[*].addresses[0]}'
    const found = await release.kubectl('get', 'endpointslices', selector, addresses)
    expect(new Set(found.split(' ')).size).toBe(pods)
    await release.helm('uninstall', release.name)
  })

  test('refuses the same release in a namespace if a pod asks for more than the standard allows', async () => {
    const release = await Release.open(cluster, 'profile-refused')
    await release.upgrade({ set: ['tests.enabled=false'] })
    const deployment = ['--namespace', release.namespace, 'patch', 'deployment', 'causeway-bridge']
    const patch = { spec: { template: { spec: { hostNetwork: true } } } }
    await cluster.kubectl(...deployment, '--patch', JSON.stringify(patch))
    const complaint = 'violates PodSecurity "restricted'
    const isRefused = async () => (await release.conditions('bridge')).includes(complaint)
    expect(await comesTrue(isRefused, 30, 500)).toBe(true)
  })
})
