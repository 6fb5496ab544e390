import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import {
  accept,
  type AccountServer,
  accountServer,
  PASSWORD,
} from '../../test/support/accountServer.ts'
import { disposables } from '../../test/support/disposables.ts'
import { asked, personWithPasskey, signIn } from '../../test/support/passkeyBrowser.ts'
import type { Lies, SoftAuthenticator } from '../../test/support/softAuthenticator.ts'
import type { TestBrowser } from '../../test/support/testBrowser.ts'
import { testDatabase } from '../../test/support/testDatabase.ts'

const opened = disposables()
let server: AccountServer
let count = 0
/** Somebody who is signed in, with a passkey. */
let name: string
let who: TestBrowser
let authenticator: SoftAuthenticator

beforeAll(async () => {
  server = await accountServer(opened, await testDatabase())
})
beforeEach(async () => {
  name = `p${count++}`
  ;({ who, authenticator } = await personWithPasskey(server, name))
})

const tryWith = async (lies: Lies) => (await signIn(server.browser(), authenticator, lies)).status

describe('a sign-in by passkey', () => {
  test('begins a session like any other, without a name or a password', async () => {
    const browser = server.browser()
    const options = await browser.post('/account/passkeys/sign-in/options', {})
    expect(options.body).toMatchObject({ rpId: 'chat.example', userVerification: 'required' })
    expect(options.body['allowCredentials']).toBeUndefined()
    expect(await signIn(browser, authenticator)).toMatchObject({
      status: 200,
      body: { principal: `user:${name}`, name, expiresAt: expect.any(String) },
    })
    expect((await browser.get('/account/me')).body).toMatchObject({
      principal: `user:${name}`,
      groups: ['staff'],
    })
    expect((await browser.post('/account/renew')).status).toBe(200)
    const { body } = await who.get('/account/passkeys')
    expect(body['passkeys']).toMatchObject([{ usedAt: expect.any(String) }])
  })

  test('ends the session that the browser had before', async () => {
    const before = who.copy()
    expect((await signIn(who, authenticator)).status).toBe(200)
    expect((await before.get('/account/me')).status).toBe(401)
    expect((await who.get('/account/me')).status).toBe(200)
  })

  test.each<[string, Lies]>([
    ['another origin', { origin: 'https://evil.example' }],
    ['a frame in another origin', { crossOrigin: true }],
    ['another host', { rpId: 'evil.example' }],
    ['nobody there', { flags: 0 }],
    ['somebody, but perhaps not the owner', { flags: 1 }],
    ['a signature for a new passkey', { type: 'webauthn.create' }],
    ['a challenge that nobody gave', { challenge: 'A'.repeat(88) }],
    ['no account that there is', { userHandle: 'A'.repeat(22) }],
  ])('with %s is refused', async (_what, lies) => {
    expect(await tryWith(lies)).toBe(401)
    expect(await tryWith({})).toBe(200)
  })

  test('with a challenge that was used is refused, also if two use it at once', async () => {
    const browser = server.browser()
    const body = authenticator.get(await asked(browser, 'sign-in/options'))
    const send = () => browser.copy().post('/account/passkeys/sign-in', body)
    const first = await Promise.all([send(), send(), send()])
    expect(first.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 401, 401])
    expect((await send()).status).toBe(401)
  })

  test('with a challenge that was used is refused of a passkey that does not count, too', async () => {
    const other = await personWithPasskey(server, `${name}-still`, { counts: false })
    const browser = server.browser()
    const body = other.authenticator.get(await asked(browser, 'sign-in/options'))
    const send = () => browser.copy().post('/account/passkeys/sign-in', body)
    const answers = await Promise.all([send(), send(), send()])
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 401, 401])
    expect((await signIn(server.browser(), other.authenticator)).status).toBe(200)
  })

  test('with a challenge of another browser, or for a new passkey, is refused', async () => {
    const [one, other] = [server.browser(), server.browser()]
    await asked(other, 'sign-in/options')
    const body = authenticator.get(await asked(one, 'sign-in/options'))
    expect((await other.post('/account/passkeys/sign-in', body)).status).toBe(401)
    expect((await server.browser().post('/account/passkeys/sign-in', body)).status).toBe(401)
    const { challenge } = await asked(who, 'options')
    expect((await signIn(who, authenticator, { challenge })).status).toBe(401)
  })

  test('with a counter that went back, or stood still, is refused: there is a copy', async () => {
    expect(await tryWith({ counter: 9 })).toBe(200)
    expect(await tryWith({ counter: 9 })).toBe(401)
    expect(await tryWith({ counter: 8 })).toBe(401)
    expect(await tryWith({ counter: 0 })).toBe(401)
    expect(await tryWith({ counter: 10 })).toBe(200)
    const both = await Promise.all([tryWith({ counter: 20 }), tryWith({ counter: 20 })])
    expect(both.toSorted((one, other) => one - other)).toEqual([200, 401])
  })

  test('with another person’s credential is refused, whatever account it claims', async () => {
    const other = await personWithPasskey(server, `${name}-other`)
    const { userHandle } = other.authenticator
    expect(await tryWith({ userHandle })).toBe(401)
    const browser = server.browser()
    const body = authenticator.get(await asked(browser, 'sign-in/options'))
    const { id } = other.authenticator
    const stolen = { ...body, id, rawId: id, response: { ...body.response, userHandle } }
    expect((await browser.post('/account/passkeys/sign-in', stolen)).status).toBe(401)
  })

  test('from the page of another site is refused', async () => {
    const browser = server.browser()
    const body = authenticator.get(await asked(browser, 'sign-in/options'))
    const headers = { Origin: 'https://evil.example' }
    expect((await browser.post('/account/passkeys/sign-in', body, headers)).status).toBe(403)
  })
})

describe('whoever may sign in no more', () => {
  test('by a ban is refused with the passkey too, until it is lifted', async () => {
    await server.account.revocations.ban(`user:${name}`)
    expect(await tryWith({})).toBe(403)
    await server.account.revocations.unban(`user:${name}`)
    expect(await tryWith({})).toBe(200)
  })

  test('by a new password from an invitation has no passkey left: it may be somebody else’s', async () => {
    const late = authenticator.create(await asked(who, 'options'))
    const invitation = { principal: `user:${name}`, groups: [], admin: false }
    const url = await server.account.invitations.create(invitation)
    const owner = server.browser()
    expect((await accept(owner, url, name, 'another long one')).status).toBe(200)
    expect(await tryWith({})).toBe(401)
    expect((await who.post('/account/passkeys', late)).status).toBe(401)
    expect((await owner.get('/account/passkeys')).body['passkeys']).toEqual([])
  })

  test('by the loss of the account has no passkey either, and the next with the name is another', async () => {
    await server.database.query(`delete from "local_account" where "principal" = $1`, [
      `user:${name}`,
    ])
    const next = server.browser()
    const invitation = { principal: `user:${name}`, groups: [], admin: false }
    await accept(next, await server.account.invitations.create(invitation), name)
    expect(await tryWith({})).toBe(401)
    const { user } = await asked(next, 'options')
    expect(user?.id).not.toBe(authenticator.userHandle)
  })

  test('by too many tries with a passkey can still use the password, and the other way round', async () => {
    const limited = await accountServer(opened, await testDatabase(), { triesPerAccount: 3 })
    const person = await personWithPasskey(limited, 'tried')
    const wrong = (lies: Lies) => signIn(limited.browser(), person.authenticator, lies)
    const login = (password: string) =>
      limited.browser().post('/account/login', { name: 'tried', password })
    for (let tried = 0; tried < 3; tried++) {
      expect((await wrong({ origin: 'https://evil.example' })).status).toBe(401)
    }
    expect((await wrong({})).status).toBe(429)
    expect((await login(PASSWORD)).status).toBe(200)
    const other = await personWithPasskey(limited, 'other')
    for (let tried = 0; tried < 3; tried++) {
      const body = { name: 'other', password: 'not this one' }
      expect((await limited.browser().post('/account/login', body)).status).toBe(401)
    }
    const body = { name: 'other', password: PASSWORD }
    expect((await limited.browser().post('/account/login', body)).status).toBe(429)
    expect((await signIn(limited.browser(), other.authenticator)).status).toBe(200)
  })
})
