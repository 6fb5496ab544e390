import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { exportSPKI, importJWK } from 'jose'
import { cookieNames } from '../../chassis/auth/credentials.ts'
import { type AuthStack, authStack } from '../support/authStack.ts'
import { disposables } from '../support/disposables.ts'
import { RawClient } from '../support/rawClient.ts'
import { TestIssuer } from '../support/testIssuer.ts'
import { waitFor } from '../support/waitFor.ts'

let stack: AuthStack
let other: TestIssuer
const opened = disposables()

beforeAll(async () => {
  stack = await authStack({ gateways: 1 })
  other = await TestIssuer.create('https://other.example')
  await stack.grant('user:*', 'read,write **')
  const token = await stack.issuer.token('user:alice')
  for (const at of Object.values(PLACES)) {
    await waitFor(async () => (await at(bearer(token))).status < 300)
  }
}, 60_000)
afterAll(() => stack?.stop(), 60_000)

interface Answer {
  status: number
  challenge: string | null
  detail: string | undefined
}

/** Each place that a token comes to, with the headers that bring it. */
const PLACES: Record<string, (headers: Record<string, string>) => Promise<Answer>> = {
  'a post': (headers) =>
    ask(`${stack.ingests[0]}/channels/a/messages`, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: '{"data":1}',
    }),
  history: (headers) => ask(`${stack.ingests[0]}/history?channel=a`, { headers }),
  'the front door': (headers) => ask(`${stack.gateways[0]}/events?channel=a`, { headers }),
  // In two packets, which Node's own parser puts together.
  'a stream behind Node': (headers) => askInTwo(headers),
  'a stream behind nginx': (headers) => ask(`${stack.origin}/events?channel=a`, { headers }),
}

async function ask(url: string, init: RequestInit): Promise<Answer> {
  const abort = new AbortController()
  const answer = await fetch(url, { ...init, signal: abort.signal })
  const { status, headers } = answer
  const detail = status < 400 ? undefined : Object(await answer.json()).detail
  abort.abort()
  return { status, challenge: headers.get('www-authenticate'), detail }
}

async function askInTwo(headers: Record<string, string>): Promise<Answer> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const client = new RawClient(opened, { origin: stack.gateways[0] ?? '' })
  await client.write('GET /events?channel=a HTTP/1.1\r\n', `Host: x\r\n${lines.join('')}\r\n`)
  await waitFor(() => client.isClosed || client.text.includes('event:ready'))
  client.socket.destroy()
  const [, status] = /^HTTP\/1.1 (\d+)/.exec(client.text) ?? []
  const [, challenge = null] = /^WWW-Authenticate: (.*)\r$/m.exec(client.text) ?? []
  const [, detail] = /"detail":"([^"]*)"/.exec(client.text) ?? []
  return { status: Number(status), challenge, detail }
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })
const cookie = (token: string) => {
  const { access } = cookieNames(stack.origin.startsWith('https:'))
  return { Cookie: `x=1; ${access}=${token}; y=2` }
}
const REFUSED = 'Bearer realm="causeway", error="invalid_token"'

const now = (): number => Date.now() / 1_000
const claims = (wrong: Record<string, unknown>) => () => stack.issuer.token('user:alice', wrong)
const headers = (wrong: Record<string, unknown>) => () =>
  stack.issuer.sign('user:alice', { header: wrong })

const WRONG: [string, () => Promise<string>][] = [
  ['no characters', async () => ''],
  ['three dots', async () => '...'],
  ['an API key', async () => 'cw_1_secret'],
  ['another issuer', () => other.token('user:alice')],
  [
    'the name of our issuer, and another key',
    () => stack.issuer.sign('user:alice', { key: other.privateKey }),
  ],
  ['another audience', claims({ aud: 'other' })],
  ['the type of an id token', headers({ typ: 'JWT' })],
  ['no type', headers({ typ: undefined })],
  ['an unknown key', headers({ kid: 'k9' })],
  ['an expiry in the past', () => stack.issuer.token('user:alice', { exp: now() - 1 })],
  ['a validity that begins later', () => stack.issuer.token('user:alice', { nbf: now() + 60 })],
  ['an issue in the future', () => stack.issuer.token('user:alice', { iat: now() + 60 })],
  ['no expiry', claims({ exp: undefined })],
  ['no id', claims({ jti: undefined })],
  ['a subject that is no principal', claims({ sub: 'alice' })],
  [
    'the public key as its secret',
    async () => {
      const key = await importJWK({ ...stack.issuer.jwk }, 'RS256', { extractable: true })
      const pem = key instanceof Uint8Array ? '' : await exportSPKI(key)
      const secret = new TextEncoder().encode(pem)
      return stack.issuer.sign('user:alice', { header: { alg: 'HS256' }, key: secret })
    },
  ],
  [
    'alg none',
    async () => {
      const [, payload] = (await stack.issuer.token('user:alice')).split('.')
      return `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${payload}.`
    },
  ],
]

describe.each(Object.entries(PLACES))('at %s', (_place, at) => {
  test('a good token is accepted, in the header and in the cookie', async () => {
    const token = await stack.issuer.token('user:alice')
    for (const how of [bearer(token), cookie(token)]) {
      expect((await at(how)).status).toBeLessThan(300)
    }
  })

  test('no token is answered with 401, and with how to bring one', async () => {
    for (const none of [{}, { Cookie: 'causeway-acces=x' }, { Authorization: 'Basic YTpi' }]) {
      expect(await at(none)).toEqual({
        status: 401,
        challenge: 'Bearer realm="causeway"',
        detail: undefined,
      })
    }
  })

  test.each(WRONG)('a token with %s is answered with 401', async (what, sign) => {
    const token = await sign()
    const detail = /expiry in/.test(what) ? 'The token has expired.' : 'The token is not valid.'
    for (const how of [bearer(token), cookie(token)]) {
      expect([how, await at(how)]).toEqual([how, { status: 401, challenge: REFUSED, detail }])
    }
  })

  test('the header counts if both bring a token', async () => {
    const token = await stack.issuer.token('user:alice')
    expect((await at({ ...bearer('x'), ...cookie(token) })).status).toBe(401)
    expect((await at({ ...bearer(token), ...cookie('x') })).status).toBeLessThan(300)
  })

  test.each(['token:', 'session:', ''])(
    'a token is refused once its %s… is revoked',
    async (kind) => {
      // Each place has a principal of its own, because revocations stay.
      const id = crypto.randomUUID()
      const token = await stack.issuer.token(`user:${id}`, { jti: id, sid: id })
      expect((await at(cookie(token))).status).toBeLessThan(300)
      await stack.revoke(`${kind || 'user:'}${id}`)
      await waitFor(async () => (await at(cookie(token))).status === 401)
      expect(await at(cookie(token))).toEqual({
        status: 401,
        challenge: REFUSED,
        detail: 'The token was revoked.',
      })
    },
  )
})

test('A token in the query is an unknown parameter', async () => {
  const token = await stack.issuer.token('user:alice')
  const urls = [
    `${stack.ingests[0]}/history?channel=a&access_token=${token}`,
    `${stack.gateways[0]}/events?channel=a&access_token=${token}`,
  ]
  for (const url of urls) expect((await ask(url, { headers: bearer(token) })).status).toBe(400)
})

test('Without a token a caller still learns which resources and methods there are', async () => {
  const [ingest = ''] = stack.ingests
  expect((await ask(`${ingest}/nothing`, {})).status).toBe(404)
  expect((await ask(`${ingest}/history`, { method: 'DELETE' })).status).toBe(405)
})
