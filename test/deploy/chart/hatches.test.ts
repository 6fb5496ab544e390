import { expect, test } from '@jest/globals'
import { describeUnless } from '../../support/describeUnless.ts'
import { toolsLack } from '../tools/tools.ts'
import { containersOf, get, named, podOf, renderChart, WORKLOADS } from './render.ts'

const RELEASE = 'causeway-relay'

describeUnless(toolsLack)('what a team may add', () => {
  test('annotations of all objects and all pods', async () => {
    for (const object of await renderChart('everything')) {
      expect(object.metadata.annotations).toMatchObject({ 'example.org/owner': 'realtime' })
      if (!['Deployment', 'Job'].includes(object.kind)) continue
      expect(podOf(object).metadata.annotations).toMatchObject({ 'example.org/owner': 'realtime' })
    }
  })

  test('annotations of a Deployment, its account and its pods, and labels of its pods', async () => {
    const objects = await renderChart('everything')
    const deployment = named(objects, 'Deployment', `${RELEASE}-ingest`)
    expect(deployment.metadata.annotations).toMatchObject({ 'reloader.example.org/auto': 'true' })
    expect(podOf(deployment).metadata).toMatchObject({
      annotations: { 'example.org/note': 'ingest' },
      labels: { sidecar: 'no' },
    })
    const account = named(objects, 'ServiceAccount', `${RELEASE}-ingest`)
    expect(account.metadata.annotations).toMatchObject({ 'example.org/role': 'causeway-ingest' })
    const job = objects.find(({ kind }) => kind === 'Job')
    expect(get(job, 'spec.template')).toMatchObject({
      metadata: { annotations: { 'sidecar.istio.io/inject': 'false' } },
      spec: { tolerations: [{ operator: 'Exists' }] },
    })
  })

  test('variables, volumes and settings of the kernel', async () => {
    const deployment = named(await renderChart('everything'), 'Deployment', `${RELEASE}-ingest`)
    const [container] = containersOf(deployment)
    expect(get(container, 'env')).toContainEqual({
      name: 'HTTPS_PROXY',
      value: 'http://proxy.example.org:3128',
    })
    expect(get(container, 'volumeMounts')).toContainEqual({
      name: 'more',
      mountPath: '/etc/more',
      readOnly: true,
    })
    expect(podOf(deployment).spec).toMatchObject({
      volumes: expect.arrayContaining([{ name: 'more', configMap: { name: 'more' } }]),
      securityContext: { sysctls: [{ name: 'net.ipv4.tcp_syncookies', value: '1' }] },
    })
  })

  test('nothing of users and groups, which OpenShift chooses', async () => {
    const workloads = (await renderChart('everything')).filter(({ kind }) =>
      WORKLOADS.includes(kind),
    )
    for (const object of workloads.filter(({ kind }) => kind !== 'StatefulSet')) {
      const security = get<object>(podOf(object).spec, 'securityContext')
      expect(security).toMatchObject({ runAsNonRoot: true })
      expect(Object.keys(security).filter((key) => /runAsUser|Group/.test(key))).toEqual([])
    }
  })

  test('a family policy of the Services; pods listen on IPv6 and IPv4 alike', async () => {
    const objects = await renderChart('everything')
    for (const service of objects.filter(({ kind }) => kind === 'Service')) {
      // A pod's two addresses would count as two pods at the edge.
      const isHeadless = service.metadata.name.endsWith('-pods')
      const policy = isHeadless ? undefined : 'PreferDualStack'
      expect(get(service, 'spec.ipFamilyPolicy')).toBe(policy)
    }
    const [container] = containersOf(named(objects, 'Deployment', `${RELEASE}-gateway`))
    expect(get(container, 'env')).toEqual(
      expect.arrayContaining([
        { name: 'HOST', value: '::' },
        { name: 'METRICS_HOST', value: '::' },
      ]),
    )
  })

  test('no pod keeps a node from being removed by the volume for its temporary files', async () => {
    for (const object of await renderChart('ha')) {
      if (object.kind !== 'Deployment') continue
      const local = get<{ name: string; emptyDir?: object }[]>(podOf(object).spec, 'volumes')
        .filter(({ emptyDir }) => emptyDir !== undefined)
        .map(({ name }) => name)
      expect(podOf(object).metadata.annotations).toMatchObject({
        'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes': local.join(','),
      })
    }
  })
})
