import { beforeAll, describe, expect, test } from '@jest/globals'
import { accept, type AccountServer, accountServer } from '../test/support/accountServer.ts'
import { disposables } from '../test/support/disposables.ts'
import { draft, openLog } from '../test/support/testLog.ts'
import type { TestBrowser } from '../test/support/testBrowser.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { MAX_MADE_PER_DAY } from './channelTable.ts'

const opened = disposables()
let url: string
let server: AccountServer
let admin: TestBrowser
let alice: TestBrowser
let bob: TestBrowser
let carol: TestBrowser
let guest: TestBrowser

beforeAll(async () => {
  url = await testDatabase()
  server = await accountServer(opened, url, { maxGrants: 2_000 })
  admin = await server.admin()
  await server.account.grants.put({ subject: 'user:*', pattern: '**', actions: ['read', 'write'] })
  const person = async (name: string): Promise<TestBrowser> => {
    const who = server.browser()
    const invitation = { groups: [], admin: false }
    await accept(who, await server.account.invitations.create(invitation), name)
    return who
  }
  alice = await person('alice')
  bob = await person('bob')
  carol = await person('carol')
  guest = server.browser()
  await guest.post('/account/guest', { name: 'Gustav Gast' })
})

const CHANNELS = '/account/channels'
const make = (who: TestBrowser, body: unknown) => who.post(CHANNELS, body)
const nameOf = async (answer: Promise<{ body: Record<string, unknown> }>): Promise<string> =>
  String((await answer).body['name'])
const direct = (...people: string[]) => ({ kind: 'direct', people })
const mine = async (who: TestBrowser) => Object((await who.get(CHANNELS)).body['channels'])
const statusOf = async (answer: Promise<{ status: number }>): Promise<number> =>
  (await answer).status
const named = (name: string, title = 'Cooking') => ({ kind: 'public', name, title })
const find = async (who: TestBrowser, q: string) =>
  (await who.get(`/account/people?${new URLSearchParams({ q }).toString()}`)).body['people']

describe('direct messages', () => {
  test('of the same people are one channel, whoever asks, also if they ask at once', async () => {
    const both = await Promise.all([
      make(alice, direct('user:bob')),
      make(bob, direct('user:alice')),
      make(alice, direct('user:bob')),
    ])
    expect(both.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
      200, 200, 201,
    ])
    expect(new Set(both.map(({ body }) => body['name'])).size).toBe(1)
    const people = [
      { principal: 'user:alice', name: 'alice' },
      { principal: 'user:bob', name: 'bob' },
    ]
    expect(await mine(bob)).toEqual([
      { name: both[0]?.body['name'], kind: 'direct', title: '', topic: '', role: 'member', people },
    ])
    const log = openLog(url, opened)
    const { markers } = await log.markers.read('user:bob', {})
    expect(markers).toMatchObject([{ channel: both[0]?.body['name'], followed: true }])
  })

  test('are not there for anybody else, also not for an admin of all channels', async () => {
    const name = await nameOf(make(alice, direct('user:bob')))
    for (const who of [admin, carol, guest]) {
      expect(await mine(who)).toEqual([])
      expect(await statusOf(who.get(`${CHANNELS}/${name}`))).toBe(404)
      expect(await statusOf(who.get(`${CHANNELS}/${name}/members`))).toBe(404)
      expect(await statusOf(who.get(`${CHANNELS}/_.direct.${'0'.repeat(32)}`))).toBe(404)
    }
    const query = new URLSearchParams({ subject: 'user:root', pattern: name }).toString()
    const body = { actions: ['read'] }
    expect(await statusOf(admin.send('PUT', `/grants?${query}`, body))).toBe(403)
    const { grants } = (await admin.get('/grants')).body
    expect(JSON.stringify(grants)).not.toContain('_.direct')
  })

  test('keep their people', async () => {
    const name = await nameOf(make(alice, direct('user:bob')))
    const path = `${CHANNELS}/${name}/members`
    const role = { role: 'member' }
    expect(await statusOf(alice.send('PUT', `${path}/user:carol`, role))).toBe(403)
    expect(await statusOf(alice.send('DELETE', `${path}/user:bob`))).toBe(403)
    expect(await statusOf(alice.send('PUT', `${CHANNELS}/${name}`, { title: 'Us' }))).toBe(403)
  })

  test.each([
    ['nobody', direct(), 422],
    ['somebody unknown', direct('user:nobody'), 422],
    ['a device', direct('device:pump'), 422],
    ['one twice', direct('user:bob', 'user:bob'), 422],
    ['too many', direct(...Array.from({ length: 8 }, (_, at) => `user:u${at}`)), 422],
  ])('with %s are refused', async (_who, body, status) => {
    expect(await statusOf(make(alice, body))).toBe(status)
  })
})

describe('a private channel', () => {
  test('has roles that are nothing but grants', async () => {
    const body = { kind: 'private', title: 'The board', members: ['user:bob'] }
    const name = await nameOf(make(alice, body))
    expect(name).toMatch(/^_\.private\.[0-9a-f]{24}$/)
    const put = (who: TestBrowser, principal: string, role: string) =>
      statusOf(who.send('PUT', `${CHANNELS}/${name}/members/${principal}`, { role }))
    const remove = (who: TestBrowser, principal: string) =>
      statusOf(who.send('DELETE', `${CHANNELS}/${name}/members/${principal}`))
    expect(await put(bob, 'user:carol', 'member')).toBe(403)
    expect(await put(carol, 'user:carol', 'owner')).toBe(404)
    expect(await put(alice, 'user:bob', 'moderator')).toBe(200)
    expect(await put(bob, 'user:carol', 'moderator')).toBe(403)
    expect(await put(bob, 'user:carol', 'member')).toBe(200)
    expect(await put(bob, 'user:nobody', 'member')).toBe(404)
    const { members } = (await carol.get(`${CHANNELS}/${name}/members`)).body
    expect(members).toEqual([
      { principal: 'user:alice', name: 'alice', role: 'owner' },
      { principal: 'user:bob', name: 'bob', role: 'moderator' },
      { principal: 'user:carol', name: 'carol', role: 'member' },
    ])
    expect(await server.account.grants.of('user:bob', [])).toContainEqual({
      pattern: name,
      actions: ['read', 'write', 'moderate'],
    })
    expect(await remove(bob, 'user:alice')).toBe(403)
    expect(await remove(alice, 'user:alice')).toBe(409)
    expect(await put(alice, 'user:alice', 'member')).toBe(409)
    expect(await remove(bob, 'user:carol')).toBe(204)
    expect(await statusOf(carol.get(`${CHANNELS}/${name}`))).toBe(404)
    expect(await put(alice, 'user:bob', 'owner')).toBe(200)
    expect(await remove(alice, 'user:alice')).toBe(204)
    expect(await remove(bob, 'user:bob')).toBe(204)
  })

  test('is renamed by owners and moderators', async () => {
    const name = await nameOf(make(alice, { kind: 'private', title: 'A', members: ['user:bob'] }))
    const path = `${CHANNELS}/${name}`
    const body = { title: 'B', topic: 'Of B' }
    expect(await statusOf(bob.send('PUT', path, body))).toBe(403)
    expect((await alice.send('PUT', path, body)).body).toMatchObject(body)
    expect((await bob.get(path)).body).toMatchObject({ ...body, role: 'member' })
    for (const topic of ['two\nlines', 'a'.repeat(257), '\u202egnp.exe']) {
      expect(await statusOf(alice.send('PUT', path, { title: 'B', topic }))).toBe(422)
    }
  })
})

describe('a public channel', () => {
  test('belongs to whoever makes it, if it is new', async () => {
    const { status, body } = await make(alice, named('cooking'))
    expect([status, body['role'], body['title']]).toEqual([201, 'owner', 'Cooking'])
    expect((await bob.get(`${CHANNELS}/cooking`)).body).toMatchObject({ role: 'member' })
    expect(await statusOf(make(bob, named('cooking')))).toBe(409)
  })

  test('that others use already gets a title, and no owner', async () => {
    await openLog(url, opened).append(draft({ channel: 'old' }))
    const { body } = await make(alice, named('old'))
    expect(body).toMatchObject({ title: 'Cooking', role: 'member' })
    expect(await statusOf(alice.send('PUT', `${CHANNELS}/old`, { title: 'Mine' }))).toBe(403)
    expect((await admin.get(`${CHANNELS}/old`)).body).toMatchObject({ role: 'owner' })
  })

  test.each(['_', '_.private.mine', '_.direct.x'])('cannot be called %s', async (name) => {
    expect(await statusOf(make(alice, named(name)))).toBe(403)
  })

  test('is made by somebody who may read and write it', async () => {
    expect(await statusOf(make(guest, named('guests')))).toBe(403)
  })
})

describe('people', () => {
  test('are found by the beginnings of their names, without oneself and without the banned', async () => {
    expect(await find(alice, 'BO')).toEqual([{ principal: 'user:bob', name: 'bob' }])
    expect(await find(bob, 'bo')).toEqual([])
    expect(await find(alice, 'ob')).toEqual([])
    for (const q of [`'`, `x':* | '`, '\\', '&|!', '%']) {
      expect(await find(carol, q)).toEqual([])
    }
    await admin.post('/account/principals/user:bob/ban')
    expect(await find(alice, 'bob')).toEqual([])
    await admin.send('DELETE', '/account/principals/user:bob/ban')
  })

  test('are found by guests only in their own channels', async () => {
    expect(await find(guest, 'a')).toEqual([])
    const principal = String((await guest.get('/account/me')).body['principal'])
    const name = await nameOf(make(alice, direct(principal)))
    expect(await find(guest, 'ali')).toEqual([{ principal: 'user:alice', name: 'alice' }])
    expect(await mine(guest)).toMatchObject([
      { name, people: [{ name: 'alice' }, { name: 'Gustav Gast' }] },
    ])
    expect(await find(alice, 'gustav')).toEqual([])
    expect(await statusOf(make(guest, direct('user:alice')))).toBe(403)
  })
})

test('Nobody makes channels without end', async () => {
  const body = { kind: 'private', title: 'One of many' }
  for (let made = 0; made < MAX_MADE_PER_DAY; made++) {
    expect(await statusOf(make(carol, body))).toBe(201)
  }
  const { status, headers } = await make(carol, body)
  expect([status, headers.get('retry-after')]).toEqual([429, '3600'])
})
