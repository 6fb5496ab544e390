import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { type CryptoKey, SignJWT, UnsecuredJWT, exportJWK, generateKeyPair } from 'jose'
import { disposables } from '../../test/support/disposables.ts'
import { openServer } from '../../test/support/openServer.ts'
import { RelyingParty } from '../../test/support/relyingParty.ts'

const opened = disposables()
const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
let party: RelyingParty
let issuer: string
let isAway = false
let key: CryptoKey
let publicText: string

/** A provider that says nothing but where its keys are, so that the test can sign with them. */
beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  key = privateKey
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256' }
  publicText = JSON.stringify(jwk)
  const server = createServer((request, response) => {
    if (isAway) return response.destroy()
    const isKeys = request.url === '/keys'
    const answer = isKeys ? { keys: [jwk] } : { issuer, jwks_uri: `${issuer}/keys` }
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer))
  })
  issuer = `http://127.0.0.1:${await openServer(opened, server)}`
  party = await RelyingParty.open(opened)
})

beforeEach(() => {
  isAway = false
  party.ended.length = 0
  party.connect([{ id: 'one', name: 'One', issuer, clientId: 'causeway' }])
})

const now = () => Math.floor(Date.now() / 1_000)

function claims(more: Record<string, unknown> = {}) {
  const times = { iat: now(), exp: now() + 120 }
  const who = { iss: issuer, aud: 'causeway', sub: 'alice', sid: 's1' }
  return { ...who, ...times, jti: randomUUID(), events: { [EVENT]: {} }, ...more }
}

const sign = (payload: Record<string, unknown>, header: Record<string, unknown> = {}) =>
  new SignJWT(payload)
    .setProtectedHeader({ alg: 'RS256', kid: 'k1', typ: 'logout+jwt', ...header })
    .sign(key)

async function send(body: string | Record<string, string>): Promise<Response> {
  const url = `${party.origin}/account/backchannel/one`
  return fetch(url, {
    method: 'POST',
    body: typeof body === 'string' ? body : new URLSearchParams(body),
  })
}

describe('a logout token', () => {
  test('a logout token ends the sessions of the session at the provider that it names', async () => {
    const response = await send({ logout_token: await sign(claims()) })
    expect([response.status, response.headers.get('Cache-Control')]).toEqual([200, 'no-store'])
    expect(party.ended).toEqual([{ provider: 'one', subject: 'alice', sid: 's1' }])
  })

  test.each([
    ['a person only', { sid: undefined }, { provider: 'one', subject: 'alice' }],
    ['a session only', { sub: undefined }, { provider: 'one', sid: 's1' }],
    ['no end', { exp: undefined }, { provider: 'one', subject: 'alice', sid: 's1' }],
  ])('a logout token may name %s', async (_what, more, which) => {
    expect((await send({ logout_token: await sign(claims(more)) })).status).toBe(200)
    expect(party.ended).toEqual([which])
  })

  test.each([[undefined], ['JWT']])('a logout token may have the type %s', async (typ) => {
    expect((await send({ logout_token: await sign(claims(), { typ }) })).status).toBe(200)
  })

  test('a logout token counts once', async () => {
    const token = await sign(claims())
    expect((await send({ logout_token: token })).status).toBe(200)
    const again = await send({ logout_token: token })
    expect([again.status, await again.json()]).toMatchObject([
      400,
      { detail: 'this logout token was used before' },
    ])
    expect(party.ended).toHaveLength(1)
  })

  test('a logout token comes again later while the provider cannot say its keys', async () => {
    const token = await sign(claims())
    isAway = true
    const response = await send({ logout_token: token })
    expect(response.status).toBe(503)
    expect(party.ended).toEqual([])
  })
})

describe('what is no logout token', () => {
  const forged: Record<string, () => Promise<string> | string> = {
    'with a nonce, as an ID token has': () => sign(claims({ nonce: 'n' })),
    'without an event': () => sign(claims({ events: undefined })),
    'with another event': () => sign(claims({ events: { other: {} } })),
    'with an event that is no object': () => sign(claims({ events: { [EVENT]: true } })),
    'with a list of events': () => sign(claims({ events: [EVENT] })),
    'without an id': () => sign(claims({ jti: undefined })),
    'without a time': () => sign(claims({ iat: undefined })),
    'that has expired': () => sign(claims({ exp: now() - 60 })),
    'of an hour ago': () => sign(claims({ iat: now() - 3_600 })),
    'of tomorrow': () => sign(claims({ iat: now() + 86_400, exp: now() + 86_500 })),
    'for nobody': () => sign(claims({ sub: undefined, sid: undefined })),
    'for an empty session': () => sign(claims({ sid: '' })),
    'for a session that is no text': () => sign(claims({ sid: ['s1'] })),
    'of another issuer': () => sign(claims({ iss: 'https://evil.example' })),
    'for another client': () => sign(claims({ aud: 'another' })),
    'that is an access token': () => sign(claims(), { typ: 'at+jwt' }),
    'with an unknown key': () => sign(claims(), { kid: 'k2' }),
    'signed by another key': async () => {
      const { privateKey } = await generateKeyPair('RS256')
      const header = { alg: 'RS256', kid: 'k1', typ: 'logout+jwt' }
      return new SignJWT(claims()).setProtectedHeader(header).sign(privateKey)
    },
    'signed with the public key as a secret': () =>
      new SignJWT(claims())
        .setProtectedHeader({ alg: 'HS256', kid: 'k1', typ: 'logout+jwt' })
        .sign(new TextEncoder().encode(publicText)),
    'without a signature': () => new UnsecuredJWT(claims()).encode(),
    'that is empty': () => '',
    'that is no JWT': () => 'a.b.c',
  }

  test.each(Object.keys(forged))('a token %s ends nothing', async (what) => {
    const response = await send({ logout_token: (await forged[what]?.()) ?? '' })
    expect([response.status, response.headers.get('Content-Type')]).toEqual([
      400,
      'application/problem+json; charset=utf-8',
    ])
    expect(party.ended).toEqual([])
  })

  test.each([
    ['no form', 'logout_token=x', 415],
    ['an empty form', {}, 400],
    ['a form of 20 kB', { logout_token: 'x'.repeat(20_000) }, 413],
  ])('%s ends nothing', async (_what, body, status) => {
    expect((await send(body)).status).toBe(status)
    expect(party.ended).toEqual([])
  })
})
