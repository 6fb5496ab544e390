import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { ROOT } from '../../../stack/root.ts'
import { describeUnless } from '../../support/describeUnless.ts'
import { complaints } from '../tools/strict.ts'
import { helm, HELMS, run, TOOLS, toolsLack, trivyPath } from '../tools/tools.ts'
import { CHART } from '../tools/values.ts'
import { PROFILES, renderChart, renderText, valuesFile, WORKLOADS } from './render.ts'

const scanned = mkdtempSync(join(tmpdir(), 'causeway-scan-'))
afterAll(() => rmSync(scanned, { recursive: true, force: true }))

describeUnless(toolsLack)('the chart', () => {
  describe.each(HELMS)('for %s', (version) => {
    test.each(PROFILES)('passes lint with the values %s', (profile) => {
      expect(() =>
        helm(version, 'lint', '--strict', CHART, '-f', valuesFile(profile)),
      ).not.toThrow()
    })

    test('accepts Kubernetes 1.30, and refuses 1.29, which lacks preStop.sleep', () => {
      const kubernetes = '--kube-version'
      expect(renderText('ha', [kubernetes, '1.30.0'], version)).toContain('kind: Deployment')
      expect(() => renderText('ha', [kubernetes, '1.29.0'], version)).toThrow(/1\.30/)
    })
  })

  // The same twice as well: nothing in it is random or of today.
  test.each(PROFILES)(
    'is rendered to the same text by both versions of Helm with the values %s',
    (profile) => {
      expect(renderText(profile, [], 'helm4')).toBe(renderText(profile, [], 'helm3'))
    },
  )

  test.each(PROFILES)(
    'is accepted by the models of Kubernetes with the values %s',
    async (profile) => {
      expect(complaints(await renderChart(profile))).toEqual([])
    },
  )

  test('is refused by the models if a field is misspelt, missing or of the wrong kind', async () => {
    const text = JSON.stringify(await renderChart('everything'))
    const broken: [string, string, RegExp][] = [
      ['"serviceAccountName"', '"serviceAcountName"', /unknown field "serviceAcountName"/],
      ['"containerPort":8080', '"containerPort":"8080"', /expected number, got "8080"/],
      ['"maxReplicaCount":6', '"maxReplicaCount":"6"', /maxReplicaCount/],
      ['"minReadySeconds":10', '"minReadySeconds":{}', /minReadySeconds/],
      ['"scaleTargetRef":{"name"', '"scaleTargetRef":{"nom"', /name/],
    ]
    for (const [from, to, complaint] of broken) {
      expect(text).toContain(from)
      expect(complaints(JSON.parse(text.replace(from, to))).join('\n')).toMatch(complaint)
    }
  })

  test('and the Dockerfile show Trivy nothing of severity medium or above', async () => {
    const files = ['Dockerfile']
    for (const profile of PROFILES) {
      // Trivy has no rules for other kinds, but spends as long on them.
      const judged = (await renderChart(profile)).filter(({ kind }) => JUDGED.has(kind))
      for (const object of judged) {
        const file = `${profile}-${object.kind}-${object.metadata.name}.json`
        writeFileSync(join(scanned, file), JSON.stringify(object))
        files.push(file)
      }
    }
    copyFileSync(join(ROOT, 'Dockerfile'), join(scanned, 'Dockerfile'))
    // One object that it must complain about, to show that it looks.
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
