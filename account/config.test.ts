import { describe, expect, test } from '@jest/globals'
import { parseConfig } from '../chassis/config.ts'
import { accountConfig } from './config.ts'

const ENV = {
  PORT: '0',
  METRICS_PORT: '0',
  DATABASE_URL: 'postgres://u:p@db/c',
  PUBLIC_ORIGIN: 'https://chat.example',
  ACCOUNT_KEY: Buffer.alloc(32, 7).toString('base64url'),
}

function parse(given: Record<string, string>) {
  const result = parseConfig('account', accountConfig, { env: { ...ENV, ...given }, argv: [] })
  return 'mistakes' in result ? result.mistakes : 'config' in result ? result.config : result
}

describe('the configuration of account', () => {
  test('has sound defaults: secure cookies, no guests, nobody may anything', () => {
    expect(parse({})).toMatchObject({
      SECURE_COOKIES: true,
      GUESTS: false,
      DEFAULT_GRANTS: [],
      TOKEN_SECONDS: 300,
      SESSION_IDLE_SECONDS: 43_200,
      SESSION_MAX_SECONDS: 604_800,
      ACCOUNT_KEY: Buffer.alloc(32, 7),
    })
  })

  test('reads default grants and the first admin', () => {
    const DEFAULT_GRANTS = 'user:* read,write **; group:ops admin rooms.**;'
    expect(parse({ DEFAULT_GRANTS, FIRST_ADMIN: 'Alice' })).toMatchObject({
      DEFAULT_GRANTS: [
        { subject: 'user:*', pattern: '**', actions: ['read', 'write'] },
        { subject: 'group:ops', pattern: 'rooms.**', actions: ['admin'] },
      ],
      FIRST_ADMIN: 'user:alice',
    })
    expect(parse({ FIRST_ADMIN: 'corp--Alice' })).toMatchObject({ FIRST_ADMIN: 'user:corp--Alice' })
  })

  test.each([
    [{ PUBLIC_ORIGIN: 'http://chat.example' }, /^PUBLIC_ORIGIN: expected https/],
    [{ PUBLIC_ORIGIN: 'https://chat.example/' }, /^PUBLIC_ORIGIN/],
    [{ PUBLIC_ORIGIN: 'ftp://chat.example' }, /^PUBLIC_ORIGIN/],
    [{ PUBLIC_ORIGIN: '' }, /^PUBLIC_ORIGIN: required/],
    [{ ACCOUNT_KEY: 'short' }, /^ACCOUNT_KEY/],
    [{ ACCOUNT_KEY: '' }, /^ACCOUNT_KEY: required/],
    [{ DEFAULT_GRANTS: 'everybody read **' }, /^DEFAULT_GRANTS/],
    [{ DEFAULT_GRANTS: 'user:* fly **' }, /^DEFAULT_GRANTS/],
    [{ FIRST_ADMIN: 'a b' }, /^FIRST_ADMIN/],
    [{ GUESTS: 'yes' }, /^GUESTS: expected true or false/],
    [{ TOKEN_SECONDS: '3600', SESSION_IDLE_SECONDS: '60' }, /^TOKEN_SECONDS: expected less/],
  ])('refuses %j', (given, mistake) => {
    expect(parse(given)).toEqual([expect.stringMatching(mistake)])
  })

  test('takes plain http without secure cookies', () => {
    const given = { PUBLIC_ORIGIN: 'http://127.0.0.1:8080', SECURE_COOKIES: 'false' }
    expect(parse(given)).toMatchObject({ PUBLIC_ORIGIN: 'http://127.0.0.1:8080' })
  })
})
