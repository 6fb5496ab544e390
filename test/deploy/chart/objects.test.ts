import { expect, test } from '@jest/globals'
import { bridgeConfig } from '../../../bridge/config.ts'
import { parseConfig } from '../../../chassis/config.ts'
import { gatewayConfig } from '../../../gateway/config.ts'
import { ingestConfig } from '../../../ingest/config.ts'
import { describeUnless } from '../tools/describeUnless.ts'
import { toolsLack } from '../tools/tools.ts'
import {
  containersOf,
  get,
  type KubernetesObject,
  named,
  podOf,
  PROFILES,
  renderChart,
  renderText,
  WORKLOADS,
} from './render.ts'

const SERVICES = { ingest: ingestConfig, bridge: bridgeConfig, gateway: gatewayConfig }
const workloads = (objects: KubernetesObject[]) =>
  objects.filter(({ kind }) => WORKLOADS.includes(kind))
const isSelected = (selector: Record<string, string>, labels: Record<string, string> = {}) =>
  Object.entries(selector).every(([key, value]) => labels[key] === value)

describeUnless(toolsLack).each(PROFILES)('with the values %s', (profile) => {
  test('every pod is restricted', async () => {
    for (const object of workloads(await renderChart(profile))) {
      const { spec } = podOf(object)
      expect(spec).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        serviceAccountName: expect.stringMatching(/./),
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      })
      for (const container of containersOf(object)) {
        expect(container).toMatchObject({
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          resources: {
            requests: { cpu: expect.anything(), memory: expect.anything() },
            limits: { memory: expect.anything() },
          },
        })
        expect(container['image']).toMatch(/(:[^/]+|@sha256:[0-9a-f]{64})$/)
        expect(container['image']).not.toMatch(/:latest$/)
        // No CPU limit, and no shell.
        expect(get(container, 'resources.limits')).not.toHaveProperty('cpu')
        expect(get<string[]>(container, 'command')[0]).toMatch(/^(node|nginx|mosquitto)$/)
      }
    }
  })

  test('each pod is selected by its own kind alone, also after Spinnaker has relabelled', async () => {
    const objects = (await renderChart(profile)).map(relabelled)
    const pods = workloads(objects).map((object) => podOf(object).metadata.labels ?? {})
    for (const object of objects) {
      const selector = selectorOf(object)
      if (selector === undefined) continue
      expect(selector).not.toHaveProperty(['app.kubernetes.io/managed-by'])
      const hit = pods.filter((labels) => isSelected(selector, labels))
      expect(hit.map((labels) => labels['app.kubernetes.io/component'])).toEqual([
        object.metadata.labels?.['app.kubernetes.io/component'],
      ])
    }
  })

  test('nothing is set that belongs to the cluster or to the namespace’s owner', async () => {
    for (const { kind, metadata } of await renderChart(profile)) {
      expect(metadata.namespace).toBeUndefined()
      expect(kind).not.toMatch(/^(Cluster|Namespace|CustomResource|Role|StorageClass)/)
    }
  })
})

describeUnless(toolsLack)('what the chart tells a service', () => {
  test.each(PROFILES.filter((profile) => profile !== 'migration'))(
    'is a configuration that it takes: %s',
    async (profile) => {
      const objects = await renderChart(profile)
      for (const [service, schema] of Object.entries(SERVICES)) {
        const env = environment(objects, service)
        expect(parseConfig(service, schema, { env, argv: [] })).toHaveProperty('config')
        // Nothing that it would not read, but for Node's own.
        const known = [...Object.keys(schema.shape), 'NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS']
        expect(Object.keys(env).filter((name) => !known.includes(name))).toEqual([])
      }
    },
  )

  test('holds numbers as they were written, and heap and memory below the limit', async () => {
    const objects = await renderChart('everything')
    expect(environment(objects, 'ingest')).toMatchObject({
      APPEND_QUEUE_BYTES: '268435456',
      LOG_ID: '3',
      NODE_OPTIONS: `--max-old-space-size=${Math.floor(384 * 0.6)}`,
    })
    expect(environment(await renderChart('ha'), 'gateway')).toMatchObject({
      MAX_STREAMS: '20000',
      MAX_MEMORY_BYTES: String(Math.floor(2 * 1024 ** 3 * 0.8)),
    })
  })
})

describeUnless(toolsLack)('an authority of one’s own', () => {
  test.each([
    ['external-tls', { secret: expect.objectContaining({ secretName: 'causeway-ca' }) }],
    ['ha', { configMap: { name: 'own-ca' } }],
  ] as const)('is given to whoever connects to the outside: %s', async (profile, source) => {
    const given = workloads(await renderChart(profile)).filter((object) =>
      get<{ name: string }[]>(podOf(object).spec, 'volumes')?.some(isAuthority),
    )
    expect(given.map(({ metadata }) => metadata.name.replace('causeway-', '')).toSorted()).toEqual([
      'bridge',
      'gateway',
      'ingest',
      'migrate',
    ])
    for (const object of given) {
      const volumes = get<{ name: string }[]>(podOf(object).spec, 'volumes')
      expect(volumes.find(isAuthority)).toMatchObject(source)
      const mounts = get<object[]>(containersOf(object)[0], 'volumeMounts')
      expect(mounts).toContainEqual({ name: 'ca', mountPath: '/etc/causeway/ca', readOnly: true })
    }
    const env = environment(await renderChart(profile), 'gateway')
    expect(env['NODE_EXTRA_CA_CERTS']).toBe('/etc/causeway/ca/ca.crt')
  })
})

describeUnless(toolsLack)('a value', () => {
  test.each([
    ['a key is misspelt', ['--set', 'gateway.replica=3'], /additional properties|not allowed/i],
    ['a variable does not exist', ['--set', 'gateway.config.HEARTBEATS=3'], /HEARTBEATS/],
    ['a number is none', ['--set', 'gateway.replicas=many'], /integer/],
    ['the tag is latest', ['--set', 'image.tag=latest'], /tag/],
    ['the digest is cut', ['--set', 'image.digest=sha256:12'], /digest/],
    ['an autoscaler is unknown', ['--set', 'gateway.autoscaling.kind=both'], /kind/],
    ['keda has no Prometheus', ['--set', 'gateway.autoscaling.kind=keda'], /prometheusUrl/],
    [
      'the broker is open by mistake',
      ['--set', 'mosquitto.enabled=true,mosquitto.passwordSecret=p'],
      /mosquitto\.tlsSecret/,
    ],
    [
      'there are authorities twice',
      ['--set', 'caBundle.existingSecret=a,caBundle.existingConfigMap=b'],
      /caBundle/,
    ],
    ['a memory limit has a fraction', ['--set', 'ingest.resources.limits.memory=1.5Gi'], /memory/],
  ])('is refused where %s', (_, args, message) => {
    expect(() => renderText('small', args)).toThrow(message)
  })
})

const isAuthority = ({ name }: { name: string }): boolean => name === 'ca'

/** As clouddriver does it to every object and to the pods of every workload. */
function relabelled(object: KubernetesObject): KubernetesObject {
  const mark = { 'app.kubernetes.io/managed-by': 'spinnaker', 'app.kubernetes.io/name': 'causeway' }
  const copy = structuredClone(object)
  // Spinnaker leaves a name that is there; ours may be another by nameOverride.
  copy.metadata.labels = {
    ...mark,
    ...copy.metadata.labels,
    'app.kubernetes.io/managed-by': 'spinnaker',
  }
  if (WORKLOADS.includes(object.kind) && object.kind !== 'Pod') {
    const { metadata } = podOf(copy)
    metadata.labels = { ...mark, ...metadata.labels, 'app.kubernetes.io/managed-by': 'spinnaker' }
  }
  return copy
}

/** Of objects that select one kind of pod. */
function selectorOf(object: KubernetesObject): Record<string, string> | undefined {
  if (object.metadata.labels?.['app.kubernetes.io/component'] === undefined) return undefined
  if (object.kind === 'Service') return get(object, 'spec.selector')
  if (object.kind === 'NetworkPolicy') return get(object, 'spec.podSelector.matchLabels')
  if (['Deployment', 'StatefulSet', 'PodDisruptionBudget'].includes(object.kind)) {
    return get(object, 'spec.selector.matchLabels')
  }
  return undefined
}

/** The whole environment of a service, with addresses in place of what is in the Secret. */
function environment(objects: KubernetesObject[], service: string): Record<string, string> {
  const name = objects
    .map(({ metadata }) => metadata.name)
    .find((each) => each.endsWith(`-${service}`))
  const [container] = containersOf(named(objects, 'Deployment', name ?? ''))
  const env = get<{ name: string; value?: string }[]>(container, 'env')
  const secrets: Record<string, string> = {
    DATABASE_URL: 'postgres://p/d',
    REDIS_URL: 'redis://r',
    MQTT_URL: 'mqtts://m',
    COPY_KEYS: 'k'.repeat(43),
  }
  return {
    ...get<Record<string, string>>(named(objects, 'ConfigMap', name ?? ''), 'data'),
    ...Object.fromEntries(env.map((each) => [each.name, each.value ?? secrets[each.name] ?? ''])),
  }
}
