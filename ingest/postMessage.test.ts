import { beforeAll, describe, expect, test } from '@jest/globals'
import {
  messageOf as message,
  postClient,
  problemOf as problem,
} from '../test/support/ingestClient.ts'
import { type Message, readEntry } from '../contract/message.ts'
import { disposables } from '../test/support/disposables.ts'
import { type IngestServer, ingestServer } from '../test/support/ingestServer.ts'
import { testDatabase } from '../test/support/testDatabase.ts'

const opened = disposables()
let ingest: IngestServer

beforeAll(async () => {
  ingest = await ingestServer(await testDatabase())
  opened.add(() => ingest.close())
})

const post = postClient(() => ingest)

const ALICE = { 'Causeway-Sender': 'alice' }
const AGAIN = { ...ALICE, 'Idempotency-Key': 'again' }

describe('a posted message', () => {
  test('is answered as it is stored, published and read again', async () => {
    const answer = await post(
      'rooms.one',
      { type: 'note', data: { text: '<b>👋\u2028' } },
      { 'Causeway-Sender': 'alice', 'Causeway-Sender-Name': 'Al%C3%AFce' },
    )
    expect(answer.status).toBe(201)
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    const body = await answer.text()
    const stored: Message = JSON.parse(body)
    expect(stored).toEqual({
      position: expect.any(Number),
      previous: 0,
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      channel: 'rooms.one',
      type: 'note',
      sender: { id: 'alice', name: 'Alïce' },
      data: { text: '<b>👋\u2028' },
      sentAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    })
    const location = answer.headers.get('location')
    expect(location).toBe(`/channels/rooms.one/messages/${stored.position}`)
    expect(await (await fetch(`${ingest.origin}${location}`)).text()).toBe(body)
    const entry = readEntry('rooms.one', body)
    const { epoch } = await ingest.log.head()
    expect(ingest.published.at(-1)).toEqual({ entry: { ...entry, link: '' }, epoch })
  })

  test('with an idempotency key is stored and published once, however often it comes', async () => {
    const before = ingest.published.length
    const send = () => post('rooms.key', { data: [1] }, { ...ALICE, 'Idempotency-Key': 'k!~' })
    const answers = await Promise.all([send(), send(), send()])
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 200, 201])
    const bodies = await Promise.all(answers.map((answer) => answer.text()))
    expect(new Set(bodies).size).toBe(1)
    expect(ingest.published).toHaveLength(before + 1)
    expect(
      await problem(await post('rooms.key', { data: [2] }, { ...ALICE, 'Idempotency-Key': 'k!~' })),
    ).toBe('422 idempotency-conflict')
    expect((await ingest.log.channel('rooms.key')).messages).toBe(1)
  })

  test.each([
    ['rooms..x', {}, {}, '400 invalid-channel'],
    ['a%2Fb', {}, {}, '400 invalid-channel'],
    ['a%00', {}, {}, '400 invalid-channel'],
    ['__proto__.%2e', {}, {}, '400 invalid-channel'],
    ['x'.repeat(129), {}, {}, '400 invalid-channel'],
    ['%', {}, {}, '400 malformed-request'],
    ['r', { data: 1 }, { 'Content-Type': 'text/plain' }, '415 unsupported-media-type'],
    ['r', { data: 1 }, { 'Content-Type': '' }, '415 unsupported-media-type'],
    [
      'r',
      { data: 1 },
      { 'Content-Type': 'application/json; charset=utf-7' },
      '415 unsupported-media-type',
    ],
    [
      'r',
      { data: 1 },
      { 'Content-Type': 'application/json-patch+json' },
      '415 unsupported-media-type',
    ],
    ['r', { data: 1 }, { 'Content-Encoding': 'gzip' }, '415 unsupported-media-type'],
    ['r', { data: 1 }, { ...ALICE, 'Idempotency-Key': 'a b' }, '400 invalid-parameter'],
    ['r', { data: 1 }, { ...ALICE, 'Idempotency-Key': '' }, '400 invalid-parameter'],
    ['r', { data: 1 }, { ...ALICE, 'Idempotency-Key': 'k'.repeat(256) }, '400 invalid-parameter'],
    // Nobody's.
    ['r', { data: 1 }, { 'Idempotency-Key': 'k' }, '400 invalid-parameter'],
    ['r', { data: 1 }, { 'Causeway-Sender': 'a b' }, '400 invalid-parameter'],
    ['r', { data: 'x'.repeat(1000) }, {}, '413 too-large'],
    ['r', '', {}, '400 malformed-json'],
    ['r', '{"data":', {}, '400 malformed-json'],
    ['r', Uint8Array.of(0x22, 0xff, 0x22), {}, '400 malformed-json'],
    ['r', '[]', {}, '422 validation-failed'],
    ['r', { data: 1, sender: 'me' }, {}, '422 validation-failed'],
    ['r', { data: 'a\0' }, {}, '422 validation-failed'],
    ['r', '{"data":"\\ud800"}', {}, '422 validation-failed'],
  ])('to %s of %j with %j is refused: %s', async (channel, body, headers, expected) => {
    const { position } = await ingest.log.head()
    expect(await problem(await post(channel, body, headers))).toBe(expected)
    expect((await ingest.log.head()).position).toBe(position)
  })

  test('of another sender with the same key is another one', async () => {
    const answers: Response[] = []
    for (const sender of ['lamp-1', 'lamp-2', 'lamp-1']) {
      const headers = { 'Causeway-Sender': sender, 'Idempotency-Key': '1' }
      answers.push(await post('rooms.keys', { data: 'on' }, headers))
    }
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 200])
    const senders = await Promise.all(
      answers.map(async (answer) => (await message(answer)).sender.id),
    )
    expect(senders).toEqual(['lamp-1', 'lamp-2', 'lamp-1'])
  })

  test('with a key but without a sender is refused, and the answer says what is missing', async () => {
    const answer = await post('rooms.keys', { data: 1 }, { 'Idempotency-Key': 'k' })
    expect(await answer.json()).toMatchObject({
      detail: 'Idempotency-Key requires a Causeway-Sender.',
    })
  })

  test.each(['application/json', 'Application/JSON ; Charset="UTF-8"'])(
    'may be %s',
    async (type) => {
      expect((await post('r', { data: 1 }, { 'Content-Type': type })).status).toBe(201)
    },
  )

  test('that is too large is refused, and the answer names the limit', async () => {
    const answer = await post('r', { data: 'x'.repeat(1000) })
    expect(await answer.json()).toMatchObject({
      detail: 'The body may have at most 1000 bytes.',
    })
  })

  test('without a length is refused once it turns out to be too large', async () => {
    const stream = new ReadableStream({
      start(controller) {
        for (let n = 0; n < 20; n += 1) controller.enqueue(new Uint8Array(100).fill(0x20))
        controller.close()
      },
    })
    const answer = await fetch(`${ingest.origin}/channels/r/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: stream,
      duplex: 'half',
    })
    expect(await problem(answer)).toBe('413 too-large')
  })

  test('keeps any JSON as it is', async () => {
    for (const data of [
      null,
      0,
      '',
      false,
      [],
      {},
      [[{ __proto__: null, a: '\u001f\\"' }]],
      1e308,
    ]) {
      expect((await message(await post('any', { data }))).data).toEqual(data)
    }
    const proto = await (await post('any', '{"data":{"__proto__":{"polluted":1}}}')).text()
    expect(proto).toMatch(/"__proto__": ?\{"polluted": ?1\}/)
    expect('polluted' in {}).toBe(false)
  })

  test.each<[string, string, unknown, Record<string, string>]>([
    ['created', 'counted', { data: 1 }, {}],
    ['repeated', 'counted', { data: [2] }, AGAIN],
    ['idempotency-conflict', 'counted', { data: [3] }, AGAIN],
    ['too-large', 'counted', { data: 'x'.repeat(1000) }, {}],
    ['invalid-channel', 'a..b', { data: 1 }, {}],
    ['malformed-json', 'counted', '{', {}],
  ])('is counted as %s', async (outcome, channel, body, headers) => {
    await post('counted', { data: [2] }, AGAIN)
    const before = await counts()
    await post(channel, body, headers)
    expect(await counts()).toEqual({ ...before, [outcome]: (before[outcome] ?? NaN) + 1 })
  })
})

/** Posts by outcome. */
async function counts(): Promise<Record<string, number>> {
  const metric = await ingest.registry.getSingleMetric('causeway_posts_total')?.get()
  return Object.fromEntries(
    (metric?.values ?? []).map(({ labels, value }) => [String(labels['outcome']), value]),
  )
}
