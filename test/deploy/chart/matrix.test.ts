import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { ROOT } from '../../../stack/root.ts'
import { describeUnless } from '../tools/describeUnless.ts'
import { helm, HELMS, run, TOOLS, toolsLack, trivyPath } from '../tools/tools.ts'
import { CHART } from '../tools/values.ts'
import { PROFILES, renderChart, renderText, valuesFile, WORKLOADS } from './render.ts'

const VERSIONS = ['1.30.0', '1.34.0']
const scanned = mkdtempSync(join(tmpdir(), 'causeway-scan-'))
afterAll(() => rmSync(scanned, { recursive: true, force: true }))

describeUnless(toolsLack)('the chart', () => {
  describeUnless(undefined).each(HELMS)('for %s', (version) => {
    test.each(PROFILES)('passes lint with the values %s', (profile) => {
      expect(() =>
        helm(version, 'lint', '--strict', CHART, '-f', valuesFile(profile)),
      ).not.toThrow()
    })

    test.each(VERSIONS)('is rendered for Kubernetes %s', (kubernetes) => {
      expect(renderText('ha', ['--kube-version', kubernetes], version)).toContain(
        'kind: Deployment',
      )
    })

    test('refuses a Kubernetes without a preStop that needs no shell', () => {
      expect(() => renderText('ha', ['--kube-version', '1.29.0'], version)).toThrow(/1\.30/)
    })
  })

  test.each(PROFILES)('is the same by both helms with the values %s', (profile) => {
    expect(renderText(profile, [], 'helm4')).toBe(renderText(profile, [], 'helm3'))
  })

  test.each(PROFILES)('is the same twice, with the values %s', (profile) => {
    expect(renderText(profile)).toBe(renderText(profile))
  })

  test.each(PROFILES)(
    'is what Kubernetes takes, to the letter, with the values %s',
    async (profile) => {
      expect(complaints(await renderChart(profile))).toEqual([])
    },
  )

  test('would be refused with a field misspelt, missing or of the wrong kind', async () => {
    const text = JSON.stringify(await renderChart('everything'))
    const broken: [string, string, RegExp][] = [
      ['"serviceAccountName"', '"serviceAcountName"', /unknown field "serviceAcountName"/],
      ['"containerPort":8080', '"containerPort":"8080"', /expected number, got "8080"/],
      ['"maxReplicaCount":20', '"maxReplicaCount":"20"', /maxReplicaCount/],
      ['"minReadySeconds":10', '"minReadySeconds":{}', /minReadySeconds/],
      ['"scaleTargetRef":{"name"', '"scaleTargetRef":{"nom"', /name/],
    ]
    for (const [from, to, complaint] of broken) {
      expect(text).toContain(from)
      expect(complaints(JSON.parse(text.replace(from, to))).join('\n')).toMatch(complaint)
    }
  })

  test('and the Dockerfile hold nothing of medium or above to Trivy', async () => {
    const files = ['Dockerfile']
    for (const profile of PROFILES) {
      // Of the other kinds it knows no rules, and asks each of them a hundred all the same.
      const judged = (await renderChart(profile)).filter(({ kind }) => JUDGED.has(kind))
      for (const object of judged) {
        const file = `${profile}-${object.kind}-${object.metadata.name}.json`
        writeFileSync(join(scanned, file), JSON.stringify(object))
        files.push(file)
      }
    }
    copyFileSync(join(ROOT, 'Dockerfile'), join(scanned, 'Dockerfile'))
    // What it must find, to show that it looks.
    const [pod] = (await renderChart('laptop')).filter(({ kind }) => kind === 'Pod')
    const asRoot = JSON.stringify(pod).replace('"runAsNonRoot":true', '"runAsNonRoot":false')
    writeFileSync(join(scanned, 'bad.json'), asRoot)
    const { targets, found } = scan(scanned)
    expect(targets).toEqual(expect.arrayContaining(files))
    expect(found.filter((each) => !each.startsWith('bad.json'))).toEqual([])
    expect(found.join('\n')).toContain('bad.json: Runs as root user')
  }, 300_000)
})

const JUDGED = new Set([...WORKLOADS, 'Service', 'Ingress'])

function complaints(objects: object[]): string[] {
  const strict = join(ROOT, 'test/deploy/tools/strict.mjs')
  const found: string[] = JSON.parse(run('node', [strict, TOOLS], JSON.stringify(objects)))
  return found
}

interface TrivyReport {
  Results: { Target: string; Misconfigurations?: { Title: string }[] }[]
}

function scan(folder: string): { targets: string[]; found: string[] } {
  const report: TrivyReport = JSON.parse(
    run(trivyPath(), [
      '--quiet',
      `--cache-dir=${join(TOOLS, 'trivy-cache')}`,
      'config',
      '--skip-policy-update',
      '--severity=MEDIUM,HIGH,CRITICAL',
      '--format=json',
      folder,
    ]),
  )
  return {
    targets: report.Results.map(({ Target }) => Target),
    found: report.Results.flatMap(({ Target, Misconfigurations = [] }) =>
      Misconfigurations.map(({ Title }) => `${Target}: ${Title}`),
    ),
  }
}
