import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { describeUnless } from '../support/describeUnless.ts'
import { programLack } from './tools/tools.ts'

const scripts = readdirSync('deploy', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.sh'))
  .map((path) => `deploy/${path}`)

describeUnless(programLack('shellcheck'))('the shell scripts of the pipeline', () => {
  test('hold nothing that shellcheck finds', () => {
    expect(scripts).toContain('deploy/jenkins/image.sh')
    expect(
      spawnSync('shellcheck', ['.ci/run', 'charts/causeway/files/gateways.sh', ...scripts], {
        encoding: 'utf8',
      }).stdout,
    ).toBe('')
  })
})
