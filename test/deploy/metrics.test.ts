import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { overview } from '../../deploy/grafana/overview.ts'
import { processes } from '../../deploy/grafana/processes.ts'
import { canaryConfig } from '../../deploy/spinnaker/canary.ts'
import type { Stack } from '../../stack/stack.ts'
import { describeUnless } from '../support/describeUnless.ts'
import { TestIssuer } from '../support/testIssuer.ts'
import { testStack } from '../support/testStack.ts'
import { roundTrip } from './tools/roundTrip.ts'
import { metricsOf, rules } from './tools/rules.ts'
import { programLack, run, toolsLack } from './tools/tools.ts'

const SERVICES = ['ingest', 'bridge', 'gateway', 'account']

/** A histogram's three series have one name in front. */
const base = (name: string) => name.replace(/_(bucket|sum|count)$/, '')

let stack: Stack
let token: string
/** What each kind of service shows to Prometheus, after a message that one reader got live and another on its return. */
const pages = new Map<string, string>()

beforeAll(async () => {
  const issuer = await TestIssuer.create()
  stack = await testStack({ bridges: 1, gateways: 1, auth: 'required', env: () => issuer.env() })
  await fetch(`${stack.origin}/account/methods`)
  token = await issuer.token('service:reader', { grants: ['read,write a'] })
  const { lastEventId } = await roundTrip(stack.origin, token)
  await roundTrip(stack.origin, token, lastEventId)
  for (const { role, metricsUrl = '' } of stack.processes) {
    if (!SERVICES.includes(role)) continue
    pages.set(role, await (await fetch(`${metricsUrl}/metrics`)).text())
  }
  const edge = stack.processes.find(({ role }) => role === 'nginx')
  pages.set('edge', await (await fetch(new URL('/metrics', edge?.metricsUrl))).text())
}, 60_000)
afterAll(() => stack?.stop(), 60_000)

test('metrics are on a private port, and nowhere that the public can reach', async () => {
  for (const { role, url } of stack.processes) {
    if (!['ingest', 'gateway', 'account'].includes(role)) continue
    // Without a token ingest tells nobody what it has.
    const headers = { Authorization: `Bearer ${token}` }
    expect((await fetch(`${url}/metrics`, { headers })).status).toBe(404)
  }
  expect((await fetch(`${stack.origin}/metrics`)).status).toBe(404)
})

describeUnless(programLack('promtool'))('the metrics', () => {
  test.each(SERVICES)('of %s are named as Prometheus wants it', (role) => {
    const lines = (pages.get(role) ?? '').split('\n')
    // prom-client names those of Node and the process.
    const ours = lines.filter((line) => /^(# (HELP|TYPE) )?causeway_/.test(line))
    expect(ours.length).toBeGreaterThan(10)
    expect(() => run('promtool', ['check', 'metrics'], `${ours.join('\n')}\n`)).not.toThrow()
  })
})

describeUnless(toolsLack)('the metrics', () => {
  test('are all that dashboards and rules ask for, and each of ours is asked for', async () => {
    const shown = new Set(
      [...[...pages.values()].join('\n').matchAll(/^# TYPE (\S+) (\w+)/gm)].flatMap(
        ([, name = '', type]) =>
          type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name],
      ),
    )
    const queries = [overview, processes]
      .flatMap(({ rows }) => rows.flatMap(({ panels }) => panels))
      .flatMap((panel) => panel.queries.map(({ promql }) => promql))
      .map((promql) => promql.replaceAll('$in', 'job="x"').replaceAll('$__rate_interval', '5m'))
    const known = await rules()
    const recorded = new Set(known.map(({ record }) => record))
    const exprs = [...queries, ...known.map(({ expr }) => expr)]
    const asked = new Set((await Promise.all(exprs.map(metricsOf))).flat())
    expect([...asked].filter((name) => !shown.has(name) && !recorded.has(name))).toEqual([])
    // It is enough to ask for one of a histogram's three.
    const bases = new Set([...asked].map(base))
    const ours = [...shown].filter((name) => name.startsWith('causeway_'))
    expect(ours.filter((name) => !bases.has(base(name)))).toEqual([])
  })
})

/** Every series that Kayenta asks for, with the labels that a service itself gives it. */
const judged = canaryConfig.metrics.flatMap(({ query }) =>
  [...query.customInlineTemplate.matchAll(/([a-z0-9_]+)\{([^}]*(?:\}[^}]*)*?)\}(?=\)|\[)/g)].map(
    ([, name = '', labels = '']): [string, string[]] => [
      name,
      labels.split(',').filter((label) => /^(route|method|since)=/.test(label)),
    ],
  ),
)

test('the canary is judged by one series of each metric at least', () => {
  expect(judged.length).toBeGreaterThanOrEqual(canaryConfig.metrics.length)
})

test.each(judged)('a service shows what the canary is judged by: %s %j', (name, labels) => {
  const lines = [...pages.values()].join('\n').split('\n')
  const found = lines.filter(
    (line) =>
      new RegExp(`^${name}[ {]`).test(line) && labels.every((label) => line.includes(label)),
  )
  expect([name, found.length > 0]).toEqual([name, true])
})

test('the delivery lag is that of a message that was just posted', () => {
  const [count, sum] = ['count', 'sum'].map((part) =>
    Number(
      new RegExp(`^causeway_gateway_delivery_lag_seconds_${part} (.*)$`, 'm').exec(
        pages.get('gateway') ?? '',
      )?.[1],
    ),
  )
  expect(count).toBeGreaterThanOrEqual(2)
  expect(sum).toBeLessThan(10)
})
