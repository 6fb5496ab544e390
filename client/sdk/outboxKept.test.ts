import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { type FakeRequest, fakeFetch, settled } from './fetchFixture.ts'
import { aMessage } from './messageFixture.ts'
import type { Outbox } from './outbox.ts'
import { FakeLocks } from './locksFixture.ts'
import { anOutbox, memoryStorage } from './outboxFixture.ts'

let requests: FakeRequest[]
let newest: () => FakeRequest
let outboxes: Outbox[]

beforeEach(() => {
  jest.spyOn(Math, 'random').mockReturnValue(1)
  ;({ requests, newest } = fakeFetch())
  outboxes = []
})

afterEach(() => {
  for (const outbox of outboxes) outbox.close()
  jest.restoreAllMocks()
})

function open(...given: Parameters<typeof anOutbox>) {
  const opened = anOutbox(...given)
  outboxes.push(opened.outbox)
  return opened
}

const texts = (outbox: Outbox) => outbox.unsent().map(({ data }) => data)
const keys = () => requests.map(({ headers }) => headers.get('Idempotency-Key'))

async function answer(): Promise<void> {
  newest().answer(aMessage())
  await settled()
}

test('What was not sent is sent after a reload, in order and with the same keys', async () => {
  const storage = memoryStorage()
  const before = open({ storage, tab: 'a' }).outbox
  for (const text of ['one', 'two', 'three']) before.add('lobby', text)
  await answer()
  before.close()
  const [, two] = keys()
  const { outbox, events } = open({ storage, tab: 'a' })
  expect(texts(outbox)).toEqual(['two', 'three'])
  await settled()
  expect(keys().slice(2)).toEqual([two])
  await answer()
  await answer()
  expect([events, storage.items.size]).toEqual([['sent two', 'sent three'], 0])
})

test('A refused message is still refused after a reload', async () => {
  const storage = memoryStorage()
  const before = open({ storage, tab: 'a' }).outbox
  before.add('lobby', 'one')
  newest().refuse(413, 'too-large')
  await settled()
  before.close()
  const { outbox } = open({ storage, tab: 'a' })
  await settled()
  expect(outbox.unsent()).toMatchObject([{ data: 'one', failure: 'too-large' }])
  expect(requests).toHaveLength(1)
})

test('The messages of another name are neither seen nor sent', async () => {
  const storage = memoryStorage()
  open({ storage, tab: 'a', name: 'alice' }).outbox.add('lobby', 'one')
  const { outbox } = open({ storage, tab: 'a', name: 'alice.b' })
  await settled()
  expect([texts(outbox), requests.length]).toEqual([[], 1])
})

test('A tab takes over what another one left when that has ended, and not before', async () => {
  const storage = memoryStorage()
  const locks = new FakeLocks()
  const crashed = open({ storage, locks: locks.of('a'), tab: 'a' }).outbox
  crashed.add('lobby', 'one')
  const { outbox, events } = open({ storage, locks: locks.of('b'), tab: 'b' })
  outbox.add('lobby', 'two')
  await settled()
  expect(texts(outbox)).toEqual(['two'])
  crashed.close()
  await settled()
  expect(texts(outbox)).toEqual(['one', 'two'])
  await answer()
  await answer()
  expect(new Set(events)).toEqual(new Set(['sent one', 'sent two']))
  expect(new Set(keys()).size).toBe(2)
})

test('Without locks a tab takes over what it finds, because sending twice stores once', async () => {
  const storage = memoryStorage()
  open({ storage, tab: 'a' }).outbox.add('lobby', 'one')
  const { outbox } = open({ storage, tab: 'b' })
  await settled()
  expect(texts(outbox)).toEqual(['one'])
  expect(new Set(keys()).size).toBe(1)
})

test('Tabs that write at the same time write over nothing of each other', () => {
  const storage = memoryStorage()
  const locks = new FakeLocks()
  const [a, b] = ['a', 'b'].map((tab) => open({ storage, locks: locks.of(tab), tab }).outbox)
  a?.add('lobby', 'one')
  b?.add('lobby', 'two')
  expect(storage.items.size).toBe(2)
})

test('Somebody who signs out leaves nothing behind, in no tab', async () => {
  const storage = memoryStorage()
  const locks = new FakeLocks()
  open({ storage, locks: locks.of('a'), tab: 'a' }).outbox.add('lobby', 'one')
  const { outbox } = open({ storage, locks: locks.of('b'), tab: 'b' })
  outbox.add('lobby', 'two')
  const end = outbox.publish('lobby', 'three').catch(String)
  outbox.clear()
  // An answer may come after the sign-out.
  await answer()
  expect([storage.items.size, texts(outbox), await end]).toEqual([
    0,
    [],
    'Error: The message was discarded',
  ])
})

test('A message of unknown outcome is not repeated when the server may have forgotten its key', async () => {
  const storage = memoryStorage()
  const before = open({ storage, tab: 'a' }).outbox
  before.add('lobby', 'one')
  before.close()
  jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 21 * 3_600_000)
  const { outbox, events } = open({ storage, tab: 'a' })
  await settled()
  expect([events, requests.length]).toEqual([['failed one outcome-unknown'], 1])
  outbox.retry(outbox.unsent()[0]?.key ?? '')
  await settled()
  expect(requests).toHaveLength(2)
})

function denied(): never {
  throw new Error('denied')
}

const unreadable = {
  get length() {
    return denied()
  },
  key: denied,
  getItem: denied,
  setItem: denied,
  removeItem: denied,
}

test.each([undefined, unreadable])(
  'Without storage messages last as long as the page',
  async (storage) => {
    const { outbox, events } = open({ storage })
    outbox.add('lobby', 'one')
    expect(texts(outbox)).toEqual(['one'])
    await answer()
    expect([events, texts(outbox)]).toEqual([['sent one'], []])
  },
)

test.each([
  '',
  'null',
  '[]',
  '{"key":1}',
  '{"key":"k","channel":"lobby","tab":"a","order":"1","at":1}',
  '{"key":"k","channel":"lobby","tab":"a","order":1,"at":1,"failure":"odd"}',
  '{"key":"k","channel":"lobby","tab":"a","order":1,"at":1,"about":7}',
])('What is stored in another form (%s) is nothing', (text) => {
  const storage = memoryStorage()
  storage.setItem('causeway.outbox.alice.k', text)
  expect(texts(open({ storage, tab: 'a' }).outbox)).toEqual([])
})
