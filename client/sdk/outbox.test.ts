import { expect, test } from '@jest/globals'
import { fakeTime } from './fakeTimeFixture.ts'
import { type FakeRequest, settled } from './fetchFixture.ts'
import { aMessage } from './messageFixture.ts'
import { anOutbox } from './outboxFixture.ts'
import { OutboxFull } from './outboxQueue.ts'

const { requests, newest, endLater, passes } = fakeTime()

function open(...given: Parameters<typeof anOutbox>) {
  const opened = anOutbox(...given)
  endLater(() => opened.outbox.close())
  return opened
}

const stored = (position = 7) => aMessage({ position })
const posted = () => requests.map(({ body }) => Object(body).data)

test('A message is posted with its data, type, what it is about, and a key of its own', async () => {
  const { outbox } = open()
  outbox.add(
    'rooms.berlin/ä',
    { text: 'hi' },
    { type: 'note', about: { position: 3, as: 'reply' } },
  )
  outbox.add('other', null)
  await settled()
  const [first, second] = requests
  expect(first?.url.pathname).toBe('/channels/rooms.berlin%2F%C3%A4/messages')
  expect([first?.method, first?.body]).toEqual([
    'POST',
    { data: { text: 'hi' }, type: 'note', about: { position: 3, as: 'reply' } },
  ])
  expect(second?.body).toEqual({ data: null })
  const keys = requests.map(({ headers }) => headers.get('Idempotency-Key'))
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/)
  expect(keys[1]).not.toBe(keys[0])
})

test('Messages of a channel are sent one after another, and those of another beside them', async () => {
  const { outbox, events } = open()
  for (const text of ['one', 'two']) outbox.add('lobby', text)
  outbox.add('other', 'three')
  await settled()
  expect(posted()).toEqual(['one', 'three'])
  requests[0]?.answer(stored())
  await settled()
  expect([posted(), events]).toEqual([['one', 'three', 'two'], ['sent one']])
})

test.each([
  ['no answer', (request: FakeRequest) => request.fail()],
  ['a busy service', (request: FakeRequest) => request.refuse(503, 'overloaded')],
  ['an unknown outcome', (request: FakeRequest) => request.refuse(503, 'outcome-unknown')],
  ['a proxy without a service', (request: FakeRequest) => request.answer('<html>', 502)],
  ['an answer of an unknown form', (request: FakeRequest) => request.answer({ position: 'x' })],
])('A message is posted again with the same key after %s', async (_what, answer) => {
  const { outbox, events } = open()
  outbox.add('lobby', 'one')
  outbox.add('lobby', 'two')
  answer(newest())
  await settled()
  await passes(500)
  newest().answer(stored())
  await settled()
  expect([posted(), events]).toEqual([['one', 'one', 'two'], ['sent one']])
  const [first, again] = requests.map(({ headers }) => headers.get('Idempotency-Key'))
  expect(again).toBe(first)
})

test('A message without a definite answer is posted for as long as it takes, after growing waits', async () => {
  const { outbox, events } = open()
  outbox.add('lobby', 'one')
  const waits: number[] = []
  while (waits.length < 10) {
    const count = requests.length
    newest().fail()
    await settled()
    let waited = 0
    for (; requests.length === count; waited += 500) await passes(500)
    waits.push(waited / 1_000)
  }
  expect(waits).toEqual([0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30])
  expect([outbox.unsent().length, events]).toEqual([1, []])
})

test('A refused message stays with its failure, lets the next pass, and can be sent again', async () => {
  const { outbox, events } = open()
  const { key } = outbox.add('lobby', 'one')
  outbox.add('lobby', 'two')
  newest().refuse(413, 'too-large')
  await settled()
  newest().answer(stored())
  await settled()
  expect(events).toEqual(['failed one too-large', 'sent two'])
  expect(outbox.unsent('lobby')).toMatchObject([{ key, data: 'one', failure: 'too-large' }])
  outbox.retry(key)
  outbox.retry('unknown')
  await settled()
  newest().answer(stored())
  await settled()
  expect([events.at(-1), outbox.unsent()]).toEqual(['sent one', []])
  expect(new Set(requests.map(({ headers }) => headers.get('Idempotency-Key'))).size).toBe(2)
})

test('A message that is being sent is not sent beside itself by a retry', async () => {
  const { outbox } = open()
  outbox.retry(outbox.add('lobby', 'one').key)
  await settled()
  expect(requests).toHaveLength(1)
})

test('A discarded message is sent no more, and its answer counts for nothing', async () => {
  const { outbox, events } = open()
  outbox.discard(outbox.add('lobby', 'one').key)
  newest().answer(stored())
  await settled()
  expect([outbox.unsent(), events, requests.length]).toEqual([[], [], 1])
})

test('Nothing is sent while nobody is signed in, and everything after that, in order', async () => {
  const { outbox, events } = open({}, async () => false)
  outbox.add('lobby', 'one')
  outbox.add('lobby', 'two')
  newest().refuse(401, 'unauthenticated')
  await settled()
  await passes(60_000)
  expect([requests.length, outbox.unsent().length, events]).toEqual([1, 2, []])
  outbox.resume()
  newest().answer(stored())
  await settled()
  newest().answer(stored())
  await settled()
  expect(events).toEqual(['sent one', 'sent two'])
})

test('A pause ends when there is a network again, also if the attempt was under way then', async () => {
  const { outbox } = open()
  outbox.add('lobby', 'one')
  newest().fail()
  await settled()
  outbox.resume()
  await settled()
  expect(requests).toHaveLength(2)
  outbox.resume()
  newest().fail()
  await settled()
  expect(requests).toHaveLength(3)
})

test('A promise of a message ends as the message does', async () => {
  const { outbox } = open()
  const ends = ['one', 'two', 'three', 'four'].map((text) =>
    outbox.publish('lobby', text).then(
      ({ position }) => position,
      (error: unknown) => String(error),
    ),
  )
  newest().answer(stored(9))
  await settled()
  newest().refuse(413, 'too-large')
  await settled()
  outbox.discard(outbox.unsent().at(-2)?.key ?? '')
  outbox.close()
  expect(await Promise.all(ends)).toEqual([
    9,
    'Problem: The body is too large',
    'Error: The message was discarded',
    'Error: The outbox was closed',
  ])
})

test('The data is copied as JSON, so that a later change of it changes nothing', async () => {
  const { outbox } = open()
  const data = { text: 'hi', none: undefined }
  const [given] = [outbox.add('lobby', data).data]
  data.text = 'changed'
  expect(given).toEqual({ text: 'hi' })
  expect(() => outbox.add('lobby', 1n)).toThrow(TypeError)
})

test('At most two hundred messages and a million characters wait', () => {
  const { outbox } = open()
  for (let count = 0; count < 200; count += 1) outbox.add('lobby', count)
  expect(() => outbox.add('lobby', 'more')).toThrow(OutboxFull)
  const long = open().outbox
  long.add('lobby', 'x'.repeat(600_000))
  expect(() => long.add('lobby', 'x'.repeat(600_000))).toThrow(OutboxFull)
  expect(long.unsent()).toHaveLength(1)
})

test('Each change of what waits is told', async () => {
  const seen: number[] = []
  const { outbox } = open({ changed: () => seen.push(outbox.unsent().length) })
  const { key } = outbox.add('lobby', 'one')
  newest().refuse(413, 'too-large')
  await settled()
  outbox.discard(key)
  expect(seen).toEqual([1, 1, 0])
})
