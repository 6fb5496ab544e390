import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { podsFor, REQUESTS, STREAMS_PER } from '../../deploy/generate/deployCosts.ts'
import { at } from '../../deploy/generate/chartReadme.ts'
import { ROOT } from '../../stack/root.ts'
import { describeUnless } from '../support/describeUnless.ts'
import { renderText, valuesFile } from './chart/render.ts'
import { load, run, TOOLS, toolsLack } from './tools/tools.ts'
import { CHART, parseDocuments, readYaml } from './tools/values.ts'

const page = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8')
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(
    ([, text = '']) => text,
  )
/** Helm's part of each command: there is no cluster for the others. */
const commands = blocks('')
  .flatMap((block) => block.replaceAll('|\n', '| ').split('\n'))
  .filter((line) => line.startsWith('helm template '))
  .map((line) => line.replace(/\|.*$/, ''))
const folder = mkdtempSync(join(tmpdir(), 'causeway-page-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describeUnless(toolsLack)('docs/deploy.md', () => {
  test('has commands of Helm that work', () => {
    expect(commands.length).toBeGreaterThanOrEqual(3)
    copyFileSync(valuesFile('small'), join(folder, 'my-values.yaml'))
    for (const command of commands) {
      const here = command
        .replace('helm', join(TOOLS, 'helm3'))
        .replace('charts/causeway', CHART)
        .replace('my-values.yaml', join(folder, 'my-values.yaml'))
      const text = run('sh', ['-c', here])
      expect(text).toContain('kind: ')
      // Applied by kubectl it would run at once.
      expect(text).not.toContain('helm.sh/hook: test')
    }
  })

  test('hands the number of pods over to whoever scales them, and sets nothing else', async () => {
    const [, manifest = ''] = /<<'YAML'\n(.*?)YAML/s.exec(page) ?? []
    expect(await parseDocuments(manifest)).toEqual([
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'causeway-gateway' },
        spec: { replicas: 6 },
      },
    ])
  })

  test('has an Application of Argo CD whose chart takes the values that it names', async () => {
    const yaml = await load<{ parse(text: string): unknown }>('yaml')
    const [application] = blocks('yaml').map((text) => yaml.parse(text))
    const chart = join(ROOT, String(at(application, 'spec.source.path')))
    const files = at(application, 'spec.source.helm.valueFiles')
    expect(Array.isArray(files) && files.length > 0).toBe(true)
    for (const file of [files].flat()) {
      const path = join(chart, String(file))
      expect(existsSync(path)).toBe(true)
      expect(() =>
        run(join(TOOLS, 'helm3'), ['template', 'causeway', chart, '--values', path]),
      ).not.toThrow()
    }
  })

  test('counts what the chart requests', async () => {
    const values = await readYaml(join(CHART, 'values.yaml'))
    for (const [component, { cpu, memory }] of Object.entries(REQUESTS)) {
      expect(at(values, `${component}.resources.requests`)).toEqual({
        cpu: `${cpu * 1_000}m`,
        memory: `${memory}Mi`,
      })
    }
    expect(at(values, 'gateway.autoscaling.streamsPerPod')).toBe(STREAMS_PER.gateway)
  })

  test.each([1_000, 100_000, 1_000_000])(
    'names pods for %d streams that the chart accepts',
    (streams) => {
      const set = Object.entries(podsFor(streams)).map(
        ([component, pods]) => `${component}.replicas=${pods}`,
      )
      expect(renderText('small', ['--set', set.join(',')])).toContain('kind: Deployment')
      // One edge fewer would be refused where streams decide its number.
      const fewer = [...set, `edge.replicas=${podsFor(streams).edge - 1}`].join(',')
      const refused = () => renderText('small', ['--set', fewer])
      if (streams > STREAMS_PER.edge * 2) expect(refused).toThrow(/The edge carries/)
      else expect(refused()).toContain('kind: Deployment')
    },
  )
})
