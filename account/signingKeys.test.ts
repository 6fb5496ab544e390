import { randomBytes } from 'node:crypto'
import { beforeEach, expect, test } from '@jest/globals'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose'
import { type AccountServer, accountServer } from '../test/support/accountServer.ts'
import { TokenRefused } from '../chassis/auth/tokenProblem.ts'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { Seal } from './seal.ts'
import { SigningKeys } from './signingKeys.ts'

const opened = disposables()
let url: string
let server: AccountServer

beforeEach(async () => {
  url = await testDatabase()
  server = await accountServer(opened, url)
})

const DAY = 86_400

const pass = (seconds: number) =>
  server.database.query(
    `update "signing_key" set "signs_from" = "signs_from" - $1::integer * interval '1 second'`,
    [seconds],
  )

const kids = ({ account }: AccountServer): (string | undefined)[] =>
  account.keys.jwks().keys.map(({ kid }) => kid)

async function issue({ account }: AccountServer) {
  const subject = { principal: 'user:a', name: 'A', groups: ['g'], sid: 's', now: Date.now() }
  const { token } = await account.tokens.issue(subject)
  return { token, kid: decodeProtectedHeader(token).kid }
}

async function jwks({ origin }: AccountServer): Promise<JSONWebKeySet> {
  const response = await fetch(`${origin}/account/jwks.json`)
  // oxlint-disable-next-line no-unsafe-type-assertion
  return (await response.json()) as JSONWebKeySet
}

test('a token verifies by the published keys alone, and says all that a verifier needs', async () => {
  const { token } = await issue(server)
  const { payload, protectedHeader } = await jwtVerify(
    token,
    createLocalJWKSet(await jwks(server)),
    { issuer: 'http://chat.example/account', audience: 'causeway', typ: 'at+jwt' },
  )
  expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: kids(server)[0] })
  expect(payload).toEqual({
    iss: 'http://chat.example/account',
    aud: 'causeway',
    sub: 'user:a',
    name: 'A',
    groups: ['g'],
    sid: 's',
    jti: expect.any(String),
    iat: expect.any(Number),
    nbf: expect.any(Number),
    exp: expect.any(Number),
  })
  expect(Number(payload.exp) - Number(payload.iat)).toBeLessThanOrEqual(300)
  expect(Number(payload.exp) - Number(payload.iat)).toBeGreaterThan(298)
})

test('the published keys are public ones, and may be cached', async () => {
  const response = await fetch(`${server.origin}/account/jwks.json`)
  expect(response.headers.get('cache-control')).toBe('public, max-age=300')
  const { keys } = await jwks(server)
  expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
  expect(Buffer.from(String(keys[0]?.n), 'base64url')).toHaveLength(256)
})

test('several processes that start at once share one key', async () => {
  const empty = await testDatabase()
  const key = { accountKey: randomBytes(32) }
  const servers = await Promise.all([1, 2, 3, 4].map(() => accountServer(opened, empty, key)))
  expect(new Set(servers.flatMap(kids)).size).toBe(1)
  const { token } = await issue(servers[0] ?? server)
  for (const { account } of servers) expect(await account.tokens.verify(token)).toBeDefined()
})

test('the next key is published before it signs, and the old one after that, in every process', async () => {
  const { accountKey } = server
  const other = await accountServer(opened, url, { accountKey })
  const old = await issue(server)
  await pass(30 * DAY - 599)
  await Promise.all([server.account.keys.refresh(), other.account.keys.refresh()])
  expect(kids(server)).toHaveLength(2)
  expect(kids(other)).toEqual(kids(server))
  expect((await issue(other)).kid).toBe(old.kid)
  await pass(601)
  await Promise.all([server.account.keys.refresh(), other.account.keys.refresh()])
  const next = await issue(server)
  expect(next.kid).toBe(kids(server)[1])
  expect(await other.account.tokens.verify(next.token)).toBeDefined()
  expect(await other.account.tokens.verify(old.token)).toBeDefined()
  await pass(300 + 3_600)
  await Promise.all([server.account.keys.refresh(), other.account.keys.refresh()])
  expect(kids(server)).toEqual([next.kid])
  await expect(server.account.tokens.verify(old.token)).rejects.toBeInstanceOf(TokenRefused)
})

test('a private key stands in the database only encrypted, and only ACCOUNT_KEY opens it', async () => {
  const rows = await server.database.query<{ privateKey: string }>(
    `select "private_key" as "privateKey" from "signing_key"`,
  )
  expect(rows[0]?.privateKey).toMatch(/^[\w-]{1000,}$/)
  const other = accountServer(opened, url, { accountKey: randomBytes(32) })
  await expect(other).rejects.toThrow('encrypted with another ACCOUNT_KEY')
})

test('before the first key is known, tokens and keys are unavailable', () => {
  const { database } = server
  const times = { publishAhead: 1, life: 1, keep: 1 }
  const keys = new SigningKeys({ database, seal: new Seal(randomBytes(32)), times })
  const unavailable = expect.objectContaining({ type: 'unavailable' })
  expect(() => keys.jwks()).toThrow(unavailable)
  expect(() => keys.signerAt(Date.now())).toThrow(unavailable)
})
