import { beforeAll, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { problemOf } from '../test/support/ingestClient.ts'
import { type IngestServer, ingestServer } from '../test/support/ingestServer.ts'
import { outcome, type Result } from '../test/support/lineClient.ts'
import { from, limitedIngest } from '../test/support/limitedIngest.ts'
import { testDatabase } from '../test/support/testDatabase.ts'

const opened = disposables()
let databaseUrl: string
let ingest: IngestServer

beforeAll(async () => {
  databaseUrl = await testDatabase()
  ingest = await ingestServer(databaseUrl, { maxBodyBytes: 20_000 })
  opened.add(() => ingest.close())
})

const ALICE = { 'Causeway-Sender': 'alice' }

function post(body: unknown, headers: Record<string, string> = {}, to = ingest): Promise<Response> {
  return fetch(`${to.origin}/messages`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

async function resultsOf(answer: Response | Promise<Response>): Promise<Result[]> {
  const response = await answer
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'application/json; charset=utf-8',
  ])
  return JSON.parse(await response.text())
}

describe('an array of messages', () => {
  test('is stored in its order, and each result is the message as it is read again', async () => {
    const { position } = await ingest.log.head()
    const answer = await post(
      `[{"channel":"a.one","data":{"n": 1.0}}, {"channel":"a.two","type":"note","data":[ "x" ]},
        {"channel":"a.one","data":null,"key":"k"}]`,
      ALICE,
    )
    const body = await answer.text()
    const results: Result[] = JSON.parse(body)
    expect(results.map(({ status, message }) => [status, message?.position])).toEqual([
      [201, position + 1],
      [201, position + 2],
      [201, position + 3],
    ])
    expect(results.map(({ message }) => [message?.channel, message?.type])).toEqual([
      ['a.one', 'message'],
      ['a.two', 'note'],
      ['a.one', 'message'],
    ])
    expect(results[2]?.message).toMatchObject({ previous: position + 1, sender: { id: 'alice' } })
    for (const { entry } of ingest.published.slice(-3)) {
      expect(body).toContain(`{"status":201,"message":${entry.json}}`)
      expect(await ingest.log.message(entry.channel, entry.position)).toMatchObject({
        json: entry.json,
      })
    }
    expect(body).toContain('"data":{"n":1.0}')
  })

  test('keeps the order of each channel, however long it is', async () => {
    const items = Array.from({ length: 300 }, (_, data) => ({ channel: `b.${data % 3}`, data }))
    const results = await resultsOf(post(items))
    expect(results.map(({ message }) => message?.data)).toEqual(items.map(({ data }) => data))
    for (const channel of ['b.0', 'b.1', 'b.2']) {
      const positions = results.flatMap(({ message }) =>
        message?.channel === channel ? [message.position] : [],
      )
      expect(positions).toEqual([...positions].sort((one, other) => one - other))
    }
  })

  test('has a problem for each message that is refused, and for no other', async () => {
    const items = [
      { channel: 'c', data: 1 },
      { channel: 'c..d', data: 1 },
      { channel: 'c' },
      { channel: 'c', data: 1, sender: 'me' },
      { channel: 'c', data: 'x'.repeat(2_000) },
      { channel: 'c', data: 1, key: 'a b' },
      { channel: 'c', data: 'a\0' },
      { data: 1 },
      7,
      { channel: 'c', data: 2 },
    ]
    const results = await resultsOf(post(items, ALICE))
    expect(results.map(outcome)).toEqual([
      '201',
      '400 invalid-channel',
      '422 validation-failed',
      '422 validation-failed',
      '413 too-large',
      '400 invalid-parameter',
      '422 validation-failed',
      '422 validation-failed',
      '422 validation-failed',
      '201',
    ])
    expect(results[2]?.problem?.errors).toEqual([{ pointer: '#/data', detail: 'required' }])
    expect((await ingest.log.channel('c')).messages).toBe(2)
  })

  test('that comes again with its keys is stored once', async () => {
    const items = ['k1', 'k2', 'k1'].map((key) => ({ channel: 'd', data: 1, key }))
    const first = await resultsOf(post(items, ALICE))
    expect(first.map(({ status }) => status)).toEqual([201, 201, 200])
    const again = await resultsOf(post(items, ALICE))
    expect(again.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(again.map(({ message }) => message)).toEqual(first.map(({ message }) => message))
    const other = await resultsOf(post([{ channel: 'd', data: 2, key: 'k2' }], ALICE))
    expect(other.map(outcome)).toEqual(['422 idempotency-conflict'])
    // Nobody's key.
    expect((await resultsOf(post(items))).map(outcome)).toEqual(
      Array(3).fill('400 invalid-parameter'),
    )
  })

  test('may be empty', async () => {
    expect(await resultsOf(post(' [ ] '))).toEqual([])
  })

  test.each([
    ['an object', { channel: 'e', data: 1 }, {}, '422 validation-failed'],
    ['no JSON', '[{"channel":"e","data":1}', {}, '400 malformed-json'],
    ['too many', Array(1_001).fill(1), {}, '422 validation-failed'],
    ['too much', [{ channel: 'e', data: 'x'.repeat(20_000) }], {}, '413 too-large'],
    ['text', [], { 'Content-Type': 'text/plain' }, '415 unsupported-media-type'],
    [
      'zipped lines',
      '',
      { 'Content-Type': 'application/x-ndjson', 'Content-Encoding': 'gzip' },
      '415 unsupported-media-type',
    ],
  ])('that is %s is refused as a whole', async (_what, body, headers, expected) => {
    const { position } = await ingest.log.head()
    expect(await problemOf(await post(body, headers))).toBe(expected)
    expect((await ingest.log.head()).position).toBe(position)
  })

  test('uses up the limit message by message', async () => {
    const limited = await limitedIngest(
      opened,
      databaseUrl,
      { postsPerMinutePerAddress: 5 },
      { maxBodyBytes: 20_000 },
    )
    const send = (body: unknown): Promise<Response> => post(body, from('192.0.2.1'), limited)
    const three = await send([1, 2, 3].map((data) => ({ channel: 'f', data })))
    expect(three.headers.get('ratelimit')).toMatch('"posts-by-address";r=2;t=')
    expect((await resultsOf(three)).map(outcome)).toEqual(['201', '201', '201'])
    expect(await problemOf(await send('no JSON'))).toBe('400 malformed-json')
    const two = await resultsOf(
      send([
        { channel: 'f', data: 4 },
        { channel: 'f', data: 5 },
      ]),
    )
    expect(two.map(outcome)).toEqual(['201', '429 rate-limited'])
    expect(await problemOf(await send([]))).toBe('429 rate-limited')
    expect((await limited.log.channel('f')).messages).toBe(4)
  })
})
