import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { TestSessions } from '../test/support/testSessions.ts'
import type { Session } from './sessions.ts'

const opened = disposables()
let testbed: TestSessions
let sessions: TestSessions['sessions']
let principal: string
let session: Session
/** The cookie of the session as it began. */
let first: string

beforeAll(async () => {
  testbed = await TestSessions.open(opened)
  sessions = testbed.sessions
})
beforeEach(async () => {
  principal = testbed.next()
  session = await testbed.begin()
  first = String(session.cookie)
})

const begin = (...origin: Parameters<TestSessions['begin']>) => testbed.begin(...origin)
const pass = (seconds: number) => testbed.pass(seconds)
const renew = (cookie: string) => testbed.renew(cookie)
const isRevoked = (sid: string) => testbed.isRevoked(sid)

describe('a session', () => {
  test('is found by its cookie, with all that a token needs', async () => {
    expect(await sessions.find(first)).toEqual({
      ...session,
      now: expect.any(Number),
      cookie: undefined,
    })
    expect(session).toMatchObject({ principal, name: 'P', groups: ['staff', 'x'] })
    expect(Math.abs(session.endsAt - session.now - 5_000_000)).toBeLessThan(2)
  })

  test.each(['', '.', 'x', 'x.y', `${'0'.repeat(32)}.${'a'.repeat(43)}`])(
    'is not found by the cookie "%s"',
    async (cookie) => {
      expect(await sessions.find(cookie)).toBeUndefined()
      expect(await sessions.renew(cookie)).toBeUndefined()
    },
  )

  test('is not found by its id with another secret, and lives on after that', async () => {
    expect(await renew(`${session.sid}.${'a'.repeat(43)}`)).toBe('out')
    expect(await sessions.find(first)).toBeDefined()
  })

  test('has no secret in the database', async () => {
    const rows = await testbed.server.database.query(`select * from "session" where "sid" = $1`, [
      session.sid,
    ])
    expect(JSON.stringify(rows)).not.toContain(first.split('.')[1])
  })

  test('ends when it was not used for as long as it may', async () => {
    await pass(999)
    expect(await renew(first)).not.toBe('out')
    await pass(999)
    expect(await sessions.find(first)).toBeDefined()
    await pass(2)
    expect(await sessions.find(first)).toBeUndefined()
    expect(await renew(first)).toBe('out')
    expect(await isRevoked(session.sid)).toBe(true)
  })

  test('ends at its greatest age, however often it is used', async () => {
    let cookie = first
    for (let age = 0; age < 4_500; age += 900) {
      await pass(900)
      cookie = await renew(cookie)
    }
    await pass(499)
    expect(await sessions.find(cookie)).toBeDefined()
    await pass(2)
    expect(await renew(cookie)).toBe('out')
  })
})

describe('a renewal', () => {
  test('gives a new secret each time, and each counts', async () => {
    const second = await renew(first)
    const third = await renew(second)
    expect(new Set([first, second, third]).size).toBe(3)
    expect(await sessions.find(third)).toBeDefined()
  })

  test('whose answer is lost costs nothing: the old secret counts until the new one is used', async () => {
    await renew(first)
    await pass(900)
    const second = await renew(first)
    expect(second).toMatch(/\./)
    expect(await renew(second)).toMatch(/\./)
  })

  test('of two tabs at once gives one new secret, and neither tab is signed out', async () => {
    const answers = await Promise.all(Array.from({ length: 16 }, () => renew(first)))
    const offers = answers.filter((answer) => answer !== 'kept')
    expect(offers).toHaveLength(1)
    expect(await renew(String(offers[0]))).toMatch(/\./)
    expect(await renew(first)).toBe('kept')
  })

  test('of tabs that all have the new secret at once makes it the only one', async () => {
    const second = await renew(first)
    const answers = await Promise.all(Array.from({ length: 16 }, () => renew(second)))
    expect(answers.filter((answer) => answer !== 'kept')).toHaveLength(1)
    expect(answers).not.toContain('out')
  })

  test('with the old secret is good for half a minute after the first use of the new one', async () => {
    const second = await renew(first)
    await renew(second)
    await pass(29)
    expect(await renew(first)).toBe('kept')
    expect(await sessions.find(first)).toBeDefined()
  })

  test('with the old secret after that ends the session: somebody has a copy of the cookie', async () => {
    const second = await renew(first)
    const third = await renew(second)
    await pass(31)
    expect(await sessions.find(first)).toBeUndefined()
    expect(await renew(first)).toBe('out')
    expect(await renew(third)).toBe('out')
    expect(await isRevoked(session.sid)).toBe(true)
  })

  test('with a secret that was never used, and replaced, is refused', async () => {
    const lost = await renew(first)
    await pass(31)
    await renew(first)
    expect(await renew(lost)).toBe('out')
    expect(await renew(first)).not.toBe('out')
  })
})

describe('the end of sessions', () => {
  test('of one revokes its tokens and leaves the others', async () => {
    const other = await begin()
    await sessions.end(session.sid)
    expect(await sessions.find(first)).toBeUndefined()
    expect([await isRevoked(session.sid), await isRevoked(other.sid)]).toEqual([true, false])
    expect(await sessions.find(String(other.cookie))).toBeDefined()
  })

  test('of all but one leaves that one', async () => {
    const others = await Promise.all([begin(), begin()])
    await sessions.endAll(principal, session.sid)
    expect(await sessions.list(principal)).toMatchObject([{ id: session.sid }])
    expect(await Promise.all(others.map(({ sid }) => isRevoked(sid)))).toEqual([true, true])
  })

  test('by a provider names a person, a session there, or both', async () => {
    const provider = `corp`
    const [one, two, three] = [
      await begin({ provider, subject: 'a', providerSid: '1' }),
      await begin({ provider, subject: 'a', providerSid: '2' }),
      await begin({ provider, subject: 'b', providerSid: '3' }),
    ]
    expect(await sessions.endProvided({ provider: 'other', subject: 'a' })).toBe(0)
    expect(await sessions.endProvided({ provider, sid: '3', subject: 'a' })).toBe(0)
    expect(await sessions.endProvided({ provider, sid: '1' })).toBe(1)
    expect(await sessions.endProvided({ provider, subject: 'a' })).toBe(1)
    expect(await sessions.endProvided({ provider, sid: '3', subject: 'b' })).toBe(1)
    const ended = await Promise.all([one, two, three, session].map(({ sid }) => isRevoked(sid)))
    expect(ended).toEqual([true, true, true, false])
  })

  test('by many at once, in whatever order, never waits in a circle', async () => {
    const others = await Promise.all(Array.from({ length: 10 }, () => begin()))
    const ends = others.map(({ sid }) => sessions.end(sid))
    await Promise.all([...ends, ...Array.from({ length: 5 }, () => sessions.endAll(principal))])
    expect(await sessions.list(principal)).toEqual([])
  })

  test('comes to the one that was used least lately when there are fifty', async () => {
    await pass(10)
    const others = await Promise.all(Array.from({ length: 49 }, () => begin()))
    expect(await sessions.list(principal)).toHaveLength(50)
    await begin()
    expect(await sessions.list(principal)).toHaveLength(50)
    expect(await sessions.find(first)).toBeUndefined()
    expect(await sessions.find(String(others[0]?.cookie))).toBeDefined()
  })

  test('comes to all of somebody who is banned, who gets no other', async () => {
    await testbed.server.account.revocations.ban(principal)
    expect(await sessions.find(first)).toBeUndefined()
    expect(await renew(first)).toBe('out')
    await expect(begin()).rejects.toThrow('banned')
    await testbed.server.account.revocations.revoke(principal)
    expect(await testbed.server.account.revocations.isBanned(principal)).toBe(true)
    await testbed.server.account.revocations.unban(principal)
    expect(await begin()).toBeDefined()
  })
})

test('sessions that ended by themselves are deleted, and no others', async () => {
  await pass(1_001)
  const open = await begin()
  while (await sessions.forget()) continue
  const rows = await testbed.server.database.query<{ sid: string }>(
    `select "sid" from "session" where "principal" = $1`,
    [principal],
  )
  expect(rows).toEqual([{ sid: open.sid }])
})
