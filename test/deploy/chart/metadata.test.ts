import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { ROOT } from '../../../stack/root.ts'
import { describeUnless } from '../../support/describeUnless.ts'
import { toolsLack } from '../tools/tools.ts'
import { CHART, parseDocuments, readYaml } from '../tools/values.ts'
import { containersOf, get, renderChart } from './render.ts'

interface ChartFile {
  apiVersion: string
  version: string
  appVersion: string
  icon: string
  annotations: Record<string, string>
}

async function chart(): Promise<ChartFile> {
  const read: ChartFile = Object(await readYaml(join(CHART, 'Chart.yaml')))
  return read
}

describeUnless(toolsLack)('Chart.yaml', () => {
  test('holds the icon of the page', async () => {
    const [type, content = ''] = (await chart()).icon.split(',')
    expect(type).toBe('data:image/svg+xml;base64')
    const icon = readFileSync(join(ROOT, 'client/chat/public/icon.svg'), 'utf8')
    expect(Buffer.from(content, 'base64').toString()).toBe(icon)
  })

  test('has the version of package.json', async () => {
    const { version }: { version: string } = JSON.parse(
      readFileSync(join(ROOT, 'package.json'), 'utf8'),
    )
    expect(await chart()).toMatchObject({ apiVersion: 'v2', version, appVersion: version })
  })

  test('names exactly the images that the chart may run', async () => {
    const objects = await renderChart('laptop')
    const run = objects
      .filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job', 'Pod'].includes(kind))
      .flatMap(containersOf)
      .map((container) => get<string>(container, 'image'))
    const [named] = await parseDocuments((await chart()).annotations['artifacthub.io/images'] ?? '')
    const listed: { image: string }[] = Object(named)
    expect(listed.map(({ image }) => image).toSorted()).toEqual([...new Set(run)].toSorted())
  })
})
