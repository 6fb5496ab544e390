import { beforeAll, describe, expect, test } from '@jest/globals'
import { accept, type AccountServer, accountServer } from '../../test/support/accountServer.ts'
import { disposables } from '../../test/support/disposables.ts'
import { add, asked, ORIGIN, personWithPasskey, signIn } from '../../test/support/passkeyBrowser.ts'
import { type Lies, SoftAuthenticator } from '../../test/support/softAuthenticator.ts'
import type { TestBrowser } from '../../test/support/testBrowser.ts'
import { testDatabase } from '../../test/support/testDatabase.ts'

const opened = disposables()
let server: AccountServer
let who: TestBrowser
let count = 0

beforeAll(async () => {
  server = await accountServer(opened, await testDatabase())
})

/** Somebody new who has just signed in. */
async function person(name = `p${count++}`): Promise<TestBrowser> {
  const browser = server.browser()
  const invitation = { groups: [], admin: false }
  await accept(browser, await server.account.invitations.create(invitation), name)
  return browser
}

async function passkeysOf(browser: TestBrowser): Promise<{ id: string }[]> {
  const { passkeys } = (await browser.get('/account/passkeys')).body
  return Array.isArray(passkeys) ? passkeys : []
}
const newPasskey = () => new SoftAuthenticator(ORIGIN)

/** Makes all sign-ins of the server older. */
const pass = (seconds: number) =>
  server.database.query(
    `update "session" set "created_at" = "created_at" - $1::integer * interval '1 second'`,
    [seconds],
  )

describe('a new passkey', () => {
  test('is asked for without a name that an authenticator would keep, and is one that needs no name', async () => {
    who = await person('alice')
    const { body } = await who.post('/account/passkeys/options', {})
    expect(body).toMatchObject({
      rp: { id: 'chat.example', name: 'Causeway' },
      user: { id: expect.stringMatching(/^[\w-]{22}$/), name: 'alice', displayName: 'alice' },
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      attestation: 'none',
      excludeCredentials: [],
    })
    expect(Buffer.from(String(Object(body['user']).id), 'base64url').toString()).not.toContain(
      'alice',
    )
  })

  test('is listed with the browser that added it, and excludes a second one on the same device', async () => {
    who = await person()
    const authenticator = newPasskey()
    const { status, body } = await add(who, authenticator)
    expect(status).toBe(201)
    expect(await passkeysOf(who)).toEqual([
      { id: body['id'], createdAt: expect.any(String), usedAt: null, userAgent: 'node' },
    ])
    const options = await who.post('/account/passkeys/options', {})
    expect(options.body['excludeCredentials']).toEqual([
      { type: 'public-key', id: authenticator.id },
    ])
  })

  test.each<[string, Lies]>([
    ['another origin', { origin: 'https://evil.example' }],
    ['a frame in another origin', { crossOrigin: true }],
    ['another host', { rpId: 'evil.example' }],
    ['nobody there', { flags: 0 }],
    ['somebody, but perhaps not the owner', { flags: 1 }],
    ['a signature for a sign-in', { type: 'webauthn.get' }],
    ['a challenge that nobody gave', { challenge: 'A'.repeat(88) }],
    ['the certificates of its maker', { certificates: [Buffer.from('x')] }],
  ])('with %s is refused', async (_what, lies) => {
    who = await person()
    expect((await add(who, newPasskey(), lies)).status).toBe(403)
    expect(await passkeysOf(who)).toEqual([])
    expect((await add(who, newPasskey())).status).toBe(201)
  })

  test('for a challenge that was used, of a sign-in, or of another session is refused', async () => {
    who = await person()
    const options = await asked(who, 'options')
    const post = (from: SoftAuthenticator, challenge: string, browser = who) =>
      browser.post('/account/passkeys', from.create({ ...options, challenge }))
    const signingIn = await asked(who, 'sign-in/options')
    expect((await post(newPasskey(), signingIn.challenge)).status).toBe(403)
    expect((await post(newPasskey(), options.challenge, await person())).status).toBe(403)
    expect((await post(newPasskey(), options.challenge)).status).toBe(201)
    expect((await post(newPasskey(), options.challenge)).status).toBe(403)
    expect(await passkeysOf(who)).toHaveLength(1)
  })

  test('that somebody has already is refused', async () => {
    const taken = await personWithPasskey(server, 'taken')
    who = await person()
    expect((await add(who, taken.authenticator)).status).toBe(403)
    expect(await passkeysOf(who)).toEqual([])
  })

  test.each([
    ['nothing', {}, '#/id'],
    ['no text', { id: 7 }, '#/id'],
    ['an id that is too long', { id: 'A'.repeat(1_365) }, '#/id'],
    ['another alphabet', { id: 'a+b=' }, '#/id'],
  ])('with %s as its credential is refused as a mistake', async (_what, body, pointer) => {
    who = await person()
    const { status, body: problem } = await who.post('/account/passkeys', body)
    expect(status).toBe(422)
    expect(problem['errors']).toContainEqual({ pointer, detail: expect.any(String) })
  })

  test('with text that is none of WebAuthn is refused, and hurts nobody', async () => {
    who = await person()
    const made = newPasskey().create(await asked(who, 'options'))
    for (const changes of [
      { clientDataJSON: 'AAAA' },
      { clientDataJSON: Buffer.from('7').toString('base64url') },
      { attestationObject: 'AAAA' },
      { attestationObject: Buffer.alloc(9_000, 0xbf).toString('base64url') },
    ]) {
      const body = { ...made, response: { ...made.response, ...changes } }
      expect((await who.post('/account/passkeys', body)).status).toBe(403)
    }
    expect(await passkeysOf(who)).toEqual([])
  })
})

test('A passkey that comes after the end of its session is not kept', async () => {
  who = await person()
  const { principal } = (await who.get('/account/me')).body
  const sid = String(who.cookies.get('causeway-session')?.split('.')[0])
  const key = { credential: 'c', publicKey: 'k', counter: 0, userAgent: '' }
  const passkey = { ...key, principal: String(principal), sid, challenge: 'a' }
  await server.account.sessions.end(sid)
  expect(await server.account.passkeys.add(passkey)).toBeUndefined()
  expect(await server.account.passkeys.list(String(principal))).toEqual([])
})

describe('ten passkeys', () => {
  test('are what one person can have, also if twelve are added at once', async () => {
    who = await person()
    const made = []
    for (let each = 0; each < 12; each++)
      made.push(newPasskey().create(await asked(who, 'options')))
    const answers = await Promise.all(made.map((body) => who.post('/account/passkeys', body)))
    const all = await passkeysOf(who)
    expect(all.length).toBe(answers.filter(({ status }) => status === 201).length)
    while ((await passkeysOf(who)).length < 10) {
      expect((await add(who, newPasskey())).status).toBe(201)
    }
    expect((await who.post('/account/passkeys/options', {})).status).toBe(403)
    // Asked for in time, but finished too late.
    await who.send('DELETE', `/account/passkeys/${all[0]?.id}`)
    const late = newPasskey().create(await asked(who, 'options'))
    expect((await add(who, newPasskey())).status).toBe(201)
    expect((await who.post('/account/passkeys', late)).status).toBe(403)
    expect(await passkeysOf(who)).toHaveLength(10)
  })
})

describe('a person', () => {
  test('who signed in long ago signs in again before passkeys are added or deleted', async () => {
    const { who: alice, id } = await personWithPasskey(server, 'long-ago')
    const late = newPasskey().create(await asked(alice, 'options'))
    await pass(901)
    for (const answer of [
      await alice.post('/account/passkeys/options', {}),
      await alice.post('/account/passkeys', late),
      await alice.send('DELETE', `/account/passkeys/${id}`),
    ]) {
      expect(answer).toMatchObject({
        status: 401,
        body: { detail: expect.stringMatching(/again/) },
      })
    }
    expect(await passkeysOf(alice)).toHaveLength(1)
  })

  test('deletes passkeys of their own and nobody else’s, and it signs in no more', async () => {
    const alice = await personWithPasskey(server, 'deleter')
    const bob = await personWithPasskey(server, 'bystander')
    const path = `/account/passkeys/${alice.id}`
    expect((await bob.who.send('DELETE', path)).status).toBe(404)
    expect((await signIn(server.browser(), alice.authenticator)).status).toBe(200)
    expect((await alice.who.send('DELETE', path)).status).toBe(204)
    expect((await alice.who.send('DELETE', path)).status).toBe(404)
    expect((await signIn(server.browser(), alice.authenticator)).status).toBe(401)
  })

  test('without a session has none, and a guest may not have any', async () => {
    const guest = server.browser()
    await guest.post('/account/guest', { name: 'Zoë' })
    expect((await guest.post('/account/passkeys/options', {})).status).toBe(403)
    const nobody = server.browser()
    expect((await nobody.post('/account/passkeys/options', {})).status).toBe(401)
    expect((await nobody.get('/account/passkeys')).status).toBe(401)
  })
})

test('Where the origin is an address, which browsers take no passkeys for, there are none', async () => {
  const publicOrigin = 'http://127.0.0.1:8080'
  const other = await accountServer(opened, await testDatabase(), { publicOrigin })
  expect((await other.browser().get('/account/methods')).body['passkeys']).toBe(false)
  expect((await other.browser().post('/account/passkeys/sign-in/options', {})).status).toBe(404)
})
