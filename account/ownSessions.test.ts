import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import {
  accept,
  type AccountServer,
  accountServer,
  PASSWORD,
} from '../test/support/accountServer.ts'
import { disposables } from '../test/support/disposables.ts'
import type { TestBrowser } from '../test/support/testBrowser.ts'
import { testDatabase } from '../test/support/testDatabase.ts'

const opened = disposables()
let server: AccountServer
let count = 0
let name: string
/** Two browsers of one person. */
let laptop: TestBrowser
let phone: TestBrowser

beforeAll(async () => {
  server = await accountServer(opened, await testDatabase())
})
beforeEach(async () => {
  name = `p${count++}`
  laptop = server.browser()
  const invitation = { groups: [], admin: false }
  await accept(laptop, await server.account.invitations.create(invitation), name)
  phone = server.browser()
  const headers = { 'User-Agent': 'a phone' }
  await phone.post('/account/login', { name, password: PASSWORD }, headers)
})

async function sessionsOf(who: TestBrowser): Promise<{ id: string; userAgent: string }[]> {
  const { sessions } = (await who.get('/account/sessions')).body
  return Array.isArray(sessions) ? sessions : []
}

async function phonesId(): Promise<string> {
  const found = (await sessionsOf(laptop)).find(({ userAgent }) => userAgent === 'a phone')
  return String(found?.id)
}

const end = async (who: TestBrowser, id: string) =>
  (await who.send('DELETE', `/account/sessions/${id}`)).status

describe('the sessions of a person', () => {
  test('are listed with when, where and how they began, and which of them asks', async () => {
    const times = { createdAt: expect.any(String), usedAt: expect.any(String) }
    const shared = { id: expect.stringMatching(/^[0-9a-f]{32}$/), ...times, provider: null }
    expect(await sessionsOf(laptop)).toEqual([
      { ...shared, userAgent: 'a phone', current: false },
      { ...shared, userAgent: 'node', current: true },
    ])
    await server.account.sessions.begin({
      principal: `user:${name}`,
      name,
      groups: [],
      userAgent: 'b',
      provider: 'corp',
    })
    expect((await sessionsOf(laptop))[0]).toMatchObject({ provider: 'corp' })
  })

  test('end one by one, by their owner and by nobody else', async () => {
    const stranger = server.browser()
    const invitation = { groups: [], admin: false }
    await accept(stranger, await server.account.invitations.create(invitation), `${name}-x`)
    const id = await phonesId()
    expect(await end(stranger, id)).toBe(404)
    expect(await end(server.browser(), id)).toBe(401)
    expect((await phone.get('/account/me')).status).toBe(200)
    expect(await end(laptop, id)).toBe(204)
    expect(await end(laptop, id)).toBe(404)
    expect((await phone.get('/account/me')).status).toBe(401)
    expect(await server.account.revocations.refuses([`session:${id}`], Date.now())).toBe(true)
    expect(await sessionsOf(laptop)).toHaveLength(1)
  })

  test('end only by somebody who has signed in just now', async () => {
    const id = await phonesId()
    await server.database.query(
      `update "session" set "created_at" = "created_at" - interval '901 seconds' where "principal" = $1`,
      [`user:${name}`],
    )
    expect(await end(laptop, id)).toBe(401)
    await laptop.post('/account/login', { name, password: PASSWORD })
    expect(await end(laptop, id)).toBe(204)
  })
})

test('The old password at a change of it is limited like that of a sign-in', async () => {
  const limited = await accountServer(opened, await testDatabase(), { triesPerAccount: 3 })
  const who = limited.browser()
  const invitation = { groups: [], admin: false }
  await accept(who, await limited.account.invitations.create(invitation), 'judy')
  const change = async (password: string) =>
    (await who.post('/account/password', { password, newPassword: 'something better' })).status
  const guesses = ['a first guess', 'a second guess', 'a third guess']
  for (const guess of guesses) expect(await change(guess)).toBe(403)
  expect(await change(PASSWORD)).toBe(429)
})
