import { beforeAll, describe, expect, test } from '@jest/globals'
import { MAX_SIGNAL_BYTES } from '../contract/signal.ts'
import { disposables } from '../test/support/disposables.ts'
import { problemOf } from '../test/support/ingestClient.ts'
import { type IngestServer, ingestServer } from '../test/support/ingestServer.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { TestIssuer } from '../test/support/testIssuer.ts'
import { copyKeys } from '../test/support/testRedis.ts'
import { waitFor } from '../test/support/waitFor.ts'

const opened = disposables()
let databaseUrl: string
let ingest: IngestServer

beforeAll(async () => {
  databaseUrl = await testDatabase()
  ingest = await ingestServer(databaseUrl, { maxBodyBytes: 60_000 })
  opened.add(() => ingest.close())
})

const signal = (
  channel: string,
  body: unknown,
  headers: Record<string, string> = {},
  origin = ingest.origin,
): Promise<Response> =>
  fetch(`${origin}/channels/${channel}/signals`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

describe('a signal', () => {
  test('goes out with its MAC, and the log has nothing of it', async () => {
    const headers = { 'Causeway-Sender': 'alice', 'Causeway-Sender-Name': 'Alice' }
    const answer = await signal('rooms.a', '{"type":"typing","data":1.10}', headers)
    expect([answer.status, await answer.text()]).toEqual([202, ''])
    const [channel = '', json = '', mac = ''] = ingest.signalled.at(-1) ?? []
    expect(channel).toBe('rooms.a')
    expect(JSON.parse(json)).toEqual({
      channel: 'rooms.a',
      type: 'typing',
      sender: { id: 'alice', name: 'Alice' },
      data: 1.1,
      sentAt: expect.any(String),
    })
    expect(json).toContain('"data":1.10,')
    expect(copyKeys.openSignal('rooms.a', mac + json)).toBe(json)
    expect(copyKeys.openSignal('rooms.b', mac + json)).toBeUndefined()
    expect(await ingest.logs.channel('rooms.a')).toMatchObject({ head: 0, messages: 0 })
  })

  test('has a type of its own if none is given', async () => {
    await signal('a', { data: null })
    expect(JSON.parse(ingest.signalled.at(-1)?.[1] ?? '')).toMatchObject({ type: 'signal' })
  })

  test('is answered 503 if it is dropped at once', async () => {
    expect(await problemOf(await signal('a', { data: 'drop' }))).toBe('503 unavailable')
  })

  test.each([
    ['another channel', 'a..b', { data: 1 }, '400 invalid-channel'],
    ['no JSON', 'a', '{', '400 malformed-json'],
    ['no data', 'a', { type: 'x' }, '422 validation-failed'],
    [
      'a message to be about',
      'a',
      { data: 1, about: { position: 1, as: 'reply' } },
      '422 validation-failed',
    ],
    ['a type of spaces', 'a', { data: 1, type: 'a b' }, '422 validation-failed'],
    ['too much', 'a', { data: 'x'.repeat(MAX_SIGNAL_BYTES) }, '413 too-large'],
  ])('with %s is refused', async (_what, channel, body, problem) => {
    const before = ingest.signalled.length
    expect(await problemOf(await signal(channel, body))).toBe(problem)
    expect(ingest.signalled.length).toBe(before)
  })

  test('needs a grant to write, and counts per person and minute', async () => {
    const issuer = await TestIssuer.create()
    const limits = { signalsPerMinute: 2 }
    const closed = await ingestServer(databaseUrl, { issuer, limits })
    opened.add(() => closed.close())
    const as = async (grants: string[]): Promise<Record<string, string>> => ({
      Authorization: `Bearer ${await issuer.token('user:alice', { grants, name: 'Alice' })}`,
    })
    const [reader, writer] = [await as(['read a']), await as(['write a'])]
    const { origin } = closed
    expect(await problemOf(await signal('a', { data: 1 }, {}, origin))).toBe('401 unauthenticated')
    // It is answered 503 until the grants were read once.
    await waitFor(async () => (await signal('a', { data: 1 }, reader, origin)).status === 403)
    expect((await signal('a', { data: 1 }, writer, origin)).status).toBe(202)
    const refused = await signal('a', { data: 1 }, writer, origin)
    expect(refused.headers.get('ratelimit-policy')).toContain('"signals";q=2;w=60')
    expect(await problemOf(refused)).toBe('429 rate-limited')
    expect(closed.signalled.map(([, json]) => JSON.parse(json).sender)).toEqual([
      { id: 'user:alice', name: 'Alice' },
    ])
  })
})
