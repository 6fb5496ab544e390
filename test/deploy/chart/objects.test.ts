import { expect, test } from '@jest/globals'
import { accountConfig } from '../../../account/config.ts'
import { bridgeConfig } from '../../../bridge/config.ts'
import { parseConfig } from '../../../chassis/config.ts'
import { gatewayConfig } from '../../../gateway/config.ts'
import { ingestConfig } from '../../../ingest/config.ts'
import { describeUnless } from '../../support/describeUnless.ts'
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

const SERVICES = {
  ingest: ingestConfig,
  bridge: bridgeConfig,
  gateway: gatewayConfig,
  account: accountConfig,
}
const workloads = (objects: KubernetesObject[]) =>
  objects.filter(({ kind }) => WORKLOADS.includes(kind))
const isSelected = (selector: Record<string, string>, labels: Record<string, string> = {}) =>
  Object.entries(selector).every(([key, value]) => labels[key] === value)

describeUnless(toolsLack).each(PROFILES)('with the values %s', (profile) => {
  test('every pod meets the restricted standard, names its image and bounds its memory', async () => {
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

  test('each selector matches the pods of its own component only', async () => {
    const objects = await renderChart(profile)
    const pods = workloads(objects).map((object) => podOf(object).metadata.labels ?? {})
    for (const object of objects) {
      const selector = selectorOf(object)
      if (selector === undefined) continue
      // Spinnaker puts its own name into this label of every pod.
      expect(selector).not.toHaveProperty(['app.kubernetes.io/managed-by'])
      const hit = pods.filter((labels) => isSelected(selector, labels))
      const components = new Set(hit.map((labels) => labels['app.kubernetes.io/component']))
      expect([...components]).toEqual([object.metadata.labels?.['app.kubernetes.io/component']])
      // Bridges of several parts of the logs are one component; each Deployment has its own pods.
      const isAlone = object.kind !== 'Deployment' || hit.length === 1
      expect([object.metadata.name, isAlone]).toEqual([object.metadata.name, true])
    }
  })

  test('no object belongs to the cluster or names a namespace', async () => {
    for (const { kind, metadata } of await renderChart(profile)) {
      expect(metadata.namespace).toBeUndefined()
      expect(kind).not.toMatch(/^(Cluster|Namespace|CustomResource|Role|StorageClass)/)
    }
  })
})

describeUnless(toolsLack)('the environment of a service', () => {
  test.each(PROFILES.filter((profile) => profile !== 'migration'))(
    'is a configuration that the service accepts, with the values %s',
    async (profile) => {
      const objects = await renderChart(profile)
      for (const [service, schema] of Object.entries(SERVICES)) {
        const env = environment(objects, service)
        expect(parseConfig(service, schema, { env, argv: [] })).toHaveProperty('config')
        // Besides Node's own variables it holds only what the service reads: also of other servers of a layout.
        const known = [...Object.keys(schema.shape), 'NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS']
        const read = (name: string) => known.includes(name.replace(/_URL_(B|X|EAST)$/, '_URL'))
        // One of extraEnv in the values "everything".
        expect(Object.keys(env).filter((name) => !read(name) && name !== 'HTTPS_PROXY')).toEqual([])
      }
    },
  )

  test('holds numbers as they were written, and keeps heap and memory below the limit', async () => {
    const objects = await renderChart('everything')
    expect(environment(objects, 'ingest')).toMatchObject({
      APPEND_QUEUE_BYTES: '268435456',
      NODE_OPTIONS: `--max-old-space-size=${Math.floor(384 * 0.6)}`,
    })
    expect(environment(await renderChart('ha'), 'gateway')).toMatchObject({
      MAX_STREAMS: '20000',
      MAX_MEMORY_BYTES: String(Math.floor(2 * 1024 ** 3 * 0.8)),
    })
  })
})

describeUnless(toolsLack)('a private certificate authority', () => {
  test.each([
    ['external-tls', { secret: expect.objectContaining({ secretName: 'causeway-ca' }) }],
    ['ha', { configMap: { name: 'own-ca' } }],
  ] as const)(
    'is mounted in every pod that connects to the outside, with the values %s',
    async (profile, source) => {
      const given = workloads(await renderChart(profile)).filter((object) =>
        get<{ name: string }[]>(podOf(object).spec, 'volumes')?.some(isAuthority),
      )
      expect(
        given.map(({ metadata }) => metadata.name.replace('causeway-', '')).toSorted(),
      ).toEqual(['account', 'bridge', 'gateway', 'ingest', 'migrate'])
      for (const object of given) {
        const volumes = get<{ name: string }[]>(podOf(object).spec, 'volumes')
        expect(volumes.find(isAuthority)).toMatchObject(source)
        const mounts = get<object[]>(containersOf(object)[0], 'volumeMounts')
        expect(mounts).toContainEqual({ name: 'ca', mountPath: '/etc/causeway/ca', readOnly: true })
      }
      const env = environment(await renderChart(profile), 'gateway')
      expect(env['NODE_EXTRA_CA_CERTS']).toBe('/etc/causeway/ca/ca.crt')
    },
  )
})

describeUnless(toolsLack)('the chart', () => {
  test.each([
    ['a key is misspelt', ['--set', 'gateway.replica=3'], /additional properties|not allowed/i],
    ['a variable does not exist', ['--set', 'gateway.config.HEARTBEATS=3'], /HEARTBEATS/],
    ['a number is a word', ['--set', 'gateway.replicas=many'], /integer/],
    ['the tag is latest', ['--set', 'image.tag=latest'], /tag/],
    ['the digest is too short', ['--set', 'image.digest=sha256:12'], /digest/],
    ['the autoscaler is unknown', ['--set', 'gateway.autoscaling.kind=both'], /kind/],
    ['keda has no Prometheus', ['--set', 'gateway.autoscaling.kind=keda'], /prometheusUrl/],
    ['the broker is open by mistake', ['--set', 'mosquitto.enabled=true'], /mosquitto\.tlsSecret/],
    [
      'both sources of the authority are set',
      ['--set', 'caBundle.existingSecret=a,caBundle.existingConfigMap=b'],
      /caBundle/,
    ],
    ['a memory limit has a fraction', ['--set', 'ingest.resources.limits.memory=1.5Gi'], /memory/],
  ])('is refused if %s', (_, args, message) => {
    expect(() => renderText('small', args)).toThrow(message)
  })
})

const isAuthority = ({ name }: { name: string }): boolean => name === 'ca'

/** How an object selects pods, if it selects those of one component. */
function selectorOf(object: KubernetesObject): Record<string, string> | undefined {
  if (object.metadata.labels?.['app.kubernetes.io/component'] === undefined) return undefined
  if (object.kind === 'Service') return get(object, 'spec.selector')
  if (object.kind === 'NetworkPolicy') return get(object, 'spec.podSelector.matchLabels')
  if (['Deployment', 'StatefulSet', 'PodDisruptionBudget'].includes(object.kind)) {
    return get(object, 'spec.selector.matchLabels')
  }
  return undefined
}

/** The whole environment of a service, with made-up values for what the Secret holds. */
function environment(objects: KubernetesObject[], service: string): Record<string, string> {
  // With several logs, the bridges of one part.
  const name = objects
    .filter(({ kind }) => kind === 'Deployment')
    .map(({ metadata }) => metadata.name)
    .find((each) => each.includes(`-${service}`))
  const [container] = containersOf(named(objects, 'Deployment', name ?? ''))
  const env = get<{ name: string; value?: string }[]>(container, 'env')
  const secrets: Record<string, string> = {
    DATABASE_URL: 'postgres://p/d',
    REDIS_URL: 'redis://r',
    MQTT_URL: 'mqtts://m',
    COPY_KEYS: 'k'.repeat(43),
    ACCOUNT_KEY: 'A'.repeat(43),
    PROVIDERS: '[]',
  }
  return {
    ...get<Record<string, string>>(named(objects, 'ConfigMap', name ?? ''), 'data'),
    ...Object.fromEntries(env.map((each) => [each.name, each.value ?? secrets[each.name] ?? ''])),
  }
}
