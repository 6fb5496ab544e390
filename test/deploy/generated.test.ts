import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import * as prettier from 'prettier'
import { fillMarked } from '../../bench/report/markdown.ts'
import { at, chartReadme, readComments } from '../../deploy/generate/chartReadme.ts'
import { readFigures, renderFigures } from '../../deploy/generate/deployFigures.ts'
import {
  metricsTable,
  problemsTable,
  variablesTable,
} from '../../deploy/generate/operationsTables.ts'
import { valuesSchema } from '../../deploy/generate/valuesSchema.ts'
import { render } from '../../deploy/grafana/dashboard.ts'
import { overview } from '../../deploy/grafana/overview.ts'
import { processes } from '../../deploy/grafana/processes.ts'
import { ROOT } from '../../stack/root.ts'
import { describeUnless } from './tools/describeUnless.ts'
import { toolsLack } from './tools/tools.ts'
import { CHART, readYaml } from './tools/values.ts'

const UPDATES = process.env['CAUSEWAY_UPDATE'] === '1'
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

/** What a file should hold and what it holds; with `--update` it is written first. */
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

describe('the values', () => {
  test('have the schema that the services’ own configuration gives them', async () => {
    const { wanted, found } = await compare(
      'charts/causeway/values.schema.json',
      JSON.stringify(valuesSchema),
    )
    expect(found).toBe(wanted)
  })
})

describeUnless(toolsLack)('the values', () => {
  test('are told of by the README, each with its comment', async () => {
    const text = read('charts/causeway/values.yaml')
    const values = await readYaml(join(CHART, 'values.yaml'))
    const { wanted, found } = await compare('charts/causeway/README.md', chartReadme(text, values))
    expect(found).toBe(wanted)
    const commented = readComments(text).map(({ path }) => path)
    const bare = leaves(values).filter(
      (path) => !commented.some((each) => path === each || path.startsWith(`${each}.`)),
    )
    expect(bare).toEqual([])
  })

  test('and the schema know the same keys', async () => {
    const values = await readYaml(join(CHART, 'values.yaml'))
    const missing = schemaPaths(valuesSchema).filter((path) => at(values, path) === undefined)
    // What may be said beyond the defaults: variables of the services, and parts of resources.
    expect(missing.filter((path) => !/\.(config|resources)\b/.test(path))).toEqual([])
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
  test('has the figures that were measured', async () => {
    const figures = readFigures(join(ROOT, 'docs/deploy-figures.json'))
    const page = fillMarked(read('docs/deploy.md'), 'figures', renderFigures(figures))
    const { wanted, found } = await compare('docs/deploy.md', page)
    expect(found).toBe(wanted)
  })
})

/** Paths to everything that is no map. */
function leaves(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path]
  const entries = Object.entries(value)
  if (entries.length === 0) return [path]
  return entries.flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`))
}

function schemaPaths(schema: object, path = ''): string[] {
  const { properties = {} }: { properties?: Record<string, object> } = schema
  return Object.entries(properties).flatMap(([key, inner]) => {
    const here = path === '' ? key : `${path}.${key}`
    return [here, ...schemaPaths(inner, here)]
  })
}
