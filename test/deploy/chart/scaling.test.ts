import { expect, test } from '@jest/globals'
import { describeUnless } from '../../support/describeUnless.ts'
import { toolsLack } from '../tools/tools.ts'
import { get, type KubernetesObject, named, renderChart } from './render.ts'

const scaler = (objects: KubernetesObject[], component: string) =>
  named(objects, 'HorizontalPodAutoscaler', `causeway-${component}`)

describeUnless(toolsLack)('the autoscalers', () => {
  test('of gateways look at streams and at CPU, and take the larger number', async () => {
    const objects = await renderChart('ha')
    const metrics = get<object[]>(scaler(objects, 'gateway'), 'spec.metrics')
    expect(metrics).toMatchObject([
      { type: 'Pods', pods: { metric: { name: 'causeway_gateway_streams' } } },
      { resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
    ])
    const keda = named(await renderChart('everything'), 'ScaledObject', 'causeway-relay-gateway')
    expect(get(keda, 'spec.triggers')).toMatchObject([
      { type: 'prometheus', metadata: { threshold: '10000' } },
      { type: 'cpu', metricType: 'Utilization', metadata: { value: '150' } },
    ])
  })

  test('of the edge look at its memory in bytes, and fall as slowly as the gateways’', async () => {
    const objects = await renderChart('ha')
    const edge = scaler(objects, 'edge')
    expect(get(edge, 'spec.metrics.0')).toEqual({
      type: 'Resource',
      resource: {
        name: 'memory',
        target: { type: 'AverageValue', averageValue: String(Math.floor(1024 ** 3 * 0.6)) },
      },
    })
    expect(get(edge, 'spec.behavior')).toEqual(get(scaler(objects, 'gateway'), 'spec.behavior'))
    expect(named(objects, 'Deployment', 'causeway-edge')).not.toHaveProperty('spec.replicas')
  })

  test('of ingests look at CPU', async () => {
    const objects = await renderChart('ha')
    expect(get(scaler(objects, 'ingest'), 'spec')).toMatchObject({
      minReplicas: 3,
      maxReplicas: 12,
      metrics: [{ resource: { name: 'cpu', target: { averageUtilization: 80 } } }],
    })
  })

  test('let KEDA take over: Helm makes its object before it deletes theirs', async () => {
    const { metadata } = scaler(await renderChart('ha'), 'gateway')
    expect(metadata.annotations).toEqual({ 'validations.keda.sh/hpa-ownership': 'false' })
    const keda = named(await renderChart('everything'), 'ScaledObject', 'causeway-relay-gateway')
    expect(get(keda, 'spec.advanced.restoreToOriginalReplicaCount')).toBe(false)
  })
})

describeUnless(toolsLack)('scaling down takes the emptiest pod', () => {
  const on = [
    '--set',
    'gateway.deletionCost.enabled=true,gateway.deletionCost.admissionPolicy=true',
  ]

  test('only if somebody asks for it: a token that may patch pods is no default', async () => {
    const kinds = (await renderChart('ha')).map(({ kind }) => kind)
    for (const kind of ['Role', 'RoleBinding', 'ValidatingAdmissionPolicy']) {
      expect(kinds).not.toContain(kind)
    }
  })

  test('by a right that the gateways alone have, for their own pods', async () => {
    const objects = await renderChart('small', on)
    const role = named(objects, 'Role', 'causeway-gateway-deletion-cost')
    expect(get(role, 'rules')).toEqual([{ apiGroups: [''], resources: ['pods'], verbs: ['patch'] }])
    const binding = named(objects, 'RoleBinding', 'causeway-gateway-deletion-cost')
    expect(get(binding, 'subjects')).toEqual([
      { kind: 'ServiceAccount', name: 'causeway-gateway', namespace: 'default' },
    ])
    const tokens = objects
      .filter(({ kind }) => kind === 'Deployment')
      .filter((each) => get(each, 'spec.template.spec.automountServiceAccountToken') === true)
    expect(tokens.map(({ metadata }) => metadata.name)).toEqual(['causeway-gateway'])
    const env = get<{ name: string }[]>(tokens[0], 'spec.template.spec.containers.0.env')
    expect(env.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['POD_NAME', 'POD_NAMESPACE']),
    )
    const policy = JSON.stringify(named(objects, 'NetworkPolicy', 'causeway-gateway'))
    expect(policy).toContain('"port":6443')
    const admission = 'default-causeway-gateway-deletion-cost'
    const bound = named(objects, 'ValidatingAdmissionPolicyBinding', admission)
    expect(get(bound, 'spec')).toEqual({ policyName: admission, validationActions: ['Deny'] })
    expect(JSON.stringify(named(objects, 'ValidatingAdmissionPolicy', admission))).toContain(
      'system:serviceaccount:default:causeway-gateway',
    )
  })
})
