import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import * as prettier from 'prettier'
import { fillMarked } from '../../bench/report/markdown.ts'
import { ROOT } from '../../stack/root.ts'
import { render } from '../grafana/dashboard.ts'
import { overview } from '../grafana/overview.ts'
import { processes } from '../grafana/processes.ts'
import { readFigures, renderFigures } from './deployFigures.ts'
import { renderCosts } from './deployCosts.ts'
import { metricsTable, problemsTable, variablesTable } from './operationsTables.ts'
import { valuesSchema } from './valuesSchema.ts'

const UPDATES = process.env['CAUSEWAY_UPDATE'] === '1'
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

/** What a file should hold, and what it holds. With `npm run test:deploy -- --update` it is written first. */
async function compare(path: string, content: string): Promise<{ wanted: string; found: string }> {
  const file = join(ROOT, path)
  const isFormatted = /\.(json|md)$/.test(path)
  const style = { ...(await prettier.resolveConfig(file)), filepath: file }
  const wanted = isFormatted ? await prettier.format(content, style) : content
  if (UPDATES) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, wanted)
  }
  return { wanted, found: read(path) }
}

describe.each([overview, processes])('the dashboard $uid', (dashboard) => {
  const json = JSON.stringify(render(dashboard))

  test('is written to the chart’s files', async () => {
    const path = `charts/causeway/files/dashboards/${dashboard.uid}.json`
    const { wanted, found } = await compare(path, json)
    expect(found).toBe(wanted)
  })
})

describe('values.schema.json', () => {
  test('is what the services’ own configuration makes of it', async () => {
    const { wanted, found } = await compare(
      'charts/causeway/values.schema.json',
      JSON.stringify(valuesSchema),
    )
    expect(found).toBe(wanted)
  })
})

describe('docs/operations.md', () => {
  test('has every variable, metric and problem of the code', async () => {
    const page = read('docs/operations.md')
    const withVariables = fillMarked(page, 'variables', variablesTable())
    const withMetrics = fillMarked(withVariables, 'metrics', await metricsTable())
    const { wanted, found } = await compare(
      'docs/operations.md',
      fillMarked(withMetrics, 'problems', problemsTable()),
    )
    expect(found).toBe(wanted)
  })
})

describe('docs/deploy.md', () => {
  test('has the figures that were measured, and what the chart requests for so many streams', async () => {
    const figures = readFigures(join(ROOT, 'docs/deploy-figures.json'))
    const page = fillMarked(read('docs/deploy.md'), 'figures', renderFigures(figures))
    const { wanted, found } = await compare(
      'docs/deploy.md',
      fillMarked(page, 'costs', renderCosts()),
    )
    expect(found).toBe(wanted)
  })
})
