import { describe, expect, test } from '@jest/globals'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { asyncApi } from './asyncapi/document.ts'
import { channels } from './channels.ts'
import { openApi } from './openapi/document.ts'
import { operations } from './operations.ts'

const RULES = {
  // A redirect is a success too.
  'operation-2xx-response': 'off',
  'operation-4xx-response': 'error',
  'info-contact': 'off',
  'no-invalid-media-type-examples': 'error',
  'no-invalid-parameter-examples': 'error',
  'no-invalid-schema-examples': 'error',
  'no-unused-components': 'error',
  'tag-description': 'error',
} as const

async function complaintsOf(document: object): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended'], rules: RULES })
  const problems = await lintFromString({ source: JSON.stringify(document), config })
  return problems.map(
    ({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer ?? ''}`,
  )
}

describe('the linter', () => {
  test('has nothing against /openapi.json', async () => {
    expect(await complaintsOf(openApi(operations, '1.0.0'))).toEqual([])
  })

  test('has nothing against /asyncapi.json', async () => {
    expect(await complaintsOf(asyncApi(channels, '1.0.0'))).toEqual([])
  })

  test('complains about a document of either kind that is wrong', async () => {
    const open = openApi(operations, '1.0.0')
    const flows = asyncApi(channels, '1.0.0')
    expect(await complaintsOf({ ...open, paths: { '/a': { get: {} } } })).not.toEqual([])
    expect(await complaintsOf({ ...flows, channels: { a: { adress: 'a' } } })).not.toEqual([])
  })
})
