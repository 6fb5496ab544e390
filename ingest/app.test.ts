import { beforeAll, describe, expect, test } from '@jest/globals'
import type { HistoryPage } from '../contract/history.ts'
import {
  messageOf as message,
  postClient,
  problemOf as problem,
} from '../test/support/ingestClient.ts'
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

async function page(path: string): Promise<HistoryPage> {
  return JSON.parse(await (await fetch(`${ingest.origin}${path}`)).text())
}

describe('a message', () => {
  test.each([
    ['/channels/nobody/messages/1', '404 message-not-found'],
    ['/channels/nobody/messages/0', '404 message-not-found'],
    ['/channels/nobody/messages/9007199254740991', '404 message-not-found'],
    ['/channels/nobody/messages/9007199254740992', '400 invalid-parameter'],
    ['/channels/nobody/messages/-1', '400 invalid-parameter'],
    ['/channels/nobody/messages/1e3', '400 invalid-parameter'],
    ['/channels/a%20b/messages/1', '400 invalid-channel'],
  ])('at %s does not exist: %s', async (path, expected) => {
    expect(await problem(await fetch(`${ingest.origin}${path}`))).toBe(expected)
  })

  test('of another channel is not found in this one', async () => {
    const { position } = await message(await post('theirs', { data: 1 }))
    expect(await problem(await fetch(`${ingest.origin}/channels/ours/messages/${position}`))).toBe(
      '404 message-not-found',
    )
  })
})

async function timed(bounds: string): Promise<unknown[]> {
  const { messages } = await page(`/history?channel=timed&order=asc&${bounds}`)
  return messages.map(({ data }) => data)
}

describe('history', () => {
  test('leads through all messages of a channel by its links, both ways', async () => {
    const sent: number[] = []
    for (let n = 0; n < 7; n += 1) {
      sent.push((await message(await post('long', { data: n }))).position)
      await post('other', { data: n })
    }
    const seen: number[] = []
    let path: string | null = '/history?channel=long&limit=3'
    let last = path
    while (path !== null) {
      last = path
      const read: HistoryPage = await page(path)
      expect([read.channel, read.head]).toEqual(['long', sent.at(-1)])
      seen.push(...read.messages.map(({ position }) => position))
      path = read.next
    }
    expect(seen).toEqual(sent.toReversed())
    const back = (await page(last)).prev
    expect((await page(back ?? '')).messages.map(({ data }) => data)).toEqual([1, 2, 3])
    const answer = await fetch(`${ingest.origin}/history?channel=long&limit=3&before=${sent[5]}`)
    expect(answer.headers.get('link')).toBe(
      `</history?channel=long&before=${sent[2]}&limit=3&order=desc>; rel="next", ` +
        `</history?channel=long&after=${sent[4]}&limit=3&order=asc>; rel="prev"`,
    )
  })

  test('is bounded by times, the first inclusive and the second exclusive', async () => {
    const first = await message(await post('timed', { data: 1 }))
    const second = await message(await post('timed', { data: 2 }))
    expect(await timed(`from=${first.sentAt}`)).toEqual([1, 2])
    expect(await timed(`to=${first.sentAt}`)).toEqual([])
    const after = new Date(Date.parse(second.sentAt) + 1).toISOString()
    expect(await timed(`from=${first.sentAt}&to=${after}`)).toEqual([1, 2])
    expect(await timed(`from=${after}`)).toEqual([])
    expect(await timed('from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z')).toEqual([1, 2])
  })

  test('of a channel that nobody wrote to is empty', async () => {
    expect(await page('/history?channel=silence')).toEqual({
      channel: 'silence',
      messages: [],
      head: 0,
      low: 0,
      next: null,
      prev: null,
    })
  })

  test.each([
    ['/history', '400 invalid-parameter'],
    ['/history?channel=a&since=1', '400 invalid-parameter'],
    ['/history?channel=a&channel=b/c', '400 invalid-channel'],
    ['/history?channel=a%0a', '400 invalid-channel'],
    ['/history?channel=a&limit=1001', '400 invalid-parameter'],
  ])('at %s is refused: %s', async (path, expected) => {
    expect(await problem(await fetch(`${ingest.origin}${path}`))).toBe(expected)
  })
})

describe('a channel', () => {
  test('tells its head and how many messages it has', async () => {
    await post('counted', { data: 1 })
    const { position } = await message(await post('counted', { data: 2 }))
    const answer = await fetch(`${ingest.origin}/channels/counted`)
    expect(await answer.json()).toEqual({
      name: 'counted',
      head: position,
      messages: 2,
      // This ingest has no Redis.
      occupancy: null,
    })
  })

  test('that nobody wrote to has zeros', async () => {
    const answer = await fetch(`${ingest.origin}/channels/nobody`)
    expect(await answer.json()).toEqual({
      name: 'nobody',
      head: 0,
      messages: 0,
      occupancy: null,
    })
  })
})

test('a database that is away gives a 503 that says when to retry', async () => {
  const away = await ingestServer('postgres://nobody@127.0.0.1:1/none')
  opened.add(() => away.close())
  const answers = await Promise.all([
    fetch(`${away.origin}/channels/a`),
    fetch(`${away.origin}/channels/a/messages/1`),
    fetch(`${away.origin}/history?channel=a`),
    fetch(`${away.origin}/channels/a/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"data":1}',
    }),
  ])
  for (const answer of answers) {
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(await problem(answer)).toBe('503 unavailable')
  }
  expect(away.published).toEqual([])
})
