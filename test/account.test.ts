import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { cookieNames } from '../chassis/auth/credentials.ts'
import { disposables } from './support/disposables.ts'
import { accept } from './support/accountServer.ts'
import { RawReader } from './support/rawReader.ts'
import { runProgram } from './support/runProgram.ts'
import { TestBrowser } from './support/testBrowser.ts'
import { testStack } from './support/testStack.ts'
import { waitFor } from './support/waitFor.ts'
import type { Stack } from '../stack/stack.ts'
import { firstAdminLink } from '../stack/firstAdminLink.ts'

jest.setTimeout(120_000)

const opened = disposables()
let stack: Stack
let admin: TestBrowser

beforeAll(async () => {
  stack = await testStack({ auth: 'required', bridges: 1, gateways: 2, ingests: 1 })
  admin = browser()
  await accept(admin, await firstAdminLink(stack), 'root')
}, 120_000)
afterAll(() => stack?.stop(), 60_000)

const browser = (): TestBrowser => new TestBrowser(stack.origin)
const say = (who: TestBrowser, channel: string, text: string, headers = {}) =>
  who.post(`/channels/${channel}/messages`, { data: { text } }, headers)
const bearer = (token: unknown) => ({ Authorization: `Bearer ${String(token)}` })

async function join(name: string): Promise<TestBrowser> {
  const { body } = await admin.post('/account/invitations', {})
  const who = browser()
  await accept(who, String(body['url']), name)
  return who
}

/** A stream that is open, on each gateway in turn. */
async function listen(who: TestBrowser, channel: string): Promise<RawReader> {
  const headers = { Cookie: who.cookies.header(), Host: new URL(stack.origin).host }
  const reader = new RawReader(`${stack.origin}/events?channel=${channel}`, headers)
  opened.add(() => reader.socket.destroy())
  await waitFor(() => reader.events.some(({ event }) => event === 'ready'))
  return reader
}

async function farewell(reader: RawReader): Promise<unknown> {
  await waitFor(() => reader.ended !== undefined)
  const { event, data = '{}' } = reader.events.at(-1) ?? {}
  return [event, JSON.parse(data).reason]
}

describe('somebody who was invited', () => {
  test('posts under their own name, reads it back and hears it; after the sign-out all of that ends', async () => {
    const alice = await join('alice')
    const streams = [await listen(alice, 'rooms.a'), await listen(alice, 'rooms.a')]
    const posted = await say(alice, 'rooms.a', 'hello')
    expect(posted).toMatchObject({
      status: 201,
      body: { sender: { id: 'user:alice', name: 'alice' }, data: { text: 'hello' } },
    })
    const history = await alice.get('/history?channel=rooms.a')
    expect(history.body['messages']).toEqual([posted.body])
    for (const stream of streams) {
      await waitFor(() => stream.events.some(({ data }) => data.includes('"hello"')))
    }
    const stolen = alice.copy()
    expect((await alice.post('/account/logout')).status).toBe(204)
    expect(await Promise.all(streams.map(farewell))).toEqual(
      streams.map(() => ['goodbye', 'revoked']),
    )
    expect(alice.cookies.size).toBe(0)
    // Each replica hears of it by itself; the ingest may be the last.
    await waitFor(async () => (await stolen.get('/history?channel=rooms.a')).status === 401)
    for (const who of [alice, stolen]) {
      expect((await say(who, 'rooms.a', 'again')).status).toBe(401)
      expect((await who.get('/history?channel=rooms.a')).status).toBe(401)
      expect((await who.get('/account/me')).status).toBe(401)
      expect((await who.post('/account/renew')).status).toBe(401)
    }
  })

  test('may not claim another name, nor post from the page of another origin', async () => {
    const bob = await join('bob')
    expect((await say(bob, 'lobby', 'x', { 'Causeway-Sender': 'alice' })).status).toBe(400)
    expect((await say(bob, 'lobby', 'x', { Origin: 'http://evil.example' })).status).toBe(403)
    expect((await say(bob, 'lobby', 'x')).status).toBe(201)
  })

  test('hears nothing more within a second once banned, and others hear on', async () => {
    const [carl, dora] = [await join('carl'), await join('dora')]
    const ended = [await listen(carl, 'lobby'), await listen(carl, 'lobby')]
    const kept = [await listen(dora, 'lobby'), await listen(dora, 'lobby')]
    expect((await admin.post('/account/principals/user:carl/ban')).status).toBe(204)
    expect(await Promise.all(ended.map(farewell))).toEqual(ended.map(() => ['goodbye', 'revoked']))
    expect((await say(dora, 'lobby', 'still here')).status).toBe(201)
    for (const stream of kept) {
      await waitFor(() => stream.events.some(({ data }) => data.includes('still here')))
      expect(stream.ended).toBeUndefined()
    }
    const carls = { name: 'carl', password: 'a quiet walk' }
    expect((await browser().post('/account/login', carls)).status).toBe(403)
  })
})

test('a guest may speak in the lobby and nowhere else, until a grant comes', async () => {
  const guest = browser()
  const { principal } = (await guest.post('/account/guest', { name: 'Zoë' })).body
  expect(await say(guest, 'lobby', 'hi')).toMatchObject({
    status: 201,
    body: { sender: { id: principal, name: 'Zoë' } },
  })
  expect((await say(guest, 'rooms.a', 'hi')).status).toBe(403)
  const grant = `/grants?subject=${String(principal)}&pattern=rooms.*`
  expect((await guest.send('PUT', grant, { actions: ['write'] })).status).toBe(403)
  expect((await admin.send('PUT', grant, { actions: ['write'] })).status).toBe(200)
  await waitFor(async () => (await say(guest, 'rooms.a', 'hi')).status === 201)
  expect((await guest.get('/history?channel=rooms.a')).status).toBe(403)
})

test('a service posts with a token for its API key, until the key is deleted', async () => {
  const { id, key } = (await admin.post('/account/keys', { principal: 'service:billing' })).body
  const program = browser()
  const grant = '/grants?subject=service:billing&pattern=bills'
  await admin.send('PUT', grant, { actions: ['read', 'write'] })
  const { body } = await program.post('/account/token', undefined, bearer(key))
  const headers = bearer(body['access_token'])
  await waitFor(async () => (await say(program, 'bills', '1', headers)).status === 201)
  expect((await say(program, 'bills', '1', bearer(key))).status).toBe(401)
  await admin.send('DELETE', `/account/keys/${String(id)}`)
  await waitFor(async () => (await say(program, 'bills', '2', headers)).status === 401)
})

test('while account is away, whoever has a token goes on; it comes back with the same sessions', async () => {
  const frank = await join('frank')
  const stream = await listen(frank, 'lobby')
  const process = stack.processes.find(({ role }) => role === 'account')
  await process?.stop('SIGKILL')
  const away = await frank.get('/account/me')
  expect([away.status, away.body['type']]).toEqual([503, '/problems/unavailable'])
  expect((await say(frank, 'lobby', 'without account')).status).toBe(201)
  await waitFor(() => stream.events.some(({ data }) => data.includes('without account')))
  expect(stream.ended).toBeUndefined()
  await process?.start()
  expect((await frank.post('/account/renew')).status).toBe(200)
  expect((await say(frank, 'lobby', 'with a new token')).status).toBe(201)
})

test('nothing secret stands in the logs', async () => {
  const gina = await join('gina')
  const names = cookieNames(stack.origin.startsWith('https:'))
  const { key } = (await admin.post('/account/keys', { principal: 'service:x' })).body
  const { body } = await browser().post('/account/token', undefined, bearer(key))
  const { url } = (await admin.post('/account/invitations', {})).body
  const code = String(url).split('=')[1]
  // It stays good, so it must not be read in a log.
  const form = { code, name: 'x y', password: 'hidden words 9' }
  await browser().post('/account/invitations/accept', form)
  const secrets = [
    'a quiet walk',
    'hidden words 9',
    String(key).slice(-43),
    String(body['access_token']).split('.')[2],
    code,
    gina.cookies.get(names.session)?.split('.')[1],
    gina.cookies.get(names.access)?.split('.')[2],
  ]
  expect(secrets).not.toContain(undefined)
  await gina.post('/account/logout')
  await admin.get('/account/me?last')
  let output = ''
  await waitFor(async () => {
    ;({ output } = await runProgram('sh', ['-c', `cat '${stack.dir}'/logs/*`]))
    return output.includes('"path":"/account/me"') && output.includes('"path":"/account/logout"')
  })
  expect(output).toContain('signed in')
  for (const secret of secrets) expect(output).not.toContain(String(secret))
})
