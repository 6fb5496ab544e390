import { type KeyObject, generateKeyPairSync } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Problem } from '../../contract/problem.ts'
import { disposables } from '../../test/support/disposables.ts'
import { signInThere } from '../../test/support/signInThere.ts'
import { SignInTestbed } from '../../test/support/signInTestbed.ts'

const opened = disposables()
let testbed: SignInTestbed

type Settings = Record<string, unknown>

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk = (key: KeyObject) => ({ ...key.export({ format: 'jwk' }), alg: 'ES256', kid: 'k1' })

/** The ways in which account can prove itself at the provider: what account is told, and what the provider. */
const METHODS: Record<string, { own: Settings; registered: Settings }> = {
  client_secret_basic: { own: { clientAuthentication: 'basic' }, registered: {} },
  client_secret_post: { own: { clientAuthentication: 'post' }, registered: {} },
  none: { own: { clientSecret: undefined }, registered: { client_secret: undefined } },
  private_key_jwt: {
    own: { clientSecret: undefined, clientKey: jwk(privateKey) },
    registered: {
      client_secret: undefined,
      jwks: { keys: [jwk(publicKey)] },
      token_endpoint_auth_signing_alg: 'ES256',
    },
  },
}

beforeAll(async () => {
  testbed = await SignInTestbed.open(
    opened,
    Object.entries(METHODS).map(([method, { registered }]) => ({
      client_id: method,
      token_endpoint_auth_method: method,
      ...registered,
    })),
  )
}, 60_000)
beforeEach(() => testbed.reset())

describe('a sign-in by a provider', () => {
  test('a person who signs in at the provider has a session, and is where they wanted to be', async () => {
    const browser = testbed.browser()
    const there = await testbed.begin(browser, 'one', '/#/rooms.berlin')
    expect(there.origin).toBe(testbed.one.issuer)
    expect(Object.fromEntries(there.searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      redirect_uri: `${testbed.party.origin}/account/callback/one`,
    })
    const callback = await signInThere(browser, there.href, 'alice')
    const { status, location } = await browser.visit(callback)
    expect([status, location]).toEqual([302, `${testbed.party.origin}/#/rooms.berlin`])
    expect(testbed.party.begun).toEqual([
      {
        provider: 'one',
        subject: 'alice',
        name: 'Alice Example',
        groups: ['staff'],
        sid: expect.stringMatching(/./),
      },
    ])
  })

  test('two tabs of a browser can sign in at once, and each goes where it wanted to go', async () => {
    const browser = testbed.browser()
    const first = await testbed.begin(browser, 'one', '/first')
    const second = await testbed.begin(browser, 'two', '/second')
    const secondBack = await signInThere(browser, second.href, 'bob')
    const firstBack = await signInThere(browser, first.href, 'alice')
    expect(await testbed.outcome(browser, new URL(firstBack))).toBe('/first')
    expect(await testbed.outcome(browser, new URL(secondBack))).toBe('/second')
    expect(testbed.party.begun.map(({ provider, subject }) => [provider, subject])).toEqual([
      ['one', 'alice'],
      ['two', 'bob'],
    ])
  })

  test('the groups are those of the mapping, and none without a claim for them', async () => {
    for (const more of [
      { groupMapping: { staff: 'employees', guests: 'visitors' } },
      { groupMapping: { guests: 'visitors' } },
      { groupsClaim: undefined },
    ]) {
      testbed.connect(more)
      expect(await testbed.signIn(testbed.browser())).toBe('/')
    }
    expect(testbed.party.begun.map(({ groups }) => groups)).toEqual([['employees'], [], []])
  })

  test.each(['//evil.example/x', '/\\evil.example', 'https://evil.example/', '/\t/evil.example'])(
    'the return path %j leads to the front page',
    async (path) => {
      const browser = testbed.browser()
      const there = await testbed.begin(browser, 'one', path)
      const callback = await signInThere(browser, there.href, 'alice')
      expect(await testbed.outcome(browser, new URL(callback))).toBe('/')
      expect(testbed.party.begun).toHaveLength(1)
    },
  )
})

describe('a sign-in that fails', () => {
  test('a person who cancels is told so', async () => {
    const browser = testbed.browser()
    const callback = await signInThere(browser, (await testbed.begin(browser)).href, undefined)
    expect(await testbed.outcome(browser, new URL(callback))).toBe('/#signin-error=denied')
  })

  test.each([
    ['forbidden', new Problem('forbidden')],
    ['unavailable', new Problem('unavailable')],
    ['unavailable', new Error('a fault of ours')],
  ])('a person who cannot have a session is told "%s"', async (failure, error) => {
    testbed.party.beforeBegin = () => {
      throw error
    }
    expect(await testbed.signIn(testbed.browser())).toBe(`/#signin-error=${failure}`)
  })

  test('a wrong client secret is the fault of the set-up', async () => {
    testbed.connect({ clientSecret: 'another' })
    expect(await testbed.signIn(testbed.browser())).toBe('/#signin-error=provider-error')
  })

  test('the log has the reason with the id that the page gets, and neither code nor state', async () => {
    const browser = testbed.browser()
    const callback = await testbed.comeBack(browser)
    callback.searchParams.set('iss', 'https://evil.example')
    const { location = '' } = await browser.visit(callback.href)
    const [, id] = /#signin-error=not-valid&request=([\w-]{36})$/.exec(location) ?? []
    const line = testbed.party.log.find((each) => each.includes('a sign-in failed')) ?? '{}'
    expect(JSON.parse(line)).toMatchObject({
      requestId: id,
      provider: 'one',
      failure: 'not-valid',
      reason: expect.stringContaining('unexpected "iss" (issuer) response parameter value'),
    })
    for (const name of ['code', 'state']) {
      expect(testbed.party.log.join('')).not.toContain(callback.searchParams.get(name))
    }
  })

  test('a provider that is not connected is not found', async () => {
    const { status } = await testbed.browser().visit(`${testbed.party.origin}/account/login/three`)
    expect(status).toBe(404)
  })
})

test.each(Object.entries(METHODS))('account proves itself by %s', async (method, { own }) => {
  testbed.connect({ clientId: method, ...own })
  expect(await testbed.signIn(testbed.browser())).toBe('/')
  expect(testbed.party.begun).toHaveLength(1)
})
