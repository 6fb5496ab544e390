import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Message } from '../contract/message.ts'
import { disposables } from '../test/support/disposables.ts'
import { messageOf, problemOf } from '../test/support/ingestClient.ts'
import { type IngestServer, ingestServer } from '../test/support/ingestServer.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { TestIssuer } from '../test/support/testIssuer.ts'
import { waitFor } from '../test/support/waitFor.ts'

const opened = disposables()
let ingest: IngestServer
let issuer: TestIssuer
/** Headers with each person's token. */
const people: Record<string, Record<string, string>> = {}

beforeAll(async () => {
  issuer = await TestIssuer.create()
  ingest = await ingestServer(await testDatabase(), { issuer })
  opened.add(() => ingest.close())
  for (const name of ['alice', 'bob']) await signIn(name, 'read,write rooms.**')
  await signIn('mod', 'read,write,moderate rooms.**')
  await signIn('reader', 'read rooms.**')
  await waitFor(async () => (await send('alice', 'GET', '/channels/rooms.a')).status === 200)
})

async function signIn(name: string, grant: string): Promise<void> {
  const token = await issuer.token(`user:${name}`, { grants: [grant] })
  people[name] = { Authorization: `Bearer ${token}` }
}

function send(by: string, method: string, path: string, body?: unknown): Promise<Response> {
  const headers = { ...people[by], 'Content-Type': 'application/json' }
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  return fetch(`${ingest.origin}${path}`, { method, headers, ...sent })
}

const MESSAGES = '/channels/rooms.a/messages'

async function post(by: string, body: unknown): Promise<Message> {
  return messageOf(await send(by, 'POST', MESSAGES, body))
}

/** A fresh message by alice, and its address. */
async function fresh(data: unknown = 'first'): Promise<{ path: string; position: number }> {
  const { position } = await post('alice', { data })
  return { path: `${MESSAGES}/${position}`, position }
}

describe('a change', () => {
  test.each<[string, string, string, unknown, { as: string; data: unknown }]>([
    ['an edit', 'PATCH', '', { data: { new: 1.0 } }, { as: 'edit', data: { new: 1 } }],
    ['a deletion', 'DELETE', '', undefined, { as: 'delete', data: null }],
    ['a reaction', 'PUT', '/reactions/%F0%9F%91%8D', undefined, { as: 'reaction', data: '👍' }],
  ])('by its own door is posted as %s', async (_what, method, more, body, { as, data }) => {
    const { path, position } = await fresh()
    const answer = await send('alice', method, path + more, body)
    expect(answer.status).toBe(201)
    const text = await answer.text()
    const change: Message = JSON.parse(text)
    expect(change).toMatchObject({ about: { position, as }, data, sender: { id: 'user:alice' } })
    const location = answer.headers.get('location')
    expect(location).toBe(`${MESSAGES}/${change.position}`)
    expect(await (await send('bob', 'GET', location ?? '')).text()).toBe(text)
    expect(ingest.published.at(-1)?.entry.json).toBe(text)
  })

  test('by the door of posts is the same', async () => {
    const { position } = await fresh()
    const reply = await post('bob', { data: 'yes', about: { position, as: 'reply' } })
    expect(reply).toMatchObject({ about: { position, as: 'reply' }, data: 'yes' })
    await post('bob', { data: 'ok', about: { position, as: 'reaction' } })
    const deletion = await post('alice', { data: null, about: { position, as: 'delete' } })
    expect(await (await send('bob', 'GET', `${MESSAGES}/${position}`)).json()).toMatchObject({
      deleted: true,
      data: null,
    })
    expect(deletion.about).toEqual({ position, as: 'delete' })
  })

  test('of somebody else’s message needs a grant to moderate', async () => {
    const { path } = await fresh()
    expect(await problemOf(await send('bob', 'PATCH', path, { data: 'x' }))).toBe('403 forbidden')
    expect(await problemOf(await send('bob', 'DELETE', path))).toBe('403 forbidden')
    expect((await send('mod', 'PATCH', path, { data: 'moderated' })).status).toBe(201)
    expect((await send('mod', 'DELETE', path)).status).toBe(201)
  })

  test('needs a grant to write', async () => {
    const { path } = await fresh()
    for (const [method, more] of [
      ['PATCH', ''],
      ['DELETE', ''],
      ['PUT', '/reactions/ok'],
      ['DELETE', '/reactions/ok'],
    ] as const) {
      const answer = await send('reader', method, path + more, { data: 'x' })
      expect(await problemOf(answer)).toBe('403 forbidden')
    }
  })

  test('of what is not there, or not any more, is refused', async () => {
    const { path } = await fresh()
    const missing = await send('alice', 'DELETE', `${MESSAGES}/999999`)
    expect(await problemOf(missing)).toBe('404 message-not-found')
    await send('alice', 'DELETE', path)
    expect(await problemOf(await send('alice', 'DELETE', path))).toBe('409 conflict')
    expect(await problemOf(await send('bob', 'PUT', `${path}/reactions/ok`))).toBe('409 conflict')
    expect(await problemOf(await send('alice', 'DELETE', `${MESSAGES}/x`))).toBe(
      '400 invalid-parameter',
    )
  })
})

describe('a reaction', () => {
  test('that is put again is the first one, and can be taken back once', async () => {
    const { path } = await fresh()
    const put = (): Promise<Response> => send('bob', 'PUT', `${path}/reactions/ok`)
    const [first, again] = [await put(), await put()]
    expect([first.status, again.status]).toEqual([201, 200])
    expect(await again.text()).toBe(await first.text())
    const take = (): Promise<Response> => send('bob', 'DELETE', `${path}/reactions/ok`)
    expect(await (await take()).json()).toMatchObject({ about: { as: 'unreaction' }, data: 'ok' })
    expect(await problemOf(await take())).toBe('409 conflict')
  })

  test.each(['%0A', 'x'.repeat(65), '%F0%9F%91%8D'.repeat(17)])(
    'is not called %s',
    async (name) => {
      const { path, position } = await fresh()
      const answer = await send('bob', 'PUT', `${path}/reactions/${name}`)
      expect(await problemOf(answer)).toBe('400 invalid-parameter')
      const about = { position, as: 'reaction' }
      const posted = await send('bob', 'POST', MESSAGES, { data: decodeURIComponent(name), about })
      expect(await problemOf(posted)).toBe('422 validation-failed')
    },
  )
})

describe('what one sender wrote', () => {
  const CAROL = '/senders/user:carol/messages'

  test('is for admins of all channels only', async () => {
    await signIn('local', 'admin rooms.**')
    for (const by of ['alice', 'mod', 'local']) {
      for (const method of ['GET', 'DELETE']) {
        expect(await problemOf(await send(by, method, CAROL))).toBe('403 forbidden')
      }
    }
  })

  test('can be taken along, line by line, and erased', async () => {
    await signIn('carol', 'read,write rooms.**')
    await signIn('root', 'admin,read **')
    const mine = [await post('carol', { data: 1 }), await post('carol', { data: 2 })]
    const lines = async (after = 0): Promise<unknown[]> => {
      const answer = await send('root', 'GET', `${CAROL}?after=${after}`)
      expect(answer.headers.get('content-type')).toBe('application/x-ndjson')
      const text = await answer.text()
      return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
    }
    expect(await lines()).toEqual(mine)
    expect(await lines(mine[0]?.position)).toEqual(mine.slice(1))
    const report = await (await send('root', 'DELETE', CAROL)).json()
    expect(report).toMatchObject({ sender: 'user:carol', erased: 2, next: null })
    expect(await lines()).toEqual([])
    const shown = await send('root', 'GET', `${MESSAGES}/${mine[0]?.position}`)
    expect(await shown.json()).toMatchObject({ deleted: true, sender: { id: 'erased' } })
  })

  test('is not found under a name that no sender can have', async () => {
    await signIn('root', 'admin **')
    const answer = await send('root', 'GET', '/senders/a%20b/messages')
    expect(await problemOf(answer)).toBe('400 invalid-parameter')
  })
})

test.each([
  [{ data: 'x', about: { position: 1, as: 'delete' } }, '#/data'],
  [{ data: 7, about: { position: 1, as: 'reaction' } }, '#/data'],
  [{ data: 7, about: { position: 0, as: 'reply' } }, '#/about/position'],
  [{ data: 7, about: { position: 1.5, as: 'reply' } }, '#/about/position'],
  [{ data: 7, about: { position: 1, as: 'like' } }, '#/about/as'],
  [{ data: 7, about: { position: 1, as: 'reply', more: 1 } }, '#/about/more'],
  [{ data: 7, about: null }, '#/about'],
])('the body %j is refused at %s', async (body, pointer) => {
  const answer = await send('alice', 'POST', MESSAGES, body)
  expect(answer.status).toBe(422)
  expect(await answer.json()).toMatchObject({ errors: [{ pointer }] })
})
