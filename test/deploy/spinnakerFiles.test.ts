import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import * as prettier from 'prettier'
import { canaryConfig } from '../../deploy/spinnaker/canary.ts'
import { template } from '../../deploy/spinnaker/template.ts'
import { CanaryConfig, checkCanaryConfig } from './spinnaker/canaryConfig.ts'

describe('what spin saves is what its source makes:', () => {
  test.each([
    ['causeway-release.template.json', template],
    ['causeway.canary.json', canaryConfig],
  ])('%s', async (name, content) => {
    const path = `deploy/spinnaker/${name}`
    const style = { ...(await prettier.resolveConfig(path)), filepath: path }
    const wanted = await prettier.format(JSON.stringify(content), style)
    if (process.env['CAUSEWAY_UPDATE'] === '1') writeFileSync(path, wanted)
    expect(readFileSync(path, 'utf8')).toBe(wanted)
  })
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

/** Everything that is wrong with a canary configuration, in words. */
function check(json: string): string[] {
  const parsed = CanaryConfig.safeParse(JSON.parse(json))
  return parsed.success
    ? checkCanaryConfig(parsed.data)
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

describe('the canary configuration', () => {
  const text = readFileSync('deploy/spinnaker/causeway.canary.json', 'utf8')
  test('holds nothing that the checks find', () => {
    expect(check(text)).toEqual([])
  })

  test.each<[string, string | RegExp, string, RegExp]>([
    ['the weights are not a hundred', '"Delivery": 40', '"Delivery": 50', /weigh 110/],
    ['a group has no weight', '"Saturation": 15', '"Rest": 15', /Saturation has no weight/],
    ['a query takes in other releases', 'pod=~\\"${scope}-gateway-.+\\"', 'pod=~\\".+\\"', /mixes/],
    ['a query takes in other namespaces', 'namespace=\\"${location}\\",', '', /mixes releases/],
    [
      'no answer passes for a good one',
      '"nanStrategy": "remove"',
      '"nanStrategy": "keep"',
      /nanSt/,
    ],
    ['what is critical is left open', /, "criticalIncrease": 1.5/, '', /what is critical/],
  ])('is refused where %s', (_name, from, to, finding) => {
    expect(text.replace(from, to)).not.toBe(text)
    expect(check(text.replace(from, to)).join('\n')).toMatch(finding)
  })
})
