import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import * as prettier from 'prettier'
import { canaryConfig } from './canary.ts'
import { judge } from './judge.ts'
import { template } from './template.ts'

test.each([
  ['causeway-release.template.json', template],
  ['causeway.canary.json', canaryConfig],
])('%s, which spin saves, is what its source makes', async (name, content) => {
  const path = `deploy/spinnaker/${name}`
  const style = { ...(await prettier.resolveConfig(path)), filepath: path }
  const wanted = await prettier.format(JSON.stringify(content), style)
  if (process.env['CAUSEWAY_UPDATE'] === '1') writeFileSync(path, wanted)
  expect(readFileSync(path, 'utf8')).toBe(wanted)
})

describe('save.sh', () => {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-spin-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  test('saves template, canary configuration and pipeline, and puts the secret on no command line', () => {
    const spin = join(folder, 'spin')
    writeFileSync(
      spin,
      `#!/bin/sh\necho "$*" >> ${folder}/calls\n[ "$*" = "pipeline save" ] && cat > ${folder}/pipeline\nexit 0\n`,
    )
    chmodSync(spin, 0o755)
    const secret = 'a "quoted" $& secret'
    execFileSync('deploy/spinnaker/save.sh', {
      env: { ...process.env, SPIN: spin, WEBHOOK_SECRET: secret },
    })
    expect(readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')).toEqual([
      'pipeline-templates save --file causeway-release.template.json',
      'canary canary-config save --file causeway.canary.json',
      'pipeline save',
    ])
    expect(JSON.parse(readFileSync(join(folder, 'pipeline'), 'utf8'))).toMatchObject({
      triggers: [{ payloadConstraints: { secret } }],
    })
  })
})

describe('the canary configuration', () => {
  const { metrics, classifier } = canaryConfig
  const weights: Record<string, number> = classifier.groupWeights

  test('weighs a hundred in all, and gives every group of metrics a weight', () => {
    expect(Object.values(weights).reduce((sum, weight) => sum + weight)).toBe(100)
    const groups = new Set(metrics.flatMap((metric) => metric.groups))
    expect(Object.keys(weights).toSorted()).toEqual([...groups].toSorted())
  })

  test.each(metrics)('asks for "$name" of one release in one namespace', ({ query }) => {
    const promql = query.customInlineTemplate
    const series = promql.split(/causeway_|nodejs_|process_/).length - 1
    expect(series).toBeGreaterThan(0)
    expect(promql.split('pod=~"${scope}-')).toHaveLength(series + 1)
    expect(promql.split('namespace="${location}"')).toHaveLength(series + 1)
  })

  test('says of every critical metric how much more is critical', () => {
    const critical = metrics.filter(({ analysisConfigurations: { canary } }) => canary.critical)
    expect(critical.length).toBeGreaterThan(0)
    for (const { analysisConfigurations } of critical) {
      // Without it any difference at all would fail the whole run.
      expect(analysisConfigurations.canary.effectSize.criticalIncrease).toBeGreaterThan(1)
    }
  })

  test('gives Kayenta at least fifty points of each metric', () => {
    const text = JSON.stringify(judge('judge', 'Judge the canary', []))
    const [, hours = '0'] = /"lifetimeDuration":"PT(\d+)H"/.exec(text) ?? []
    const [, step = '0'] = /"step":(\d+)/.exec(text) ?? []
    expect((Number(hours) * 3_600) / Number(step)).toBeGreaterThanOrEqual(50)
  })
})
