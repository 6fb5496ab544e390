import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { render } from '../../deploy/grafana/dashboard.ts'
import { overview } from '../../deploy/grafana/overview.ts'
import { processes } from '../../deploy/grafana/processes.ts'
import { ROOT } from '../../stack/root.ts'
import { describeUnless } from '../support/describeUnless.ts'
import { RULES, RULES_TEST, rules } from './tools/rules.ts'
import { programLack, run, toolsLack } from './tools/tools.ts'
import { readYaml } from './tools/values.ts'

describeUnless(programLack('promtool'))('the rules', () => {
  test('are well-formed', () => {
    const checked = run('promtool', ['check', 'rules', '--lint=all', '--lint-fatal', RULES])
    expect(checked).toContain('SUCCESS')
  })

  test('fire when they should, and only then', () => {
    expect(run('promtool', ['test', 'rules', RULES_TEST])).toContain('SUCCESS')
  })
})

describeUnless(toolsLack)('each alert', () => {
  test('has a severity, a summary, a description and a section of the runbook', async () => {
    const page = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8')
    const alerts = (await rules()).filter(({ alert }) => alert !== undefined)
    expect(alerts.length).toBeGreaterThan(10)
    for (const { alert, ...rule } of alerts) {
      expect(rule).toMatchObject({
        for: expect.stringMatching(/^\d+m$/),
        keep_firing_for: expect.stringMatching(/^\d+m$/),
        labels: { severity: expect.stringMatching(/^(page|ticket)$/) },
        annotations: {
          summary: expect.stringMatching(/./),
          description: expect.stringMatching(/\.$/),
          runbook_url: `docs/operations.md#${alert?.toLowerCase()}`,
        },
      })
      expect(page).toContain(`### ${alert}\n`)
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
      const fired = cases.filter(({ alertname }) => alertname === alert)
      expect([alert, fired.map(({ exp_alerts }) => exp_alerts.length)]).toEqual([alert, [1, 0]])
    }
  })
})

test.each([overview, processes])(
  'the dashboard $uid explains each panel, and asks only for what its variables choose',
  (dashboard) => {
    for (const { title, description, queries } of dashboard.rows.flatMap((row) => row.panels)) {
      expect(title).toMatch(/^[A-Z]/)
      expect(description).toMatch(/\.$/)
      for (const { promql, legend } of queries) {
        expect(promql).toContain('$in')
        expect(legend).not.toBe('')
        // A fixed window would be wrong at another zoom.
        expect(promql).not.toMatch(/\[\d/)
      }
    }
    const { panels, templating }: { panels: { id: number }[]; templating: object } = Object(
      render(dashboard),
    )
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    expect(JSON.stringify(templating).match(/"type":"datasource"/g)).toHaveLength(1)
  },
)
