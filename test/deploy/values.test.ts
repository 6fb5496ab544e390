import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import * as prettier from 'prettier'
import { at, chartReadme, readComments } from '../../deploy/generate/chartReadme.ts'
import { valuesSchema } from '../../deploy/generate/valuesSchema.ts'
import { describeUnless } from '../support/describeUnless.ts'
import { toolsLack } from './tools/tools.ts'
import { CHART, readYaml } from './tools/values.ts'

const text = readFileSync(join(CHART, 'values.yaml'), 'utf8')

describeUnless(toolsLack)('values.yaml', () => {
  test('is described by the chart’s README, each value with its comment', async () => {
    const values = await readYaml(join(CHART, 'values.yaml'))
    const path = join(CHART, 'README.md')
    const style = { ...(await prettier.resolveConfig(path)), filepath: path }
    const wanted = await prettier.format(chartReadme(text, values), style)
    if (process.env['CAUSEWAY_UPDATE'] === '1') writeFileSync(path, wanted)
    expect(readFileSync(path, 'utf8')).toBe(wanted)
    const commented = readComments(text).map((each) => each.path)
    const bare = leaves(values).filter(
      (leaf) => !commented.some((each) => leaf === each || leaf.startsWith(`${each}.`)),
    )
    expect(bare).toEqual([])
  })

  test('and the schema know the same keys', async () => {
    const values = await readYaml(join(CHART, 'values.yaml'))
    const missing = schemaPaths(valuesSchema).filter((path) => at(values, path) === undefined)
    // The schema also knows what the defaults leave out: variables of the services, parts of resources, and secrets that one may add.
    const optional =
      /\.(config|resources)\b|secretKeys\.(DATABASE_REPLICA_URL|ISSUERS|PROVIDERS|EXPORTER_MQTT_URL)$/
    expect(missing.filter((path) => !optional.test(path))).toEqual([])
  })
})

/** The paths to everything that is no map. */
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
