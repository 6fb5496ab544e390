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
