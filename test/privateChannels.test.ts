import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  createChannel,
  findPeople,
  markersPage,
  moveMarkers,
  myChannels,
  putMember,
  removeMember,
} from '../client/sdk/chat.ts'
import { Causeway } from '../client/sdk/index.ts'
import { firstAdminLink } from '../stack/firstAdminLink.ts'
import type { Stack } from '../stack/stack.ts'
import { accept } from './support/accountServer.ts'
import { RawReader } from './support/rawReader.ts'
import { TestBrowser } from './support/testBrowser.ts'
import { testStack } from './support/testStack.ts'
import { waitFor } from './support/waitFor.ts'

let stack: Stack
let admin: Person
let alice: Person
let bob: Person
const readers: RawReader[] = []

/** Somebody with a browser, and the SDK over its cookies. */
interface Person {
  browser: TestBrowser
  causeway: Causeway
}

async function person(link: string, name: string): Promise<Person> {
  const browser = new TestBrowser(stack.origin)
  await accept(browser, link, name)
  const headers = () => ({ Cookie: browser.cookies.header('/'), Origin: stack.origin })
  return { browser, causeway: new Causeway({ base: `${stack.origin}/`, headers }) }
}

beforeAll(async () => {
  stack = await testStack({ auth: 'required', gateways: 1 })
  admin = await person(await firstAdminLink(stack), 'root')
  const invited = async (name: string): Promise<Person> => {
    const { url } = (await admin.browser.post('/account/invitations', {})).body
    return person(String(url), name)
  }
  alice = await invited('alice')
  bob = await invited('bob')
}, 120_000)
afterAll(async () => {
  for (const { socket } of readers) socket.destroy()
  await stack?.stop()
}, 60_000)

const post = (who: Person, channel: string, text: string) =>
  who.browser.post(`/channels/${channel}/messages`, { data: { text } })
/** As all services see it. */
const mayPost = (who: Person, channel: string): Promise<void> =>
  waitFor(async () => (await post(who, channel, 'here')).status === 201)

/** The status of each way to read a channel. */
async function waysTo(who: Person, channel: string): Promise<number[]> {
  const paths = [
    `/history?channel=${channel}`,
    `/history?q=cormorant&channel=${channel}`,
    `/channels/${channel}`,
    `/channels/${channel}/messages/1`,
    `/events?channel=${channel}`,
  ]
  return Promise.all(
    paths.map(async (path) => {
      const ended = new AbortController()
      const headers = { Cookie: who.browser.cookies.header('/') }
      const { status } = await fetch(`${stack.origin}${path}`, { headers, signal: ended.signal })
      ended.abort()
      return status
    }),
  )
}

const search = async (who: Person) =>
  Object((await who.browser.get('/history?q=cormorant&limit=1')).body)

/** A stream that has begun: the gateway hears of a grant by itself, and not sooner than the ingest. */
async function listen(who: Person, channel: string): Promise<RawReader> {
  const gateway = stack.processes.find(({ role }) => role === 'gateway')
  const url = `${gateway?.url}/events?channel=${channel}`
  const headers = { Cookie: who.browser.cookies.header('/') }
  await waitFor(async () => (await fetch(url, { method: 'HEAD', headers })).ok)
  const reader = new RawReader(url, headers)
  readers.push(reader)
  await waitFor(() => reader.named('ready').length > 0)
  return reader
}

describe('two people', () => {
  test('find each other, write directly, and nobody else reads it', async () => {
    const [found] = await findPeople(alice.causeway, 'bo')
    expect(found?.principal).toBe('user:bob')
    const { name } = await createChannel(alice.causeway, {
      kind: 'direct',
      people: [String(found?.principal)],
    })
    await mayPost(alice, name)
    const bobs = await listen(bob, name)
    await post(alice, name, 'a cormorant for you')
    await waitFor(() => bobs.named().length > 0)
    expect((await myChannels(bob.causeway))[0]).toMatchObject({ name, kind: 'direct' })
    const { markers } = await markersPage(bob.causeway)
    expect(markers).toMatchObject([{ channel: name, unread: expect.any(Number) }])
    const head = Object(markers[0]).head
    await moveMarkers(bob.causeway, [{ channel: name, position: head }])
    expect((await markersPage(bob.causeway)).markers).toMatchObject([{ position: head, unread: 0 }])

    expect(new Set(await waysTo(admin, name))).toEqual(new Set([403]))
    expect((await post(admin, name, 'me too')).status).toBe(403)
    await waitFor(async () => (await search(bob)).messages.length === 1)
    const { messages, next } = await search(admin)
    expect([messages, next]).toEqual([[], null])
    const listed = JSON.stringify((await admin.browser.get('/channels')).body)
    expect(listed).not.toContain('_.direct')
    const taken = await fetch(`${stack.origin}/senders/user:alice/messages`, {
      headers: { Cookie: admin.browser.cookies.header('/') },
    })
    expect([taken.status, await taken.text()]).toEqual([200, ''])
  }, 60_000)

  test('part, and the removed one hears and reads nothing more within a second', async () => {
    const { name } = await createChannel(alice.causeway, { kind: 'private', title: 'The board' })
    await mayPost(alice, name)
    expect(new Set(await waysTo(bob, name))).toEqual(new Set([403]))
    const member = { principal: 'user:bob', role: 'member' } as const
    await putMember(alice.causeway, name, member)
    await mayPost(bob, name)
    const bobs = await listen(bob, name)
    await removeMember(alice.causeway, name, member.principal)
    await waitFor(() => bobs.ended !== undefined)
    expect(bobs.named('goodbye').at(-1)?.data).toBe('{"reason":"forbidden"}')
    await waitFor(async () => (await waysTo(bob, name)).every((status) => status === 403))
    expect((await post(bob, name, 'still here?')).status).toBe(403)
    expect((await myChannels(bob.causeway)).map((channel) => channel.name)).not.toContain(name)
    expect(JSON.stringify(await markersPage(bob.causeway))).not.toContain(name)
  }, 60_000)
})
