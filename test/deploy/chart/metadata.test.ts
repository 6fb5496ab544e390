import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { ROOT } from '../../../stack/root.ts'
import { describeUnless } from '../tools/describeUnless.ts'
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

async function annotation(name: string): Promise<Record<string, string>[]> {
  const text = (await chart()).annotations[`artifacthub.io/${name}`] ?? ''
  const [list] = await parseDocuments(text)
  return Array.isArray(list) ? list : []
}

describeUnless(toolsLack)('Chart.yaml', () => {
  test('has the page’s own icon in it', async () => {
    const [type, content = ''] = (await chart()).icon.split(',')
    expect(type).toBe('data:image/svg+xml;base64')
    const icon = readFileSync(join(ROOT, 'client/icon.svg'), 'utf8')
    expect(Buffer.from(content, 'base64').toString()).toBe(icon)
  })

  test('has the version of what it installs', async () => {
    const { version }: { version: string } = JSON.parse(
      readFileSync(join(ROOT, 'package.json'), 'utf8'),
    )
    expect(await chart()).toMatchObject({ apiVersion: 'v2', version, appVersion: version })
  })

  test('names exactly the images that it may run', async () => {
    const objects = await renderChart('laptop')
    const run = objects
      .filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job', 'Pod'].includes(kind))
      .flatMap(containersOf)
      .map((container) => get<string>(container, 'image'))
    const named = (await annotation('images')).map(({ image = '' }) => image)
    expect(named.toSorted()).toEqual([...new Set(run)].toSorted())
  })

  test('says what has changed, in words that Artifact Hub knows', async () => {
    const changes = await annotation('changes')
    expect(changes.length).toBeGreaterThan(0)
    for (const { kind, description } of changes) {
      expect(kind).toMatch(/^(added|changed|deprecated|removed|fixed|security)$/)
      expect(description).toMatch(/./)
    }
  })
})
