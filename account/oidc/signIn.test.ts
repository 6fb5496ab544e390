import { generateKeyPairSync } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Problem } from '../../contract/problem.ts'
import { disposables } from '../../test/support/disposables.ts'
import { HttpBrowser, signInThere } from '../../test/support/httpBrowser.ts'
import { RelyingParty } from '../../test/support/relyingParty.ts'
import { TestProvider } from '../../test/support/testProvider.ts'

const opened = disposables()
let party: RelyingParty
let one: TestProvider
let two: TestProvider

const secret = 'a secret of the test'
const settings = (id: string, provider: TestProvider, more: Record<string, unknown> = {}) => ({
  id,
  name: `Provider ${id}`,
  issuer: provider.issuer,
  clientId: 'causeway',
  clientSecret: secret,
  scopes: ['openid', 'profile', 'groups'],
  groupsClaim: 'groups',
  ...more,
})

beforeAll(async () => {
  party = await RelyingParty.open(opened)
  one = await TestProvider.open(opened)
  two = await TestProvider.open(opened)
})

beforeEach(async () => {
  party.begun.length = 0
  party.ahead = 0
  party.beforeBegin = () => {}
  await one.start([party.registration('one')])
  await two.start([party.registration('two')])
  party.connect([settings('one', one), settings('two', two)])
})

/** Begins a sign-in, and returns the address at the provider. */
async function begin(browser: HttpBrowser, id = 'one', path = '/'): Promise<URL> {
  const { location } = await browser.visit(
    `${party.origin}/account/login/${id}?return=${encodeURIComponent(path)}`,
  )
  return new URL(location ?? 'about:blank')
}

/** As far as the callback, which is not visited. */
async function comeBack(browser: HttpBrowser, id = 'one'): Promise<URL> {
  return new URL(await signInThere(browser, (await begin(browser, id)).href, 'alice'))
}

/** Where a callback leads, without the request's id. */
async function outcome(browser: HttpBrowser, callback: URL): Promise<string> {
  const { location = '' } = await browser.visit(callback.href)
  return location.replace(party.origin, '').replace(/&request=[\w-]{36}$/, '')
}

/** Signs in from the start to the end. */
async function signIn(browser: HttpBrowser, id = 'one'): Promise<string> {
  return outcome(browser, await comeBack(browser, id))
}

describe('a sign-in by a provider', () => {
  test('a person who signs in at the provider has a session, and is where they wanted to be', async () => {
    const browser = new HttpBrowser()
    const there = await begin(browser, 'one', '/#/rooms.berlin')
    expect(there.origin).toBe(one.issuer)
    expect(Object.fromEntries(there.searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      redirect_uri: `${party.origin}/account/callback/one`,
    })
    const callback = await signInThere(browser, there.href, 'alice')
    const { status, location } = await browser.visit(callback)
    expect([status, location]).toEqual([302, `${party.origin}/#/rooms.berlin`])
    expect(party.begun).toEqual([
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
    const browser = new HttpBrowser()
    const first = await begin(browser, 'one', '/first')
    const second = await begin(browser, 'two', '/second')
    const secondBack = await signInThere(browser, second.href, 'bob')
    const firstBack = await signInThere(browser, first.href, 'alice')
    expect(await outcome(browser, new URL(firstBack))).toBe('/first')
    expect(await outcome(browser, new URL(secondBack))).toBe('/second')
    expect(party.begun.map(({ provider, subject }) => [provider, subject])).toEqual([
      ['one', 'alice'],
      ['two', 'bob'],
    ])
  })

  test('the groups are those of the mapping, and change with the provider at the next sign-in', async () => {
    const groupMapping = { staff: 'employees', guests: 'visitors' }
    party.connect([settings('one', one, { groupMapping })])
    expect(await signIn(new HttpBrowser())).toBe('/')
    const alice = one.people.find(({ login }) => login === 'alice')
    if (alice !== undefined) alice.groups = ['guests', 'unknown', 'constructor']
    expect(await signIn(new HttpBrowser())).toBe('/')
    expect(party.begun.map(({ groups }) => groups)).toEqual([['employees'], ['visitors']])
    if (alice !== undefined) alice.groups = ['staff']
  })

  test.each(['//evil.example/x', '/\\evil.example', 'https://evil.example/', '/\t/evil.example'])(
    'the return path %j leads to the front page',
    async (path) => {
      const browser = new HttpBrowser()
      const there = await begin(browser, 'one', path)
      const callback = await signInThere(browser, there.href, 'alice')
      expect(await outcome(browser, new URL(callback))).toBe('/')
      expect(party.begun).toHaveLength(1)
    },
  )
})

describe('a callback that proves too little', () => {
  const expectNobody = async (browser: HttpBrowser, callback: URL, failure: string) => {
    expect(await outcome(browser, callback)).toBe(`/#signin-error=${failure}`)
    expect(party.begun).toEqual([])
  }

  test('a changed state is refused', async () => {
    const browser = new HttpBrowser()
    const callback = await comeBack(browser)
    const state = callback.searchParams.get('state') ?? ''
    callback.searchParams.set('state', `${state.startsWith('A') ? 'B' : 'A'}${state.slice(1)}`)
    await expectNobody(browser, callback, 'not-valid')
  })

  test('a missing state is refused', async () => {
    const browser = new HttpBrowser()
    const callback = await comeBack(browser)
    callback.searchParams.delete('state')
    await expectNobody(browser, callback, 'not-valid')
  })

  test("another sign-in's state is refused", async () => {
    const browser = new HttpBrowser()
    const other = await comeBack(browser)
    const callback = await comeBack(browser)
    callback.searchParams.set('state', other.searchParams.get('state') ?? '')
    // The code belongs to another verifier.
    await expectNobody(browser, callback, 'expired')
  })

  test('another nonce in the ID token is refused', async () => {
    const browser = new HttpBrowser()
    const there = await begin(browser)
    there.searchParams.set('nonce', 'a nonce of someone else')
    await expectNobody(
      browser,
      new URL(await signInThere(browser, there.href, 'alice')),
      'not-valid',
    )
  })

  test.each([
    ['another issuer', 'https://evil.example'],
    ['no issuer', undefined],
  ])('%s in the callback is refused', async (_what, issuer) => {
    const browser = new HttpBrowser()
    const callback = await comeBack(browser)
    if (issuer === undefined) callback.searchParams.delete('iss')
    else callback.searchParams.set('iss', issuer)
    await expectNobody(browser, callback, 'not-valid')
  })

  test('a code of one provider at the callback of another is refused', async () => {
    const browser = new HttpBrowser()
    const callback = await comeBack(browser, 'one')
    callback.pathname = '/account/callback/two'
    await expectNobody(browser, callback, 'not-valid')
  })

  test.each([
    ['no cookie', false],
    ['its own cookie', true],
  ])(
    'a callback in another browser, with %s, is refused, and the first browser can go on',
    async (_what, hasCookie) => {
      const browser = new HttpBrowser()
      const other = new HttpBrowser()
      if (hasCookie) await begin(other)
      const callback = await comeBack(browser)
      await expectNobody(other, callback, 'other-browser')
      expect(await outcome(browser, callback)).toBe('/')
    },
  )

  test('a sign-in that took more than ten minutes is refused', async () => {
    const browser = new HttpBrowser()
    const callback = await comeBack(browser)
    party.ahead = 601_000
    await expectNobody(browser, callback, 'expired')
  })

  test('a code that was used is refused', async () => {
    const browser = new HttpBrowser()
    const callback = await comeBack(browser)
    expect(await outcome(browser, callback)).toBe('/')
    expect(await outcome(browser, callback)).toBe('/#signin-error=expired')
    expect(party.begun).toHaveLength(1)
  })
})

describe('a sign-in that fails', () => {
  test('a person who cancels is told so', async () => {
    const browser = new HttpBrowser()
    const callback = await signInThere(browser, (await begin(browser)).href, undefined)
    expect(await outcome(browser, new URL(callback))).toBe('/#signin-error=denied')
  })

  test.each([
    ['forbidden', new Problem('forbidden')],
    ['unavailable', new Problem('unavailable')],
    ['unavailable', new Error('a fault of ours')],
  ])('a person who cannot have a session is told "%s"', async (failure, error) => {
    party.beforeBegin = () => {
      throw error
    }
    expect(await signIn(new HttpBrowser())).toBe(`/#signin-error=${failure}`)
  })

  test('a wrong client secret is the fault of the set-up', async () => {
    party.connect([settings('one', one, { clientSecret: 'another' })])
    expect(await signIn(new HttpBrowser())).toBe('/#signin-error=provider-error')
  })

  test('the page gets the id of the request, which is in the log', async () => {
    const { location } = await new HttpBrowser().visit(`${party.origin}/account/callback/one`)
    expect(location).toMatch(/#signin-error=not-valid&request=[\w-]{36}$/)
  })

  test('a provider that is not connected is not found', async () => {
    const { status } = await new HttpBrowser().visit(`${party.origin}/account/login/three`)
    expect(status).toBe(404)
  })
})

describe('a provider that is away', () => {
  test('a provider that is away does not disturb sign-ins by another', async () => {
    one.stop()
    const { location } = await new HttpBrowser().visit(`${party.origin}/account/login/one`)
    expect(location).toContain('#signin-error=provider-away')
    expect(await signIn(new HttpBrowser(), 'two')).toBe('/')
  })

  test('a provider that goes away during a sign-in ends it with a page', async () => {
    const browser = new HttpBrowser()
    const callback = await comeBack(browser)
    one.stop()
    expect(await outcome(browser, callback)).toBe('/#signin-error=provider-away')
  })

  test('a provider that has new keys signs people in at once', async () => {
    expect(await signIn(new HttpBrowser())).toBe('/')
    await one.start([party.registration('one')])
    expect(await signIn(new HttpBrowser())).toBe('/')
    expect(party.begun).toHaveLength(2)
  })
})

describe('how account proves itself', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = (key: typeof publicKey) => ({
    ...key.export({ format: 'jwk' }),
    alg: 'ES256',
    kid: 'k1',
  })
  test.each([
    ['client_secret_basic', { clientAuthentication: 'basic' }, {}],
    ['client_secret_post', { clientAuthentication: 'post' }, {}],
    ['none', { clientSecret: undefined }, { client_secret: undefined }],
    [
      'private_key_jwt',
      { clientSecret: undefined, clientKey: jwk(privateKey) },
      {
        client_secret: undefined,
        jwks: { keys: [jwk(publicKey)] },
        token_endpoint_auth_signing_alg: 'ES256',
      },
    ],
  ])('account proves itself by %s', async (method, own, registered) => {
    const registration = { token_endpoint_auth_method: method, ...registered }
    await one.start([party.registration('one', registration)])
    party.connect([settings('one', one, own)])
    expect(await signIn(new HttpBrowser())).toBe('/')
    expect(party.begun).toHaveLength(1)
  })
})
