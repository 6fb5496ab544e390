import { beforeAll, describe, expect, test } from '@jest/globals'
import {
  accept,
  type AccountServer,
  accountServer,
  PASSWORD,
} from '../test/support/accountServer.ts'
import { disposables } from '../test/support/disposables.ts'
import type { Answer } from '../test/support/testBrowser.ts'
import { testDatabase } from '../test/support/testDatabase.ts'

const opened = disposables()
let server: AccountServer

beforeAll(async () => {
  server = await accountServer(opened, await testDatabase())
})

const invite = (given: { principal?: string; groups?: string[] } = {}) =>
  server.account.invitations.create({ groups: [], admin: false, ...given })

const countOf = (answers: Answer[], status: number): number =>
  answers.filter((answer) => answer.status === status).length

describe('an invitation', () => {
  test('makes an account, and signs the person in', async () => {
    const alice = server.browser()
    const answer = await accept(alice, await invite({ groups: ['staff'] }), 'Alice')
    expect(answer).toMatchObject({ status: 200, body: { principal: 'user:alice', name: 'alice' } })
    expect(new Date(String(answer.body['expiresAt'])).getTime()).toBeGreaterThan(Date.now())
    expect((await alice.get('/account/me')).body).toEqual({
      principal: 'user:alice',
      name: 'alice',
      groups: ['staff'],
      expiresAt: answer.body['expiresAt'],
    })
  })

  test('is good once', async () => {
    const url = await invite()
    expect((await accept(server.browser(), url, 'once')).status).toBe(200)
    expect((await accept(server.browser(), url, 'twice')).status).toBe(403)
  })

  test('that many accept at once makes one account', async () => {
    const url = await invite()
    const names = Array.from({ length: 8 }, (_, at) => `racer${at}`)
    const answers = await Promise.all(names.map((name) => accept(server.browser(), url, name)))
    expect(countOf(answers, 200)).toBe(1)
    expect(countOf(answers, 403)).toBe(7)
  })

  test('stays good if the name is taken, also if another takes it at the same time', async () => {
    const urls = await Promise.all(Array.from({ length: 4 }, () => invite()))
    const answers = await Promise.all(urls.map((url) => accept(server.browser(), url, 'popular')))
    expect([countOf(answers, 200), countOf(answers, 403)]).toEqual([1, 3])
    const left = urls.filter((_, at) => answers[at]?.status === 403)
    const others = await Promise.all(
      left.map((url, at) => accept(server.browser(), url, `other${at}`)),
    )
    expect(others.map(({ status }) => status)).toEqual([200, 200, 200])
  })

  test('for a name is good for that name only, whatever its capitals', async () => {
    const url = await invite({ principal: 'user:carol' })
    expect((await accept(server.browser(), url, 'mallory')).status).toBe(403)
    expect((await accept(server.browser(), url, 'CAROL')).status).toBe(200)
  })

  test('with a free choice cannot take a name that was given grants or a ban before', async () => {
    await server.account.grants.put({
      subject: 'user:boss',
      pattern: 'money.**',
      actions: ['read'],
    })
    await server.account.revocations.ban('user:villain')
    const url = await invite()
    expect((await accept(server.browser(), url, 'boss')).status).toBe(403)
    expect((await accept(server.browser(), url, 'villain')).status).toBe(403)
    const own = await invite({ principal: 'user:boss' })
    expect((await accept(server.browser(), own, 'boss')).status).toBe(200)
  })

  test('for a person with an account sets a new password, and ends the sessions', async () => {
    const dora = server.browser()
    await accept(dora, await invite(), 'dora')
    const url = await invite({ principal: 'user:dora', groups: ['ignored'] })
    const again = server.browser()
    expect((await accept(again, url, 'dora', 'another long one')).body['principal']).toBe(
      'user:dora',
    )
    expect((await dora.get('/account/me')).status).toBe(401)
    expect((await again.get('/account/me')).body['groups']).toEqual([])
    const login = { name: 'dora', password: PASSWORD }
    expect((await server.browser().post('/account/login', login)).status).toBe(401)
  })

  test('that has expired is not good', async () => {
    const url = await invite()
    await server.database.query(
      `update "invitation" set "expires_at" = now() where "principal" is null`,
    )
    expect((await accept(server.browser(), url, 'late')).status).toBe(403)
  })

  test.each([
    ['a short password', { name: 'eve', password: '1234567' }, '#/password'],
    ['a common password', { name: 'eve', password: 'Password123' }, '#/password'],
    ['the name as the password', { name: 'evelyn-mc', password: 'Evelyn-MC1' }, '#/password'],
    ['a name with a space', { name: 'e v', password: PASSWORD }, '#/name'],
    ['a name of the form of providers', { name: 'corp--eve', password: PASSWORD }, '#/name'],
    ['no name', { password: PASSWORD }, '#/name'],
    [
      'a display name without letters',
      { name: 'eve', password: PASSWORD, displayName: ' ' },
      '#/displayName',
    ],
    ['something unknown', { name: 'eve', password: PASSWORD, admin: true }, '#/admin'],
  ])('with %s is refused, and stays good', async (_what, body, pointer) => {
    const url = await invite()
    const code = url.slice(url.indexOf('=') + 1)
    const answer = await server.browser().post('/account/invitations/accept', { code, ...body })
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer }] } })
    expect(await server.account.invitations.isGood(code, 'user:nobody')).toBe(true)
  })
})

describe('a sign-in by password', () => {
  test('takes the name in any capitals, and the password in any form of Unicode', async () => {
    await accept(server.browser(), await invite(), 'frida', 'Ça va très bien')
    const body = { name: 'FRIDA', password: 'Ça va très bien'.normalize('NFD') }
    expect(await server.browser().post('/account/login', body)).toMatchObject({
      status: 200,
      body: { principal: 'user:frida' },
    })
  })

  test('gets one answer for a wrong password, an unknown name and one that nobody can have', async () => {
    await accept(server.browser(), await invite(), 'gina')
    const answers = await Promise.all(
      ['gina', 'nobody', 'no body', ''].map((name) =>
        server.browser().post('/account/login', { name, password: 'not the password' }),
      ),
    )
    const bodies = answers.map(({ body }) => JSON.stringify({ ...body, instance: '' }))
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401])
    expect(new Set(bodies).size).toBe(1)
    expect(answers[0]?.headers.get('content-type')).toContain('application/problem+json')
  })

  test('begins a session with new secrets, and ends the one before', async () => {
    const hugo = server.browser()
    await accept(hugo, await invite(), 'hugo')
    const before = hugo.copy()
    await hugo.post('/account/login', { name: 'hugo', password: PASSWORD })
    expect(hugo.cookies.get('causeway-session')).not.toBe(before.cookies.get('causeway-session'))
    expect((await before.get('/account/me')).status).toBe(401)
    expect((await hugo.get('/account/me')).status).toBe(200)
  })

  test('of somebody banned is refused', async () => {
    const ivan = server.browser()
    await accept(ivan, await invite(), 'ivan')
    await server.account.revocations.ban('user:ivan')
    expect((await ivan.get('/account/me')).status).toBe(401)
    const login = () =>
      server.browser().post('/account/login', { name: 'ivan', password: PASSWORD })
    expect((await login()).status).toBe(403)
    await server.account.revocations.unban('user:ivan')
    expect((await login()).status).toBe(200)
  })
})

describe('a change of the password', () => {
  test('ends the other sessions, and keeps its own', async () => {
    const judy = server.browser()
    await accept(judy, await invite(), 'judy')
    const phone = server.browser()
    await phone.post('/account/login', { name: 'judy', password: PASSWORD })
    const change = (password: string, newPassword: string) =>
      judy.post('/account/password', { password, newPassword })
    expect((await change('wrong password', 'something better')).status).toBe(403)
    expect((await change(PASSWORD, 'judyjudy')).status).toBe(422)
    expect((await change(PASSWORD, 'something better')).status).toBe(204)
    expect((await judy.get('/account/me')).status).toBe(200)
    expect((await phone.get('/account/me')).status).toBe(401)
    const login = { name: 'judy', password: 'something better' }
    expect((await phone.post('/account/login', login)).status).toBe(200)
  })
})

describe('a guest', () => {
  test('gets a principal of its own each time', async () => {
    const one = await server.browser().post('/account/guest', { name: 'Zoë' })
    const other = await server.browser().post('/account/guest', { name: 'Zoë' })
    expect(one).toMatchObject({ status: 200, body: { name: 'Zoë' } })
    expect(one.body['principal']).toMatch(/^guest:[0-9a-f]{16}$/)
    expect(other.body['principal']).not.toBe(one.body['principal'])
  })

  test('is refused without leave, and without a name', async () => {
    const closed = await accountServer(opened, await testDatabase(), { guests: false })
    expect((await closed.browser().post('/account/guest', { name: 'Zoë' })).status).toBe(403)
    expect((await closed.browser().get('/account/methods')).body).toEqual({
      local: true,
      passkeys: true,
      guests: false,
      providers: [],
    })
    expect((await server.browser().post('/account/guest', { name: '' })).status).toBe(422)
  })
})
