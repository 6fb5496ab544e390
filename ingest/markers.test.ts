import { beforeAll, describe, expect, test } from '@jest/globals'
import { createLogs } from '../history/createLogs.ts'
import { runSql } from '../stack/sql.ts'
import { disposables } from '../test/support/disposables.ts'
import { messageOf, post, problemOf } from '../test/support/ingestClient.ts'
import { type IngestServer, ingestServer } from '../test/support/ingestServer.ts'
import { putAccess } from '../test/support/putAccess.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { TestIssuer } from '../test/support/testIssuer.ts'
import { waitFor } from '../test/support/waitFor.ts'

const opened = disposables()
let ingest: IngestServer

beforeAll(async () => {
  const url = await testDatabase()
  const ids = [0, 1, 2]
  await createLogs(url, { logs: ids.map((id) => ({ id })), rules: [] }, ids)
  ingest = await ingestServer(url, { logCount: 3 })
  opened.add(() => ingest.close())
})

interface Answer {
  version: number
  complete: boolean
  markers: { channel: string; position: number; unread: number; last: { position: number } }[]
}

/** A call of one person, by the name that it claims or by a token. */
const ask = (
  method: string,
  search = '',
  body?: unknown,
  headers: Record<string, string> = ALICE,
) =>
  fetch(`${ingest.origin}/markers${search}`, {
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: body === undefined ? null : JSON.stringify(body),
  })
const ALICE = { 'Causeway-Sender': 'alice' }
const BOB = { 'Causeway-Sender': 'bob' }
const answerOf = async (answer: Response | Promise<Response>): Promise<Answer> =>
  JSON.parse(await (await answer).text())
const moveTo = (...markers: { channel: string; position?: number }[]) =>
  answerOf(ask('POST', '', { markers }))

/** An ingest with a database of its own that asks for tokens, and carol's calls of its markers. */
async function secured() {
  const issuer = await TestIssuer.create()
  const url = await testDatabase()
  const server = await ingestServer(url, { issuer })
  opened.add(() => server.close())
  const bearer = { Authorization: `Bearer ${await issuer.token('user:carol')}` }
  const call = (method: string, body?: unknown, search = '') =>
    fetch(`${server.origin}/markers${search}`, {
      method,
      headers: { 'Content-Type': 'application/json', ...bearer },
      body: body === undefined ? null : JSON.stringify(body),
    })
  return { url, call, origin: server.origin }
}

describe('read markers', () => {
  test('are of one person, for all logs, with what is unread and the last message', async () => {
    const channels = Array.from({ length: 9 }, (_, at) => `rooms.m${at}`)
    expect(new Set(channels.map(ingest.logs.logOf)).size).toBe(3)
    for (const channel of channels) await post(ingest.origin, channel, { data: 1 }, BOB)
    const moved = await moveTo(...channels.map((channel) => ({ channel })))
    expect(moved.markers.map(({ unread }) => unread)).toEqual(channels.map(() => 0))
    const one = await messageOf(post(ingest.origin, 'rooms.m4', { data: 2 }, BOB))
    const all = await answerOf(ask('GET'))
    expect(all.complete).toBe(true)
    expect(all.markers.map(({ channel }) => channel).sort()).toEqual(channels)
    expect(all.markers.find(({ channel }) => channel === 'rooms.m4')).toMatchObject({
      unread: 1,
      head: one.position,
      last: { position: one.position, data: 2 },
    })
    expect((await answerOf(ask('GET', '', undefined, BOB))).markers).toEqual([])
  })

  test('that another device moves or drops are told by their version', async () => {
    const { version } = await moveTo({ channel: 'device.a' }, { channel: 'device.b' })
    const since = `?after=${version}`
    expect(await answerOf(ask('GET', since))).toEqual({ version, complete: false, markers: [] })
    expect((await ask('DELETE', '?channel=device.a')).status).toBe(204)
    await post(ingest.origin, 'device.b', { data: 1 }, BOB)
    await moveTo({ channel: 'device.b' })
    const later = await answerOf(ask('GET', since))
    expect(later.markers).toEqual([
      expect.objectContaining({ channel: 'device.b', unread: 0 }),
      { channel: 'device.a', followed: false },
    ])
    const ahead = await answerOf(ask('GET', `?after=${later.version + 1}`))
    expect([ahead.complete, ahead.markers.length]).toEqual([true, 10])
  })

  test.each([
    [{ markers: [] }, '422 validation-failed'],
    [{ markers: [{ channel: 'a b' }] }, '422 validation-failed'],
    [{ markers: [{ channel: 'a', position: -1 }] }, '422 validation-failed'],
    [{ markers: [{ channel: 'a' }, { channel: 'a' }] }, '422 validation-failed'],
    [{ markers: [{ channel: 'a', more: 1 }] }, '422 validation-failed'],
    ['{', '422 validation-failed'],
  ])('are not moved by %j: %s', async (body, expected) => {
    expect(await problemOf(await ask('POST', '', body))).toBe(expected)
  })

  test.each(['?after=-1', '?x=1', '?after=a'])('are not read with %s', async (search) => {
    expect(await problemOf(await ask('GET', search))).toBe('400 invalid-parameter')
  })

  test('with AUTH=open are those of whom the request names, and nobody’s without', async () => {
    expect(await problemOf(await ask('GET', '', undefined, {}))).toBe('400 invalid-parameter')
  })

  test('are only on channels that one may read', async () => {
    const { url, call, origin } = await secured()
    const grant = (pattern: string, actions: string) =>
      putAccess(url, ['grant', 'user:carol', pattern, actions, null, null])
    const follow = (channel: string) => call('POST', { markers: [{ channel }] })
    await grant('**', 'read')
    await waitFor(async () => (await follow('lobby')).status === 200)
    expect(await problemOf(await follow('_.direct.of-others'))).toBe('403 forbidden')
    await grant('_.private.ours', 'read')
    await waitFor(async () => (await follow('_.private.ours')).status === 200)
    await grant('_.private.ours', '')
    const names = async () => (await answerOf(call('GET'))).markers.map(({ channel }) => channel)
    await waitFor(async () => (await names()).length === 1)
    expect(await names()).toEqual(['lobby'])
    expect(await problemOf(await fetch(`${origin}/markers`))).toBe('401 unauthenticated')
  })

  test('of a new member are there at once, with the grant that came with them', async () => {
    const { url, call } = await secured()
    await runSql(url, memberOf('_.private.first'))
    await waitFor(async () => (await answerOf(call('GET'))).markers.length === 1)
    let { version } = await answerOf(call('GET'))
    const names = Array.from({ length: 10 }, (_, at) => `_.private.m${at}`)
    for (const name of names) {
      await runSql(url, memberOf(name))
      const later = await answerOf(call('GET', undefined, `?after=${version}`))
      expect(later.markers).toEqual([expect.objectContaining({ channel: name, position: 0 })])
      ;({ version } = later)
    }
  })
})

/** As account makes a channel for carol. */
const memberOf = (channel: string): string => `
  select channel_make(
    '${channel}', 'private', 'T', '', 'user:dan', array['user:carol'], array['read'], 1000, 1000, 1000
  )`
