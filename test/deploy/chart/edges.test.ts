import { expect, test } from '@jest/globals'
import { describeUnless } from '../../support/describeUnless.ts'
import { toolsLack } from '../tools/tools.ts'
import { containersOf, get, type KubernetesObject, renderChart, renderText } from './render.ts'

interface Rule {
  from?: Peer[]
  to?: Peer[]
  ports?: { port: string | number; protocol: string }[]
}
interface Peer {
  podSelector?: { matchLabels: Record<string, string> }
  namespaceSelector?: { matchLabels: Record<string, string> }
  ipBlock?: { cidr: string }
}

/** Every connection that the policies allow, in the form `edge -> gateway:http`. */
function edges(objects: KubernetesObject[]): string[] {
  const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy')
  return policies.flatMap((policy) => {
    const me = policy.metadata.labels?.['app.kubernetes.io/component'] ?? 'all'
    return [
      ...ways(get(policy, 'spec.ingress'), (peer, port) => `${peer} -> ${me}:${port}`),
      ...ways(get(policy, 'spec.egress'), (peer, port) => `${me} -> ${peer}:${port}`),
    ]
  })
}

function ways(rules: Rule[] = [], name: (peer: string, port: string) => string): string[] {
  return rules.flatMap(({ from, to, ports = [{ port: '*', protocol: '' }] }) =>
    (from ?? to ?? [{}]).flatMap((peer) =>
      ports.map(({ port }) => name(nameOf(peer), String(port))),
    ),
  )
}

function nameOf({ podSelector, namespaceSelector, ipBlock }: Peer): string {
  return (
    podSelector?.matchLabels['app.kubernetes.io/component'] ??
    namespaceSelector?.matchLabels['kubernetes.io/metadata.name'] ??
    ipBlock?.cidr ??
    'any'
  )
}

/** By UDP and TCP: to Kubernetes' own servers, OpenShift's, and a cache on each node. */
const dns = (...components: string[]) =>
  components.flatMap((each) =>
    ['kube-system', 'openshift-dns', '169.254.20.10/32'].flatMap((server) =>
      [53, 53, 5353, 5353].map((port) => `${each} -> ${server}:${port}`),
    ),
  )

describeUnless(toolsLack)('the network policies', () => {
  test('allow exactly these connections', async () => {
    const objects = await renderChart('ha')
    expect(edges(objects).sort()).toEqual(
      [
        ...dns('account', 'bridge', 'edge', 'gateway', 'ingest', 'migrate', 'test'),
        'gateways -> edge:http',
        'test -> edge:http',
        'edge -> ingest:http',
        'edge -> gateway:http',
        // Both ends of a connection have to allow it.
        'edge -> ingest:http',
        'edge -> gateway:http',
        ...Array<string>(2).fill('edge -> account:http'),
        // For the keys of tokens.
        ...Array<string>(2).fill('ingest -> account:http'),
        ...Array<string>(2).fill('gateway -> account:http'),
        'monitoring -> account:metrics',
        'monitoring -> ingest:metrics',
        'monitoring -> bridge:metrics',
        'monitoring -> gateway:metrics',
        'monitoring -> edge:status',
        ...['ingest', 'bridge', 'gateway', 'account', 'migrate'].map(
          (each) => `${each} -> 10.20.0.0/24:5432`,
        ),
        ...['ingest', 'bridge', 'gateway', 'account'].map((each) => `${each} -> 10.20.1.0/24:6380`),
        ...['ingest', 'bridge', 'account'].map((each) => `${each} -> any:8883`),
        'test -> edge:http',
      ].sort(),
    )
  })

  test.each([
    ['external-tls', ['account -> 10.20.3.0/24:443']],
    ['everything', ['gateway -> any:443', 'ingest -> any:443']],
    ['ha', []],
  ] as const)(
    'lead to identity providers and other issuers only if there are any: %s',
    async (profile, wanted) => {
      const found = edges(await renderChart(profile))
      expect(found.filter((each) => each.endsWith(':443')).sort()).toEqual(wanted)
    },
  )

  test('allow connections to the broker of the chart, and none from it', async () => {
    const found = edges(await renderChart('everything')).filter((each) =>
      each.includes('mosquitto'),
    )
    expect(found.sort()).toEqual([
      '10.30.0.0/16 -> mosquitto:mqtt',
      'account -> mosquitto:mqtt',
      'account -> mosquitto:mqtt',
      'bridge -> mosquitto:mqtt',
      'bridge -> mosquitto:mqtt',
      'ingest -> mosquitto:mqtt',
      'ingest -> mosquitto:mqtt',
    ])
  })

  test('deny everything to every pod that no rule names', async () => {
    const [deny] = (await renderChart('small')).filter(
      ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name.endsWith('-deny'),
    )
    expect(get(deny, 'spec')).toEqual({
      podSelector: {
        matchLabels: {
          'app.kubernetes.io/name': 'causeway',
          'app.kubernetes.io/instance': 'causeway',
        },
      },
      policyTypes: ['Ingress', 'Egress'],
    })
  })

  test('are not bypassed: no Service leads to a private port', async () => {
    const services = (await renderChart('ha')).filter(({ kind }) => kind === 'Service')
    expect(services.map((each) => get(each, 'spec.ports.0.targetPort'))).toEqual(
      services.map(() => 'http'),
    )
  })
})

const images = async (...args: string[]) =>
  (await renderChart('small', args))
    .filter(({ kind, metadata }) => kind === 'Deployment' && /gateway|edge/.test(metadata.name))
    .map((each) => containersOf(each)[0]?.['image'])

describeUnless(toolsLack)('an image', () => {
  test('is named by its digest, else by its tag, else by the chart’s version', async () => {
    const digest = `sha256:${'a'.repeat(64)}`
    expect(await images('--set', `image.digest=${digest},image.tag=x`)).toContain(
      `registry.example.org/causeway/causeway@${digest}`,
    )
    expect(await images()).toEqual([
      'registry.example.org/causeway/causeway-edge:0.1.0',
      'registry.example.org/causeway/causeway:0.1.0',
    ])
  })

  test('comes from the cluster’s mirror if one is set', async () => {
    for (const image of await images('--set', 'global.imageRegistry=mirror.example')) {
      expect(image).toMatch(/^mirror\.example\//)
    }
  })
})

describeUnless(toolsLack)('monitoring', () => {
  test('has a PodMonitor only if prometheus-operator is there and it is not switched off', () => {
    const bare = renderText('small', ['--set', 'monitoring.podMonitor.enabled=never'])
    expect(bare).not.toContain('kind: PodMonitor')
    expect(renderText('small')).toContain('kind: PodMonitor')
  })

  test('keeps the braces in rules and dashboards', () => {
    const text = renderText('ha')
    expect(text).toContain('{{ $value | humanizePercentage }}')
    expect(text).toContain('"legendFormat": "{{outcome}}"')
    expect(text).toContain('"uid": "${datasource}"')
    expect(text).toContain(
      'runbook_url: https://git.example.org/causeway/blob/main/docs/operations.md#',
    )
  })
})
