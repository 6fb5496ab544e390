import { createServer } from 'node:http'
import { beforeAll, beforeEach, expect, test } from '@jest/globals'
import { disposables } from '../../test/support/disposables.ts'
import { openServer } from '../../test/support/openServer.ts'
import { Discovery } from './discovery.ts'
import { type ProviderSettings, providers } from './providerSettings.ts'

const opened = disposables()
const HOUR = 3_600_000
let issuer: string
/** What the provider says of itself; undefined: it breaks the connection. */
let description: Record<string, unknown> | undefined
let asked: number
let now: number
let discovery: Discovery

beforeAll(async () => {
  const server = createServer((_request, response) => {
    asked++
    if (description === undefined) return response.destroy()
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(description))
  })
  issuer = `http://127.0.0.1:${await openServer(opened, server)}`
})

beforeEach(() => {
  asked = 0
  now = 0
  description = { issuer, jwks_uri: `${issuer}/keys` }
  discovery = new Discovery(settings(), () => now)
})

function settings(more: Record<string, unknown> = {}): ProviderSettings {
  const list = [{ id: 'one', name: 'One', issuer, clientId: 'causeway', ...more }]
  const [first] = providers.parse(JSON.stringify(list))
  if (first === undefined) throw new Error('no provider')
  return first
}

test('a provider is asked when it is needed, once for all who wait, and again after an hour', async () => {
  expect(asked).toBe(0)
  await Promise.all([discovery.find(), discovery.find()])
  now = HOUR - 1
  await discovery.find()
  expect(asked).toBe(1)
  now = HOUR
  description = { ...description, token_endpoint: `${issuer}/new` }
  const { configuration } = await discovery.find()
  expect([asked, configuration.serverMetadata().token_endpoint]).toEqual([2, `${issuer}/new`])
})

test('a provider that is away is asked once in five seconds, whoever wants to sign in', async () => {
  description = undefined
  await expect(discovery.find()).rejects.toBeInstanceOf(Error)
  now = 4_999
  await expect(discovery.find()).rejects.toMatchObject({ failure: 'provider-away' })
  expect(asked).toBe(1)
  now = 5_000
  description = { issuer, jwks_uri: `${issuer}/keys` }
  await expect(discovery.find()).resolves.toMatchObject({ issuer })
})

test('what is known stays good while the provider is away', async () => {
  const found = await discovery.find()
  description = undefined
  now = HOUR
  expect(await discovery.find()).toBe(found)
  expect(asked).toBe(2)
})

test.each([
  ['another issuer', { issuer: 'https://evil.example' }, 'does not match the expected issuer'],
  ['no address of its keys', { jwks_uri: undefined }, 'no safe address of its keys'],
  ['keys at an address that is none', { jwks_uri: 'keys' }, 'no safe address of its keys'],
])('a description with %s is refused', async (_what, more, message) => {
  description = { ...description, ...more }
  await expect(discovery.find()).rejects.toThrow(message)
})

test('a key that cannot sign is refused', async () => {
  const clientKey = { kty: 'oct', alg: 'HS256', k: 'c2VjcmV0', d: 'd' }
  const wrong = new Discovery(settings({ clientKey }), () => now)
  await expect(wrong.find()).rejects.toThrow('not a private key')
})
