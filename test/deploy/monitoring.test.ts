import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { render } from '../../deploy/grafana/dashboard.ts'
import { overview } from '../../deploy/grafana/overview.ts'
import { processes } from '../../deploy/grafana/processes.ts'
import { ROOT } from '../../stack/root.ts'
import type { Stack } from '../../stack/stack.ts'
import { testStack } from '../support/testStack.ts'
import { describeUnless } from './tools/describeUnless.ts'
import { load, programLack, run, toolsLack } from './tools/tools.ts'
import { readYaml } from './tools/values.ts'

interface Rule {
  alert?: string
  record?: string
  expr: string
  for?: string
  keep_firing_for?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
}

const RULES = join(ROOT, 'charts/causeway/files/rules.yaml')
const RULES_TEST = join(ROOT, 'deploy/prometheus/causeway.rules.test.yaml')
const promtoolLack = programLack('promtool')

async function rules(): Promise<Rule[]> {
  const { groups }: { groups: { rules: Rule[] }[] } = Object(await readYaml(RULES))
  return groups.flatMap((group) => group.rules)
}

describeUnless(promtoolLack)('the rules', () => {
  test('are well-formed', () => {
    expect(run('promtool', ['check', 'rules', '--lint=all', '--lint-fatal', RULES])).toContain(
      'SUCCESS',
    )
  })

  test('fire when they should, and only then', () => {
    expect(run('promtool', ['test', 'rules', RULES_TEST])).toContain('SUCCESS')
  })
})

describeUnless(toolsLack)('each alert', () => {
  test('says how bad it is, what it is and what to do, in a place that exists', async () => {
    const page = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8')
    for (const rule of (await rules()).filter(({ alert }) => alert !== undefined)) {
      expect(rule).toMatchObject({
        for: expect.stringMatching(/^\d+m$/),
        keep_firing_for: expect.stringMatching(/^\d+m$/),
        labels: { severity: expect.stringMatching(/^(page|ticket)$/) },
        annotations: {
          summary: expect.stringMatching(/./),
          description: expect.stringMatching(/\.$/),
          runbook_url: `docs/operations.md#${rule.alert?.toLowerCase()}`,
        },
      })
      expect(page).toContain(`### ${rule.alert}\n`)
    }
  })

  test('has one case that fires it and one that does not', async () => {
    interface Case {
      alert_rule_test: { alertname: string; exp_alerts: unknown[] }[]
    }
    const { tests }: { tests: Case[] } = Object(await readYaml(RULES_TEST))
    const cases = tests.flatMap((each) => each.alert_rule_test)
    for (const { alert } of await rules()) {
      if (alert === undefined) continue
      const counts = cases.filter(({ alertname }) => alertname === alert)
      expect(counts.map(({ exp_alerts }) => exp_alerts.length)).toEqual([1, 0])
    }
  })
})

describe('what the services tell Prometheus', () => {
  let stack: Stack
  const pages = new Map<string, string>()

  beforeAll(async () => {
    stack = await testStack({ bridges: 1, gateways: 1 })
    await fetch(`${stack.origin}/channels/a/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"data":1}',
    })
    for (const { role, metricsUrl = '' } of stack.processes) {
      if (!['ingest', 'bridge', 'gateway'].includes(role)) continue
      pages.set(role, await (await fetch(`${metricsUrl}/metrics`)).text())
    }
  }, 60_000)
  afterAll(() => stack?.stop(), 60_000)

  const queries = [overview, processes]
    .flatMap((dashboard) => dashboard.rows.flatMap((row) => row.panels))
    .flatMap((panel) => panel.queries.map(({ promql }) => promql))
    .map((promql) => promql.replaceAll('$in', 'job="x"').replaceAll('$__rate_interval', '5m'))

  test('is on a private port, and nowhere on the way of the public', async () => {
    for (const { role, url } of stack.processes) {
      if (role !== 'ingest' && role !== 'gateway') continue
      expect((await fetch(`${url}/metrics`)).status).toBe(404)
    }
    expect((await fetch(`${stack.origin}/metrics`)).status).toBe(404)
  })

  describeUnless(promtoolLack)('is named', () => {
    test.each(['ingest', 'bridge', 'gateway'])('as Prometheus wants it: %s', (role) => {
      const ours = (pages.get(role) ?? '')
        .split('\n')
        // Those of Node and the process are named by prom-client.
        .filter((line) => /^(# (HELP|TYPE) )?causeway_/.test(line))
      expect(() => run('promtool', ['check', 'metrics'], `${ours.join('\n')}\n`)).not.toThrow()
    })
  })

  describeUnless(toolsLack)('is', () => {
    test('all that dashboards and rules ask for, and nothing of ours that neither asks for', async () => {
      const all = [...pages.values()].join('\n')
      const told = new Set(
        [...all.matchAll(/^# TYPE (\S+) (\w+)/gm)].flatMap(([, name = '', type]) =>
          type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name],
        ),
      )
      const known = await rules()
      const recorded = new Set(known.map(({ record }) => record))
      const exprs = [...queries, ...known.map(({ expr }) => expr)]
      const asked = new Set((await Promise.all(exprs.map(metricsOf))).flat())
      expect([...asked].filter((name) => !told.has(name) && !recorded.has(name))).toEqual([])
      // Of a histogram it is enough to ask for one of its three.
      const bases = new Set([...asked].map((name) => name.replace(/_(bucket|sum|count)$/, '')))
      const ours = [...told].filter((name) => name.startsWith('causeway_'))
      expect(ours.filter((name) => !bases.has(name.replace(/_(bucket|sum|count)$/, '')))).toEqual(
        [],
      )
    })
  })
})

describe.each([overview, processes])('the dashboard $uid', (dashboard) => {
  const panels = dashboard.rows.flatMap((row) => row.panels)

  test('tells of each panel what it is, and asks only for what the variables choose', () => {
    for (const { title, description, queries } of panels) {
      expect(title).toMatch(/^[A-Z]/)
      expect(description).toMatch(/\.$/)
      for (const { promql, legend } of queries) {
        expect(promql).toContain('$in')
        expect(legend).not.toBe('')
        // A window of its own would be wrong at another zoom.
        expect(promql).not.toMatch(/\[\d/)
      }
    }
  })

  test('has ids of its own for all panels, and one datasource to choose', () => {
    const { panels: drawn, templating }: { panels: { id: number }[]; templating: object } = Object(
      render(dashboard),
    )
    expect(new Set(drawn.map(({ id }) => id)).size).toBe(drawn.length)
    expect(JSON.stringify(templating).match(/"type":"datasource"/g)).toHaveLength(1)
  })
})

interface Tree {
  iterate(spec: {
    enter(node: { name: string; from: number; to: number; type: { isError: boolean } }): void
  }): void
}

/** The names of the metrics in a query. Throws where Prometheus' own grammar does not know it. */
async function metricsOf(promql: string): Promise<string[]> {
  const grammar = await load<{ parser: { parse(text: string): Tree } }>(
    '@prometheus-io/lezer-promql',
  )
  const names: string[] = []
  grammar.parser.parse(promql).iterate({
    enter: ({ name, from, to, type }) => {
      if (type.isError) throw new Error(`${promql} is no PromQL, at ${from}`)
      // The name itself, before its labels.
      if (name === 'VectorSelector')
        names.push(
          promql
            .slice(from, to)
            .replace(/[{[].*$/s, '')
            .trim(),
        )
    },
  })
  return names
}
