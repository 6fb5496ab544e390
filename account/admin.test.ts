import { beforeAll, describe, expect, test } from '@jest/globals'
import { accept, type AccountServer, accountServer } from '../test/support/accountServer.ts'
import { disposables } from '../test/support/disposables.ts'
import type { TestBrowser } from '../test/support/testBrowser.ts'
import { testDatabase } from '../test/support/testDatabase.ts'

const opened = disposables()
let server: AccountServer
let admin: TestBrowser
/** Somebody without any rights. */
let alice: TestBrowser

beforeAll(async () => {
  server = await accountServer(opened, await testDatabase())
  admin = await server.admin()
  alice = server.browser()
  await accept(
    alice,
    await server.account.invitations.create({ groups: [], admin: false }),
    'alice',
  )
})

const program = (): TestBrowser => server.browser()
const bearer = (token: unknown) => ({ Authorization: `Bearer ${String(token)}` })

describe('the administration', () => {
  test.each([
    ['POST', '/account/invitations', {}],
    ['POST', '/account/keys', { principal: 'service:x' }],
    ['GET', '/account/keys', undefined],
    ['DELETE', `/account/keys/${'0'.repeat(16)}`, undefined],
    ['POST', '/account/principals/user:alice/ban', undefined],
    ['DELETE', '/account/principals/user:alice/ban', undefined],
    ['POST', '/account/principals/user:alice/revoke', undefined],
    ['GET', '/grants', undefined],
    ['PUT', '/grants?subject=user:alice&pattern=**', { actions: ['read'] }],
    ['DELETE', '/grants?subject=user:alice&pattern=**', undefined],
  ])('%s %s is for admins only', async (method, path, body) => {
    expect((await server.browser().send(method, path, body)).status).toBe(401)
    expect((await alice.send(method, path, body)).status).toBe(403)
    const forged = await program().send(method, path, body, bearer('x.y.z'))
    expect(forged.status).toBe(401)
  })

  test('an invitation by an admin makes an admin if it says so', async () => {
    const { status, body } = await admin.post('/account/invitations', {
      admin: true,
      groups: ['ops'],
    })
    expect(status).toBe(201)
    expect(body['url']).toMatch(/^http:\/\/chat\.example\/#invite=[\w-]{43}$/)
    const second = server.browser()
    await accept(second, String(body['url']), 'second')
    expect((await second.get('/account/keys')).status).toBe(200)
    expect((await second.get('/account/me')).body['groups']).toEqual(['ops'])
  })

  test('a page of another origin cannot use an admin’s cookies', async () => {
    const path = '/account/principals/user:nobody/ban'
    for (const headers of [
      { Origin: 'http://evil.example' },
      { Origin: 'null' },
      { Origin: `${server.origin}0` },
      { 'Sec-Fetch-Site': 'cross-site' },
    ]) {
      expect((await admin.post(path, undefined, headers)).status).toBe(403)
      expect((await admin.send('DELETE', path, undefined, headers)).status).toBe(403)
      expect((await admin.send('PUT', '/grants', undefined, headers)).status).toBe(403)
    }
    expect((await admin.post(path, undefined, { 'Sec-Fetch-Site': 'same-origin' })).status).toBe(
      204,
    )
  })

  test('a body must be JSON, of the right form, and small', async () => {
    const text = await admin.post('/account/invitations', {}, { 'Content-Type': 'text/plain' })
    expect(text.status).toBe(415)
    const large = { groups: ['x'.repeat(20_000)] }
    expect((await admin.post('/account/invitations', large)).status).toBe(413)
    for (const body of [
      [],
      { admin: 1 },
      { groups: [''] },
      { groups: Array(33).fill('g') },
      { x: 1 },
    ]) {
      const { status, headers } = await admin.post('/account/invitations', body)
      expect([status, headers.get('content-type')]).toEqual([
        422,
        'application/problem+json; charset=utf-8',
      ])
    }
  })

  test('a principal must be one', async () => {
    for (const principal of ['alice', 'user:', 'root:x', 'user:a%2Fb', 'user:*', 'group:x']) {
      const { status } = await admin.post(`/account/principals/${principal}/ban`)
      expect(status).toBe(400)
    }
  })
})

const make = async (principal = 'service:billing') =>
  (await admin.post('/account/keys', { principal, groups: ['bots'] })).body

describe('an API key', () => {
  test('is shown once, and exchanged for a token', async () => {
    const { id, key } = await make()
    expect(key).toMatch(/^cw_[0-9a-f]{16}_[\w-]{43}$/)
    const { status, body } = await program().post('/account/token', undefined, bearer(key))
    expect([status, body['token_type'], body['expires_in']]).toEqual([
      200,
      'Bearer',
      expect.any(Number),
    ])
    expect(Number(body['expires_in'])).toBeGreaterThan(298)
    expect(await server.account.tokens.verify(String(body['access_token']))).toMatchObject({
      principal: 'service:billing',
      name: 'billing',
      groups: ['bots'],
    })
    const { keys } = (await admin.get('/account/keys')).body
    expect(keys).toContainEqual({
      id,
      principal: 'service:billing',
      name: 'billing',
      groups: ['bots'],
      createdAt: expect.any(String),
      createdBy: 'user:root',
      usedAt: expect.any(String),
    })
    const rows = await server.database.query('select * from "api_key"')
    expect(JSON.stringify([keys, rows])).not.toContain(String(key).slice(20))
  })

  test('that is wrong in any way gets 401', async () => {
    const key = String((await make())['key'])
    const wrong = [
      '',
      'x',
      key.slice(0, -1),
      `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`,
      key.replace('cw_', 'cx_'),
      `cw_${'0'.repeat(16)}_${key.slice(20)}`,
    ]
    for (const each of wrong) {
      expect((await program().post('/account/token', undefined, bearer(each))).status).toBe(401)
    }
    expect((await program().post('/account/token')).status).toBe(401)
  })

  test('that was deleted is no key, and takes its tokens along, but not those of another key', async () => {
    const [one, other] = [await make('service:two'), await make('service:two')]
    await server.account.grants.put({ subject: 'service:two', pattern: 'a.**', actions: ['admin'] })
    const tokenOf = async ({ key }: Record<string, unknown>) =>
      (await program().post('/account/token', undefined, bearer(key))).body['access_token']
    const [token, otherToken] = [await tokenOf(one), await tokenOf(other)]
    const use = async (each: unknown) => (await program().get('/grants', bearer(each))).status
    expect([await use(token), await use(otherToken)]).toEqual([200, 200])
    const path = `/account/keys/${String(one['id'])}`
    expect((await admin.send('DELETE', path)).status).toBe(204)
    expect((await admin.send('DELETE', path)).status).toBe(404)
    expect([await use(token), await use(otherToken)]).toEqual([401, 200])
    expect((await program().post('/account/token', undefined, bearer(one['key']))).status).toBe(401)
  })

  test('is for services and devices only', async () => {
    for (const principal of ['user:alice', 'guest:x', 'x', 7]) {
      expect((await admin.post('/account/keys', { principal })).status).toBe(422)
    }
    expect(await make('device:pump-7')).toMatchObject({ key: expect.any(String) })
  })

  test('of a banned service is refused until the ban ends', async () => {
    const { key } = await make('service:rogue')
    const exchange = async () =>
      (await program().post('/account/token', undefined, bearer(key))).status
    await admin.post('/account/principals/service:rogue/ban')
    expect(await exchange()).toBe(401)
    await admin.send('DELETE', '/account/principals/service:rogue/ban')
    expect(await exchange()).toBe(200)
  })
})

describe('a revocation of a principal', () => {
  test('ends its sessions and its tokens, but it may come back', async () => {
    const bob = server.browser()
    await accept(bob, await server.account.invitations.create({ groups: [], admin: true }), 'bob')
    const token = bob.cookies.get('causeway-access')
    const use = async () => (await program().get('/grants', bearer(token))).status
    expect(await use()).toBe(200)
    expect((await admin.post('/account/principals/user:bob/revoke')).status).toBe(204)
    expect(await use()).toBe(401)
    expect((await bob.get('/account/me')).status).toBe(401)
    expect(
      (await bob.post('/account/login', { name: 'bob', password: 'a quiet walk' })).status,
    ).toBe(200)
    const fresh = bob.cookies.get('causeway-access')
    expect((await program().get('/grants', bearer(fresh))).status).toBe(200)
  })
})
