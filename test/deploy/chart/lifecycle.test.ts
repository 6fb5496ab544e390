import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { ROOT } from '../../../stack/root.ts'
import { describeUnless } from '../../support/describeUnless.ts'
import { toolsLack } from '../tools/tools.ts'
import { containersOf, get, named, podOf, renderChart } from './render.ts'

const SERVICES = ['ingest', 'bridge', 'gateway', 'account'] as const
/** What runService may take after the drain, by its watchdog: closing, the log, and two seconds more. */
const AFTER_DRAIN = watchdogSeconds()
const MARGIN = 5

describeUnless(toolsLack)('a pod', () => {
  test.each(SERVICES)('of %s has more time to stop than it can take', async (service) => {
    const objects = await renderChart('ha', ['--set', `${service}.drainSeconds=47`])
    const deployment = named(objects, 'Deployment', `causeway-${service}`)
    const config = named(objects, 'ConfigMap', `causeway-${service}`)
    const [container] = containersOf(deployment)
    const preStop = get<number>(container, 'lifecycle.preStop.sleep.seconds')
    const grace = get<number>(podOf(deployment), 'spec.terminationGracePeriodSeconds')
    expect(get(config, 'data.DRAIN_SECONDS')).toBe('47')
    expect(preStop).toBeGreaterThanOrEqual(1)
    expect(grace).toBeGreaterThanOrEqual(preStop + 47 + AFTER_DRAIN + MARGIN)
  })

  test('of the edge has more time to stop than nginx gives its workers', async () => {
    const objects = await renderChart('ha')
    const deployment = named(objects, 'Deployment', 'causeway-edge')
    const conf = get<Record<string, string>>(named(objects, 'ConfigMap', 'causeway-edge'), 'data')
    const [, shutdown] = /worker_shutdown_timeout (\d+)s/.exec(conf['nginx.conf'] ?? '') ?? []
    const [container] = containersOf(deployment)
    const preStop = get<number>(container, 'lifecycle.preStop.sleep.seconds')
    expect(
      get<number>(podOf(deployment), 'spec.terminationGracePeriodSeconds'),
    ).toBeGreaterThanOrEqual(preStop + Number(shutdown) + MARGIN)
  })

  test.each([...SERVICES, 'edge'])(
    'of %s has three probes, and liveness asks a private port',
    async (service) => {
      const [container] = containersOf(
        named(await renderChart('ha'), 'Deployment', `causeway-${service}`),
      )
      const path = (probe: string) => get<string>(container, `${probe}.httpGet.path`)
      const isEdge = service === 'edge'
      expect(['startupProbe', 'livenessProbe', 'readinessProbe'].map(path)).toEqual(
        isEdge ? ['/nginx_status', '/nginx_status', '/'] : ['/live', '/live', '/ready'],
      )
      expect(get(container, 'livenessProbe.httpGet.port')).toBe(isEdge ? 'status' : 'metrics')
    },
  )

  test.each([...SERVICES, 'edge'])(
    'of %s is replaced only by one that is ready',
    async (service) => {
      const objects = await renderChart('ha')
      const deployment = named(objects, 'Deployment', `causeway-${service}`)
      expect(get(deployment, 'spec.strategy.rollingUpdate')).toEqual({
        // Sixty gateways one by one would take more than half an hour.
        maxSurge: service === 'gateway' ? '10%' : 1,
        maxUnavailable: 0,
      })
      const scaler = objects.find(
        ({ kind, metadata }) =>
          kind === 'HorizontalPodAutoscaler' && metadata.name === deployment.metadata.name,
      )
      const pods =
        get<number | undefined>(deployment, 'spec.replicas') ??
        get<number>(scaler, 'spec.maxReplicas')
      const grace = get<number>(podOf(deployment), 'spec.terminationGracePeriodSeconds')
      const ready = get<number>(deployment, 'spec.minReadySeconds')
      expect(get<number>(deployment, 'spec.progressDeadlineSeconds')).toBeGreaterThan(
        pods * (grace + ready),
      )
    },
  )
})

describeUnless(toolsLack)('the number of gateways', () => {
  test.each([
    ['hpa', 'HorizontalPodAutoscaler'],
    ['keda', 'ScaledObject'],
  ])('is set by %s only, if that is chosen', async (kind, object) => {
    const chosen = [
      '--set',
      `gateway.autoscaling.kind=${kind},gateway.autoscaling.prometheusUrl=http://p`,
    ]
    // As Helm upgrades, and as Spinnaker does, for which every deploy is an installation.
    for (const args of [chosen, [...chosen, '--is-upgrade']]) {
      const objects = await renderChart('small', args)
      const gateway = named(objects, 'Deployment', 'causeway-gateway')
      expect(gateway).not.toHaveProperty('spec.replicas')
      expect(gateway.metadata.annotations).toEqual({
        'strategy.spinnaker.io/use-source-capacity': 'true',
      })
      const scalers = objects.filter((each) =>
        ['HorizontalPodAutoscaler', 'ScaledObject'].includes(each.kind),
      )
      expect(scalers.map((each) => each.kind)).toEqual([object])
    }
  })

  test('rises at once and falls slowly', async () => {
    const scaler = named(await renderChart('ha'), 'HorizontalPodAutoscaler', 'causeway-gateway')
    expect(get(scaler, 'spec.metrics.0')).toEqual({
      type: 'Pods',
      pods: {
        metric: { name: 'causeway_gateway_streams' },
        target: { type: 'AverageValue', averageValue: '10000' },
      },
    })
    expect(get(scaler, 'spec.behavior.scaleUp')).toMatchObject({ stabilizationWindowSeconds: 0 })
    expect(get(scaler, 'spec.behavior.scaleDown')).toMatchObject({
      stabilizationWindowSeconds: 600,
      policies: [{ type: 'Pods', value: 1, periodSeconds: 300 }],
    })
  })

  test('is a replica count if nothing scales it', async () => {
    const objects = await renderChart('small')
    expect(get(named(objects, 'Deployment', 'causeway-gateway'), 'spec.replicas')).toBe(2)
  })
})

describeUnless(toolsLack)('a disruption budget', () => {
  test('exists for each component with more than one pod, and lets one go', async () => {
    const objects = await renderChart('everything')
    const budgets = objects.filter(({ kind }) => kind === 'PodDisruptionBudget')
    // There may be only one gateway or one edge: a budget would block the drain of a node for ever.
    expect(budgets.map(({ metadata }) => metadata.name)).toEqual(
      ['ingest', 'bridge', 'account'].map((each) => `causeway-relay-${each}`),
    )
    for (const budget of budgets) {
      expect(get(budget, 'spec')).toMatchObject({ maxUnavailable: 1 })
      expect(budget).not.toHaveProperty('spec.minAvailable')
    }
  })
})

function watchdogSeconds(): number {
  const source = readFileSync(join(ROOT, 'chassis/lifecycle.ts'), 'utf8')
  const constant = (name: string) =>
    Number(new RegExp(`const ${name} = (\\d+)`).exec(source)?.[1] ?? Number.NaN)
  const [, more] = /drainSeconds \+ CLOSE_SECONDS \+ FLUSH_SECONDS \+ (\d+)/.exec(source) ?? []
  return constant('CLOSE_SECONDS') + constant('FLUSH_SECONDS') + Number(more)
}
