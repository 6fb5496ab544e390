import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import * as prettier from 'prettier'
import { canaryConfig } from '../../deploy/spinnaker/canary.ts'
import { template } from '../../deploy/spinnaker/template.ts'

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
