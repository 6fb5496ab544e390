import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Action } from '../contract/grants.ts'
import { accept, type AccountServer, accountServer } from '../test/support/accountServer.ts'
import { disposables } from '../test/support/disposables.ts'
import type { TestBrowser } from '../test/support/testBrowser.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { LogReader } from '../history/logReader.ts'

const opened = disposables()
let url: string
let server: AccountServer
let admin: TestBrowser
let keeper: TestBrowser

beforeAll(async () => {
  url = await testDatabase()
  server = await accountServer(opened, url, { maxGrants: 2_000 })
  admin = await server.admin()
  keeper = server.browser()
  const invitation = { groups: ['keepers'], admin: false }
  await accept(keeper, await server.account.invitations.create(invitation), 'keeper')
})
beforeEach(() => server.database.query(`delete from "access" where "subject" <> 'user:root'`))

const query = (subject: string, pattern: string): string =>
  `/grants?${new URLSearchParams({ subject, pattern }).toString()}`
const put = async (
  who: TestBrowser,
  subject: string,
  pattern: string,
  actions: unknown = ['read'],
) => who.send('PUT', query(subject, pattern), { actions })
const list = async (who: TestBrowser, search = '') => (await who.get(`/grants${search}`)).body

describe('a grant', () => {
  test('is put, replaced, seen and taken away, and ingests and gateways see each change', async () => {
    const log = new LogReader({ databaseUrl: url, logId: 0, connections: 1, onError: () => {} })
    opened.add(() => log.close())
    const seen = async () => (await log.accessChanges(0, 1_000)).changes.at(-1)
    const grant = { subject: 'group:staff', pattern: 'rooms.**' }
    const all: Action[] = ['write', 'read']
    expect(await put(admin, 'group:staff', 'rooms.**', all)).toMatchObject({
      status: 200,
      body: { ...grant, actions: ['read', 'write'] },
    })
    expect(await seen()).toMatchObject({ kind: 'grant', ...grant, actions: ['read', 'write'] })
    await put(admin, 'group:staff', 'rooms.**', ['read'])
    const found = await list(admin, '?subject=group:staff')
    expect(found).toEqual({ grants: [{ ...grant, actions: ['read'] }], next: null })
    const path = query('group:staff', 'rooms.**')
    expect((await admin.send('DELETE', path)).status).toBe(204)
    expect(await seen()).toMatchObject({ kind: 'grant', ...grant, actions: [] })
    expect((await admin.send('DELETE', path)).status).toBe(404)
    expect((await list(admin, '?subject=group:staff'))['grants']).toEqual([])
  })

  test.each([
    ['user:alice', 'rooms.**', 200],
    ['user:alice', 'rooms.a.b', 200],
    ['user:*', 'rooms.{sub}', 200],
    ['group:x', 'rooms.*.y', 200],
    ['user:alice', 'rooms', 403],
    ['user:alice', '**', 403],
    ['user:alice', '*.a', 403],
    ['user:alice', 'inbox.user-keeper', 200],
    ['user:alice', 'inbox.user-alice', 403],
    ['user:alice', 'inbox.{sub}', 403],
  ])(
    'is given by the admin of a part only on that part: %s %s gets %i',
    async (subject, pattern, status) => {
      await put(admin, 'user:keeper', 'rooms.**', ['admin'])
      await put(admin, 'group:keepers', 'inbox.{sub}', ['admin'])
      await put(admin, 'user:keeper', 'other.**', ['read', 'write', 'moderate'])
      expect((await put(keeper, subject, pattern)).status).toBe(status)
      const taken = await keeper.send('DELETE', query(subject, pattern))
      expect(taken.status).toBe(status === 200 ? 204 : 403)
    },
  )

  test('is seen by whoever may give it', async () => {
    await put(admin, 'user:keeper', 'rooms.**', ['admin'])
    await put(admin, 'user:alice', 'rooms.a')
    await put(admin, 'user:alice', 'secret.a')
    expect((await list(keeper))['grants']).toEqual([
      { subject: 'user:keeper', pattern: 'rooms.**', actions: ['admin'] },
      { subject: 'user:alice', pattern: 'rooms.a', actions: ['read'] },
    ])
  })

  test.each([
    ['?subject=user:alice', { actions: ['read'] }, 400],
    ['?pattern=a', { actions: ['read'] }, 400],
    ['?subject=alice&pattern=a', { actions: ['read'] }, 400],
    ['?subject=user:alice&pattern=a..b', { actions: ['read'] }, 400],
    ['?subject=user:alice&subject=user:bob&pattern=a', { actions: ['read'] }, 400],
    ['?subject=user:alice&pattern=a&access_token=x', { actions: ['read'] }, 400],
    ['?subject=user:alice&pattern=a', { actions: [] }, 422],
    ['?subject=user:alice&pattern=a', { actions: ['fly'] }, 422],
    ['?subject=user:alice&pattern=a', {}, 422],
    ['?subject=user:alice&pattern=a', 'read', 422],
  ])('of a wrong form is refused: %s %j', async (search, body, status) => {
    const answer = await admin.send('PUT', `/grants${search}`, body)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
  })
})

test('no more grants are kept than MAX_GRANTS, but those may be changed', async () => {
  await server.database.query(
    `select count(access_put('grant', 'user:u' || n, 'a', 'read', null, null)) from generate_series(1, 1999) n`,
  )
  const refused = await put(admin, 'user:more', 'a')
  expect(refused).toMatchObject({
    status: 403,
    body: { detail: expect.stringContaining('MAX_GRANTS') },
  })
  expect((await put(admin, 'user:u7', 'a', ['read', 'write'])).status).toBe(200)
  await admin.send('DELETE', query('user:u7', 'a'))
  expect((await put(admin, 'user:more', 'a')).status).toBe(200)
})

test('a long list comes in pages, each grant once', async () => {
  await server.database.query(
    `select count(access_put('grant', 'user:u' || n, 'a', 'read', null, null)) from generate_series(1, 1500) n`,
  )
  const subjects: string[] = []
  let next: unknown = '/grants?pattern=a'
  for (let pages = 0; typeof next === 'string'; pages++) {
    const { body } = await admin.get(next)
    // oxlint-disable-next-line no-unsafe-type-assertion
    subjects.push(...(body['grants'] as { subject: string }[]).map(({ subject }) => subject))
    next = body['next']
    expect(pages).toBeLessThan(3)
  }
  expect([subjects.length, new Set(subjects).size]).toEqual([1_500, 1_500])
})

test('rows that have expired are deleted, and no others', async () => {
  const { account, database } = server
  await put(admin, 'user:alice', 'a')
  await admin.send('DELETE', query('user:alice', 'a'))
  await put(admin, 'user:bob', 'a')
  await account.revocations.ban('user:carl')
  await account.grants.forget()
  const subjects = async () =>
    (await database.query<{ subject: string }>('select "subject" from "access" order by 1')).map(
      ({ subject }) => subject,
    )
  expect(await subjects()).toEqual(['user:alice', 'user:bob', 'user:carl', 'user:root'])
  await database.query(`update "access" set "until" = "until" - interval '61 minutes'`)
  await account.grants.forget()
  expect(await subjects()).toEqual(['user:bob', 'user:carl', 'user:root'])
})
