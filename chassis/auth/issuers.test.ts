import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { authConfig, checkAuth } from '../commonConfig.ts'
import { parseConfig } from '../config.ts'

const schema = z.object(authConfig).superRefine(checkAuth)
const read = (env: Record<string, string>) => parseConfig('x', schema, { env, argv: [] })
const mistakes = (env: Record<string, string>): string[] => {
  const parsed = read(env)
  return 'mistakes' in parsed ? parsed.mistakes : []
}

const GOOD = { issuer: 'https://a.example', jwks: 'https://a.example/keys', kinds: ['user'] }
const SECRET = 'a-secret-of-32-bytes-or-more-000'
const RSA = { kty: 'RSA', kid: 'k', n: 'AQAB', e: 'AQAB' }

describe('AUTH', () => {
  test('is required by default, and needs an issuer', () => {
    expect(mistakes({})).toEqual([expect.stringMatching(/^ISSUERS: expected one issuer/)])
    expect(read({ ISSUERS: JSON.stringify([GOOD]) })).toMatchObject({
      config: { AUTH: 'required', SECURE_COOKIES: true },
    })
  })

  test('may be open for trying out, and not in production', () => {
    expect(read({ AUTH: 'open' })).toMatchObject({ config: { AUTH: 'open', ISSUERS: [] } })
    expect(mistakes({ AUTH: 'open', NODE_ENV: 'production' })).toEqual([
      'AUTH: expected required, because NODE_ENV is production',
    ])
    expect(mistakes({ AUTH: 'maybe' })).toEqual(['AUTH: expected one of required, open'])
  })
})

describe('ISSUERS', () => {
  test('pins the algorithms to the kind of key', () => {
    const parsed = read({
      ISSUERS: JSON.stringify([
        GOOD,
        { issuer: 'b', secret: SECRET, kinds: ['service', 'device'], audience: 'x' },
        {
          issuer: 'c',
          jwks: { keys: [RSA] },
          kinds: ['guest'],
          algorithms: ['RS256'],
          prefix: 'guest:',
        },
      ]),
    })
    if (!('config' in parsed)) throw new Error(JSON.stringify(parsed))
    const [a, b, c] = parsed.config.ISSUERS
    expect([a?.audience, a?.algorithms.filter((each) => /^HS|none/.test(each))]).toEqual([
      'causeway',
      [],
    ])
    expect([b?.audience, b?.algorithms]).toEqual(['x', ['HS256', 'HS384', 'HS512']])
    expect(c?.algorithms).toEqual(['RS256'])
  })

  test.each<[string, unknown, RegExp]>([
    ['no JSON', '{', /^ISSUERS: Invalid input/],
    ['no list', GOOD, /^ISSUERS: Invalid input/],
    ['an unknown key', [{ ...GOOD, audiences: 'x' }], /^ISSUERS: 0: Unrecognized key/],
    ['no kinds', [{ ...GOOD, kinds: [] }], /^ISSUERS: 0: kinds: /],
    ['a kind that is none', [{ ...GOOD, kinds: ['root'] }], /^ISSUERS: 0: kinds: 0: /],
    ['neither keys nor secret', [{ ...GOOD, jwks: undefined }], /either jwks or secret/],
    ['keys and a secret', [{ ...GOOD, secret: SECRET }], /either jwks or secret/],
    [
      'a short secret',
      [{ ...GOOD, jwks: undefined, secret: 'x'.repeat(31) }],
      /0: secret: expected 32 bytes/,
    ],
    ['public keys as secrets', [{ ...GOOD, algorithms: ['RS256', 'HS256'] }], /0: algorithms: /],
    ['no signatures', [{ ...GOOD, algorithms: ['none'] }], /0: algorithms: /],
    [
      'a secret as a public key',
      [{ issuer: 'b', secret: SECRET, kinds: ['user'], algorithms: ['RS256'] }],
      /0: algorithms: /,
    ],
    ['keys over another protocol', [{ ...GOOD, jwks: 'file:///etc/keys' }], /0: jwks: /],
    [
      'a secret among the keys',
      [{ ...GOOD, jwks: { keys: [{ kty: 'oct', k: 'x' }] } }],
      /0: jwks: /,
    ],
    ['a private key', [{ ...GOOD, jwks: { keys: [{ ...RSA, d: 'x' }] } }], /0: jwks: /],
    ['a prefix of another kind', [{ ...GOOD, prefix: 'guest:' }], /0: prefix: /],
    ['the same issuer twice', [GOOD, GOOD], /each issuer once/],
  ])('does not take %s', (_what, list, wanted) => {
    const text = typeof list === 'string' ? list : JSON.stringify(list)
    const found = mistakes({ ISSUERS: text })
    expect(found).toEqual([expect.stringMatching(wanted)])
    // A mistyped list may hold secrets.
    expect(found.join()).not.toContain(SECRET)
  })
})
