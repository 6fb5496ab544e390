import { expect, test } from '@jest/globals'
import { gatewayConfig } from '../gateway/config.ts'
import { ingestConfig } from '../ingest/config.ts'
import { limitsFor, NO_LIMITS } from './limits.ts'

test('On loopback no limit counts addresses; on any other host the defaults hold', () => {
  for (const host of ['127.0.0.1', '127.0.0.9', '::1', 'localhost']) {
    expect(Object.keys(limitsFor(host))).toContain('POSTS_PER_MINUTE_PER_ADDRESS')
  }
  for (const host of ['0.0.0.0', '::', '192.0.2.1', '1.127.0.0']) {
    expect(limitsFor(host)).toEqual({})
  }
})

test('Every limit that can be switched off is off under load', () => {
  const variables = Object.entries({ ...ingestConfig.shape, ...gatewayConfig.shape })
  const limits = variables
    .filter(([, variable]) => variable.description?.endsWith('0: no limit'))
    .map(([name]) => name)
  expect(
    Object.keys(NO_LIMITS)
      .filter((name) => !name.startsWith('SIGN_INS'))
      .sort(),
  ).toEqual(limits.sort())
})
