import { beforeAll, describe, expect, test } from '@jest/globals'
import type { ChannelsPage, HistoryPage, SearchPage } from '../contract/history.ts'
import type { Message } from '../contract/message.ts'
import { createLogs } from '../history/createLogs.ts'
import { disposables } from '../test/support/disposables.ts'
import { messageOf, post, problemOf } from '../test/support/ingestClient.ts'
import { type IngestServer, ingestServer } from '../test/support/ingestServer.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { openSql, type Sql } from '../test/support/testLog.ts'
import { indexAll } from '../test/support/testSearch.ts'
import { waitFor } from '../test/support/waitFor.ts'
import { NDJSON } from './exportHistory.ts'

const opened = disposables()
let ingest: IngestServer
let sql: Sql

const CHANNELS = Array.from({ length: 12 }, (_, at) => `rooms.r${at}`)
const ALL = CHANNELS.map((channel) => `channel=${channel}`).join('&')
/** In the order of their times: no two are posted at once. */
const posted: Message[] = []

beforeAll(async () => {
  const url = await testDatabase()
  sql = openSql(url, opened)
  const ids = [0, 1, 2]
  await createLogs(url, { logs: ids.map((id) => ({ id })), rules: [] }, ids)
  ingest = await ingestServer(url, { logCount: 3 })
  opened.add(() => ingest.close())
  for (let round = 0; round < 3; round++) {
    for (const channel of CHANNELS) {
      const text = `crane ${round} of ${channel}`
      posted.push(await messageOf(post(ingest.origin, channel, { data: { text } })))
    }
  }
  for (const log of ingest.logs.all.values()) await indexAll(log)
})

const get = (path: string, init?: RequestInit): Promise<Response> =>
  fetch(`${ingest.origin}${path}`, init)

async function json<T>(path: string): Promise<T> {
  const answer = await get(path)
  expect([path, answer.status]).toEqual([path, 200])
  const body: T = JSON.parse(await answer.text())
  return body
}

/** Messages of one time are in the order of the logs' numbers: here only the times count. */
const timesOf = (messages: readonly Message[]): string[] => messages.map(({ sentAt }) => sentAt)
const idsOf = (messages: readonly Message[]): string[] => messages.map(({ id }) => id).sort()

async function linesFrom(more: string): Promise<string[]> {
  const answer = await get(`/history?${ALL}${more}`, { headers: { Accept: NDJSON } })
  return (await answer.text()).trim().split('\n')
}

describe('with several logs', () => {
  test('a post goes to the log of its channel, and each log counts its own positions', async () => {
    const rows = await sql<{ channel: string; log: number }>(
      'select distinct "channel", "log_id" as "log" from "message"',
    )
    expect(rows.map(({ channel }) => channel).sort()).toEqual([...CHANNELS].sort())
    for (const { channel, log } of rows) expect(log).toBe(ingest.logs.logOf(channel))
    expect(new Set(rows.map(({ log }) => log))).toEqual(new Set([0, 1, 2]))
    expect(posted.filter(({ position }) => position === 1)).toHaveLength(3)
  })

  test("a channel's own routes lead to its log", async () => {
    const { channel, position, id } = posted[5] ?? { channel: '', position: 0, id: '' }
    const path = `/channels/${channel}`
    expect(await json(`${path}/messages/${position}`)).toMatchObject({ id })
    expect(await json(path)).toMatchObject({ name: channel, messages: 3 })
    expect(await json(`${path}/messages/${position}/versions`)).toMatchObject({
      versions: [{ id }],
    })
    const page = await json<HistoryPage>(`/history?channel=${channel}&order=asc&after=${position}`)
    expect(idsOf(page.messages)).toEqual(
      idsOf(posted.filter((each) => each.channel === channel && each.position > position)),
    )
  })

  test('posts in bulk are stored in their logs, those of one channel in their order', async () => {
    const items = CHANNELS.flatMap((channel) =>
      [1, 2].map((data) => ({ channel: `bulk.${channel}`, data })),
    )
    const answer = await get('/messages', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(items),
    })
    const results: { status: number; message: Message }[] = JSON.parse(await answer.text())
    expect(results.map(({ status }) => status)).toEqual(items.map(() => 201))
    for (let at = 0; at < results.length; at += 2) {
      expect(results[at + 1]?.message.previous).toBe(results[at]?.message.position)
    }
  })

  test.each(['asc', 'desc'])(
    'pages of history have all messages once, by time (%s)',
    async (order) => {
      const found: Message[] = []
      let back: string | null = null
      for (let next: string | null = `/history?${ALL}&limit=5&order=${order}`; next !== null;) {
        const page: HistoryPage = await json(next)
        expect(page.messages.length).toBeLessThanOrEqual(5)
        if (found.length === 5) back = page.prev
        found.push(...page.messages)
        next = page.next
      }
      expect(idsOf(found)).toEqual(idsOf(posted))
      const times = timesOf(posted)
      expect(timesOf(found)).toEqual(order === 'asc' ? times : times.toReversed())
      const { messages } = await json<HistoryPage>(back ?? '')
      expect(idsOf(messages)).toEqual(idsOf(found.slice(0, 5)))
    },
  )

  test('a page that its reader has is not sent again', async () => {
    const tag = (await get(`/history?${ALL}`)).headers.get('etag') ?? ''
    const again = await get(`/history?${ALL}`, { headers: { 'If-None-Match': tag } })
    expect([again.status, await again.text()]).toEqual([304, ''])
  })

  test.each(['after=3', 'before=3', 'about=3', 'after=L0.3', 'before=L0.3_L1.1_L7.1'])(
    'the position of one log is refused as one in several (%s)',
    async (bound) => {
      expect(await problemOf(await get(`/history?${ALL}&${bound}`))).toBe('400 invalid-parameter')
    },
  )

  test('a read waits for a message of any of its logs', async () => {
    const channels = CHANNELS.map((channel) => `waits.${channel}`)
    const query = channels.map((channel) => `channel=${channel}`).join('&')
    let { heads = '' } = await json<HistoryPage>(`/history?${query}`)
    for (const channel of channels) {
      const page = json<HistoryPage>(`/history?${query}&after=${heads}&sender=bob&wait=30`)
      await waitFor(() => ingest.watcher.size > 0)
      await post(ingest.origin, channel, { data: 1 })
      const { id } = await messageOf(
        post(ingest.origin, channel, { data: 2 }, { 'Causeway-Sender': 'bob' }),
      )
      const { messages, ...found } = await page
      expect(idsOf(messages)).toEqual([id])
      heads = found.heads ?? ''
      await waitFor(() => ingest.watcher.size === 0)
    }
  })

  test('an export has the lines of all logs, by time', async () => {
    const answer = await get(`/history?${ALL}`, { headers: { Accept: NDJSON } })
    const lines = (await answer.text()).trim().split('\n')
    const messages = lines.map((line): Message => JSON.parse(line))
    expect([idsOf(messages), timesOf(messages)]).toEqual([idsOf(posted), timesOf(posted)])
  })

  test('an export that broke off goes on at the time of its last line, whose lines come again', async () => {
    const whole = await linesFrom('')
    for (const count of [1, 13, whole.length]) {
      const had = whole.slice(0, count)
      const { sentAt }: Message = JSON.parse(had.at(-1) ?? '')
      const rest = await linesFrom(`&from=${sentAt}`)
      expect([...had, ...rest.filter((line) => !had.includes(line))]).toEqual(whole)
    }
  })

  test('channels of all logs are listed by name, with their last messages', async () => {
    const found: ChannelsPage['channels'] = []
    for (let next: string | null = '/channels?prefix=rooms.&limit=5'; next !== null;) {
      const page: ChannelsPage = await json(next)
      found.push(...page.channels)
      next = page.next
    }
    expect(found.map(({ name }) => name)).toEqual([...CHANNELS].sort())
    for (const { name, last } of found) {
      expect(last).toEqual(posted.findLast(({ channel }) => channel === name))
    }
  })

  test.each(['time', 'rank'])(
    'a search finds what is in any log, page by page (%s)',
    async (order) => {
      const found: SearchPage['messages'] = []
      for (let next: string | null = `/history?q=crane&limit=5&order=${order}`; next !== null;) {
        const page: SearchPage = await json(next)
        found.push(...page.messages)
        next = page.next
      }
      expect(idsOf(found)).toEqual(idsOf(posted))
      const keys = found.map(({ sentAt, rank = Date.parse(sentAt) }) => rank)
      expect(keys).toEqual(keys.toSorted((one, other) => other - one))
      const some = await json<SearchPage>(`/history?q=crane&order=${order}&channel=rooms.r3`)
      expect(some.searched).toEqual({ after: 0, upTo: expect.any(Number) })
      expect(some.messages).toHaveLength(3)
    },
  )

  test('all that one sender wrote is taken along, and erased, from every log', async () => {
    const carol = { 'Causeway-Sender': 'carol' }
    for (const channel of CHANNELS) await post(ingest.origin, channel, { data: 'hers' }, carol)
    const path = '/senders/carol/messages'
    expect((await (await get(path)).text()).trim().split('\n')).toHaveLength(CHANNELS.length)
    const of = async (log: number): Promise<number> =>
      (await (await get(`${path}?log=${log}`)).text()).split('\n').length - 1
    expect([await of(0), (await of(1)) > (await of(2))]).toEqual([CHANNELS.length, true])
    expect(await problemOf(await get(`${path}?log=3`))).toBe('404 not-found')
    const erased = await get(path, { method: 'DELETE' })
    expect(await erased.json()).toMatchObject({ erased: CHANNELS.length, next: null })
    expect(await (await get(path)).text()).toBe('')
  })
})
