import { beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { HistoryPage } from '../contract/history.ts'
import { disposables } from '../test/support/disposables.ts'
import { messageOf, post, problemOf } from '../test/support/ingestClient.ts'
import { type IngestServer, ingestServer } from '../test/support/ingestServer.ts'
import { from } from '../test/support/limitedIngest.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { uniquePrefix } from '../test/support/uniquePrefix.ts'
import { waitFor } from '../test/support/waitFor.ts'

const opened = disposables()
let databaseUrl: string
let ingest: IngestServer

async function open(): Promise<IngestServer> {
  // Any wait outlasts the time after which a silent connection is closed.
  const server = await ingestServer(databaseUrl, {
    limits: { proxyHops: 1 },
    stallMilliseconds: 500,
  })
  opened.add(() => server.close())
  return server
}

beforeAll(async () => {
  databaseUrl = await testDatabase()
  ingest = await open()
})

const ask = (query: string, init?: RequestInit): Promise<Response> =>
  fetch(`${ingest.origin}/history?${query}`, init)

/** Asks, and resolves to what the page will be once its reader waits. */
async function wait(query: string): Promise<{ page: Promise<HistoryPage> }> {
  const before = ingest.watcher.size
  const page = ask(query).then(async (answer): Promise<HistoryPage> =>
    JSON.parse(await answer.text()),
  )
  await waitFor(() => ingest.watcher.size === before + 1)
  return { page }
}

const dataOf = ({ messages }: HistoryPage): unknown[] => messages.map(({ data }) => data)

describe('a page that waits', () => {
  test('comes at once if there is a message after the position', async () => {
    const channel = uniquePrefix()
    const { position } = await messageOf(post(ingest.origin, channel, { data: 1 }))
    await post(ingest.origin, channel, { data: 2 })
    const answer = await ask(`channel=${channel}&after=${position}&wait=60`)
    expect(dataOf(JSON.parse(await answer.text()))).toEqual([2])
  })

  test('comes with the first message on one of its channels', async () => {
    const [one, other] = [uniquePrefix(), uniquePrefix()]
    const waiting = await wait(`channel=${one}&channel=${other}&after=0&wait=60`)
    const sent = await messageOf(post(ingest.origin, other, { data: 'hi' }))
    expect(await waiting.page).toMatchObject({ messages: [sent], head: sent.position, next: null })
  })

  test('waits on for a message that passes its filter', async () => {
    const channel = uniquePrefix()
    const waiting = await wait(`channel=${channel}&type=tide&after=0&wait=60`)
    const other = await wait(`channel=${channel}&after=0&wait=60`)
    await post(ingest.origin, channel, { data: 'no' })
    expect(dataOf(await other.page)).toEqual(['no'])
    await post(ingest.origin, channel, { data: 'yes', type: 'tide' })
    expect(dataOf(await waiting.page)).toEqual(['yes'])
  })

  test('waits on past a reaction, which is no message of its own, and reads once for each that came', async () => {
    const channel = uniquePrefix()
    const { position } = await messageOf(post(ingest.origin, channel, { data: 1 }))
    const folded = await wait(`channel=${channel}&after=${position}&wait=60`)
    const raw = await wait(`channel=${channel}&after=${position}&wait=60&changes=true`)
    const read = jest.spyOn(ingest.log, 'page')
    await post(ingest.origin, channel, { data: 'ok', about: { position, as: 'reaction' } })
    expect(dataOf(await raw.page)).toEqual(['ok'])
    await waitFor(() => read.mock.calls.length === 2)
    await post(ingest.origin, channel, { data: 2 })
    expect(dataOf(await folded.page)).toEqual([2])
    expect(read).toHaveBeenCalledTimes(3)
    read.mockRestore()
  })

  test('is empty when its time is over, and tells the head', async () => {
    const channel = uniquePrefix()
    const { position } = await messageOf(post(ingest.origin, channel, { data: 1 }))
    const began = performance.now()
    const page = await (await ask(`channel=${channel}&after=${position}&wait=1`)).json()
    expect(performance.now() - began).toBeGreaterThan(900)
    expect(page).toEqual({ channel, messages: [], head: position, low: 0, next: null, prev: null })
  })

  test('holds no place of other reads, and frees its own when its reader leaves', async () => {
    const leaving = new AbortController()
    const waits = Array.from({ length: 120 }, (_, at) =>
      ask('channel=quiet&after=0&wait=60', {
        signal: leaving.signal,
        headers: from(`192.0.2.${Math.floor(at / 20)}`),
      }).catch(() => {}),
    )
    await waitFor(() => ingest.watcher.size === 120)
    const refused = await ask('channel=quiet&after=0&wait=60', { headers: from('192.0.2.0') })
    expect(await problemOf(refused)).toBe('429 rate-limited')
    expect((await ask('channel=quiet')).status).toBe(200)
    leaving.abort()
    await Promise.all(waits)
    await waitFor(() => ingest.watcher.size === 0)
  })

  test('comes at once when its ingest is about to stop', async () => {
    const stopping = await open()
    const answer = fetch(`${stopping.origin}/history?channel=quiet&after=0&wait=60`)
    await waitFor(() => stopping.watcher.size === 1)
    stopping.watcher.end()
    expect(await (await answer).json()).toMatchObject({ messages: [] })
  })
})
