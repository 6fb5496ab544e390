import { beforeAll, describe, expect, test } from '@jest/globals'
import { exportSPKI, importJWK } from 'jose'
import { TestIssuer } from '../../test/support/testIssuer.ts'
import { VirtualClock } from '../../test/support/virtualClock.ts'
import { issuers } from './issuers.ts'
import { TokenRefused } from './tokenProblem.ts'
import { TokenVerifier } from './tokenVerifier.ts'

const SECRET = 's'.repeat(32)

let issuer: TestIssuer
let other: TestIssuer
let verifier: TokenVerifier

beforeAll(async () => {
  issuer = await TestIssuer.create()
  other = await TestIssuer.create('https://other.example')
  verifier = verifierOf([
    issuer.entry(),
    { issuer: 'https://hs.example', secret: SECRET, kinds: ['service'] },
    {
      issuer: 'https://bare.example',
      jwks: { keys: [issuer.jwk] },
      kinds: ['user'],
      prefix: 'user:',
    },
  ])
})

function verifierOf(list: unknown): TokenVerifier {
  return new TokenVerifier({
    issuers: issuers().parse(JSON.stringify(list)),
    clock: new VirtualClock(),
    now: () => Date.now(),
    onError: () => {},
  })
}

async function outcome(token: string): Promise<string> {
  try {
    return (await verifier.verify(token, 'header')).principal
  } catch (error) {
    return error instanceof TokenRefused ? error.outcome : String(error)
  }
}

const seconds = (offset: number): number => Math.floor(Date.now() / 1_000) + offset

test('A token of a known issuer says who its bearer is', async () => {
  const token = await issuer.token('user:alice', {
    name: 'Alice\u0000B',
    groups: ['staff'],
    grants: ['read,write rooms.**'],
    sid: 's1',
    jti: 't1',
    iat: 1_700_000_000.5,
    exp: 4_000_000_000,
  })
  expect(await verifier.verify(token, 'cookie')).toEqual({
    principal: 'user:alice',
    name: 'Alice B',
    groups: ['staff'],
    grants: [{ pattern: 'rooms.**', actions: ['read', 'write'] }],
    session: 's1',
    tokenId: 't1',
    issuedAt: 1_700_000_000_500,
    expiresAt: 4_000_000_000_000,
    by: 'cookie',
  })
})

test('Without a name the id is shown', async () => {
  expect(await verifier.verify(await issuer.token('device:d-1'), 'header')).toMatchObject({
    name: 'd-1',
    groups: [],
    grants: [],
  })
})

test('A token of an issuer with a secret is accepted, for its kinds', async () => {
  const changes = {
    claims: { iss: 'https://hs.example' },
    header: { alg: 'HS256', kid: undefined },
    key: new TextEncoder().encode(SECRET),
  }
  expect(await outcome(await issuer.sign('service:cron', changes))).toBe('service:cron')
  expect(await outcome(await issuer.sign('user:alice', changes))).toBe('claims')
})

test('An issuer that knows no kinds gets its prefix in front of every subject', async () => {
  const claims = { iss: 'https://bare.example' }
  expect(await outcome(await issuer.token('alice', claims))).toBe('user:alice')
  expect(await outcome(await issuer.token('user:alice', claims))).toBe('claims')
})

/** Each is a good token with one thing wrong. */
const CLAIMS: [string, string, Record<string, unknown>][] = [
  ['another issuer', 'issuer', { iss: 'https://evil.example' }],
  ['no issuer', 'issuer', { iss: undefined }],
  ['another audience', 'audience', { aud: 'other' }],
  ['no audience', 'audience', { aud: undefined }],
  ['an expiry in the past', 'expired', { exp: seconds(-1) }],
  ['no expiry', 'claims', { exp: undefined }],
  ['a validity that begins later', 'early', { nbf: seconds(60) }],
  ['an issue in the future', 'early', { iat: seconds(60) }],
  ['no time of issue', 'claims', { iat: undefined }],
  ['no id', 'claims', { jti: undefined }],
  ['a subject that is no principal', 'claims', { sub: 'root:alice' }],
  ['a subject of bare words', 'claims', { sub: 'alice' }],
  ['a grant that is none', 'claims', { grants: ['read rooms.**', 'own rooms.**'] }],
  ['grants that are no list', 'claims', { grants: 'read **' }],
  ['groups that are no texts', 'claims', { groups: [1] }],
]

describe('a token is refused', () => {
  test.each(CLAIMS)('with %s: %s', async (_what, wanted, claims) => {
    expect(await outcome(await issuer.token('user:alice', claims))).toBe(wanted)
  })

  test.each<[string, string, Record<string, unknown>]>([
    ['no type', 'type', { typ: undefined }],
    ['the type of an id token', 'type', { typ: 'JWT' }],
    ['an unknown key', 'key', { kid: 'k2' }],
  ])('with %s: %s', async (_what, wanted, header) => {
    expect(await outcome(await issuer.sign('user:alice', { header }))).toBe(wanted)
  })

  test('signed with another key under the same name', async () => {
    const key = other.privateKey
    expect(await outcome(await issuer.sign('user:alice', { key }))).toBe('signature')
  })

  test('signed with the public key as a secret', async () => {
    const publicKey = await importJWK({ ...issuer.jwk }, 'RS256', { extractable: true })
    if (publicKey instanceof Uint8Array) throw new Error('a secret')
    for (const text of [await exportSPKI(publicKey), JSON.stringify(issuer.jwk)]) {
      const key = new TextEncoder().encode(text)
      const token = await issuer.sign('user:alice', { header: { alg: 'HS256' }, key })
      expect(await outcome(token)).toBe('algorithm')
    }
  })

  test('signed with the secret of another issuer', async () => {
    const key = new TextEncoder().encode(SECRET)
    const token = await issuer.sign('service:x', { header: { alg: 'HS256', kid: undefined }, key })
    expect(await outcome(token)).toBe('algorithm')
  })

  test.each(['none', 'None', 'NONE'])('without a signature, as alg %s', async (alg) => {
    const [, payload] = (await issuer.token('user:alice')).split('.')
    const header = Buffer.from(JSON.stringify({ alg, typ: 'at+jwt', kid: 'k1' })).toString(
      'base64url',
    )
    for (const signature of ['', 'AA']) {
      expect(await outcome(`${header}.${payload}.${signature}`)).toBe('algorithm')
    }
  })

  test('with any one character of its signature changed', async () => {
    const token = await issuer.token('user:alice')
    const at = token.lastIndexOf('.') + 20
    const changed = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
    expect(await outcome(changed)).toBe('signature')
  })

  test.each(['', '.', '..', 'a.b.c', 'cw_1_secret', 'x'.repeat(9_000), 'eyJhbGciOiJub25lIn0.e30.'])(
    'that is no token: %.20s',
    async (token) => {
      expect(['malformed', 'issuer']).toContain(await outcome(token))
    },
  )

  test('that is longer than any header may be', async () => {
    const token = await issuer.token('user:alice', { name: 'x'.repeat(9_000) })
    expect(await outcome(token)).toBe('malformed')
  })
})
