import { expect, test } from '@jest/globals'
import { describeUnless } from '../../support/describeUnless.ts'
import { toolsLack } from '../tools/tools.ts'
import { get, type KubernetesObject, named, podOf, renderChart } from './render.ts'

const selector = (component: string) => ({
  matchLabels: {
    'app.kubernetes.io/name': 'causeway',
    'app.kubernetes.io/instance': 'causeway',
    'app.kubernetes.io/component': component,
  },
})

async function job(changes = ''): Promise<KubernetesObject> {
  const objects = await renderChart('small', ['--set', `migrations.mode=job${changes}`])
  const [found] = objects.filter(({ kind }) => kind === 'Job')
  if (found === undefined) throw new Error('There is no Job')
  return found
}

/** An API server refuses to change these in place, so an upgrade that changes them fails. */
describeUnless(toolsLack)('an upgrade', () => {
  test.each(['ingest', 'bridge', 'gateway', 'account', 'edge'])(
    'finds the selector of %s as the first release had it',
    async (component) => {
      const deployment = named(await renderChart('ha'), 'Deployment', `causeway-${component}`)
      expect(get(deployment, 'spec.selector')).toEqual(selector(component))
    },
  )

  test('finds the broker as the first release had it', async () => {
    const broker = named(await renderChart('laptop'), 'StatefulSet', 'causeway-mosquitto')
    const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
    expect(get(broker, 'spec')).toMatchObject({
      serviceName: 'causeway-mosquitto',
      selector: selector('mosquitto'),
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claim }],
    })
    expect(get(broker, 'spec')).not.toHaveProperty('podManagementPolicy')
  })

  test.each(['migrations.resources.limits.memory=1Gi', 'commonLabels.a=b', 'image.tag=2.0'])(
    'makes another Job instead of changing one: %s',
    async (change) => {
      const [old, next] = [await job(), await job(`,${change}`)]
      expect(podOf(next)).not.toEqual(podOf(old))
      expect(next.metadata.name).not.toBe(old.metadata.name)
    },
  )
})
