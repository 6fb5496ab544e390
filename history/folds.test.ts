import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Relation } from '../contract/about.ts'
import { encodeMessage, type Message } from '../contract/message.ts'
import { disposables } from '../test/support/disposables.ts'
import { ExplainingPool } from '../test/support/explainingPool.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog, openSql } from '../test/support/testLog.ts'
import { foldEntries, foldJson } from './folds.ts'
import type { LogWriter } from './logWriter.ts'

const opened = disposables()
let url: string
let log: LogWriter

beforeEach(async () => {
  url = await testDatabase()
  log = openLog(url, opened)
})

/** Appends a message of somebody about another one. */
async function say(
  position: number,
  as: Relation,
  by = 'alice',
  data: string | null = null,
): Promise<number> {
  const one = draft({
    about: { position, as },
    sender: { id: by, name: by },
    data: JSON.stringify(data),
  })
  return (await log.append(one)).entry.position
}

/** The newest page, as history shows it, or as the stream does. */
async function page(isFolded = true): Promise<Message[]> {
  const { entries, rest } = await log.page({
    channels: ['lobby'],
    limit: 90,
    order: 'asc',
    isFolded,
  })
  expect(rest).toBe(undefined)
  return entries.map(({ json }): Message => JSON.parse(json))
}

describe('a folded page', () => {
  test('shows each message once, with its newest data and all that is about it', async () => {
    for (const data of ['"one"', '"two"', '"three"']) await log.append(draft({ data }))
    await say(1, 'edit', 'alice', 'one, better')
    const edit = await say(1, 'edit', 'alice', 'one, best')
    await say(2, 'reaction', 'bob', '👍')
    await say(2, 'reaction', 'carol', 'no')
    await say(2, 'reaction', 'carol', '👍')
    await say(2, 'unreaction', 'carol', 'no')
    await say(3, 'reply', 'bob', 'first')
    const reply = await say(3, 'reply', 'bob', 'second')
    await say(3, 'delete')
    const raw = await page(false)
    expect(raw).toHaveLength(12)
    expect(await page()).toEqual([
      {
        ...raw[0],
        data: 'one, best',
        edited: { position: edit, sentAt: raw[edit - 1]?.sentAt },
      },
      { ...raw[1], reactions: [{ name: '👍', count: 2, senders: ['bob', 'carol'] }] },
      { ...raw[2], deleted: true, data: null, replies: { count: 2, last: reply } },
      raw[reply - 2],
      raw[reply - 1],
    ])
    expect(await log.message('lobby', 1, true)).toMatchObject({
      json: expect.stringContaining('"data":"one, best"'),
    })
  })

  test('shows nothing but the deletion of a message that was edited and reacted to', async () => {
    await log.append(draft({ data: '"secret"' }))
    await say(1, 'edit', 'alice', 'secret')
    await say(1, 'reaction', 'bob', '👍')
    await say(1, 'delete')
    const [shown, ...others] = await page()
    expect(Object.keys(Object(shown)).join(' ')).toBe(
      'position previous id channel type sender deleted data sentAt',
    )
    expect(others).toEqual([])
  })

  test('names the first twenty people with a reaction, and counts all', async () => {
    await log.append(draft())
    for (let at = 0; at < 25; at++) await say(1, 'reaction', `p${at}`, 'ok')
    await say(1, 'unreaction', 'p3', 'ok')
    const names = Array.from({ length: 21 }, (_, at) => `p${at}`).filter((name) => name !== 'p3')
    expect(await page()).toMatchObject([{ reactions: [{ name: 'ok', count: 24, senders: names }] }])
  })

  test('goes on behind changes that fill a whole page', async () => {
    await log.append(draft({ data: '1' }))
    for (let at = 0; at < 8; at++) await say(1, 'edit', 'alice', `v${at}`)
    await log.append(draft({ data: '2' }))
    const query = { channels: ['lobby'], limit: 1, order: 'asc', isFolded: true } as const
    const first = await log.page(query)
    expect([first.entries[0]?.position, first.more]).toEqual([1, true])
    const second = await log.page({ ...query, after: first.last })
    expect([second.entries[0]?.position, second.more]).toEqual([10, false])
  })
})

describe('the versions of a message', () => {
  test('are the message and its edits, in order, blank after a deletion', async () => {
    await log.append(draft({ data: '"v1"' }))
    await say(1, 'edit', 'alice', 'v2')
    await say(1, 'reply', 'alice', 'no version')
    await say(1, 'edit', 'alice', 'v3')
    const versions = async (after = 0): Promise<unknown[] | undefined> =>
      (await log.versions('lobby', 1, after))?.entries.map(({ json }) => JSON.parse(json).data)
    expect(await versions()).toEqual(['v1', 'v2', 'v3'])
    expect([await versions(1), await versions(4)]).toEqual([['v2', 'v3'], []])
    await say(1, 'delete')
    expect(await versions()).toEqual([null, null, null])
    expect(await log.versions('other', 1, 0)).toBe(undefined)
    expect(await log.versions('lobby', 99, 0)).toBe(undefined)
  })
})

test('a page is folded by its own keys, whatever else is in the tables', async () => {
  const sql = openSql(url, opened)
  await sql(`insert into "message" ("log_id", "position", "previous", "id", "channel", "type", "sender_id",
      "sender_name", "data", "sent_at", "about", "about_as")
    select 0, n, 0, gen_random_uuid(), 'lobby', 'message', 'alice', 'Alice', '"x"', now(),
      case when n > 1000 then n - 1000 end, case when n > 1000 then 'edit' end
    from generate_series(1, 2000) n`)
  await sql(`insert into "fold" ("log_id", "position", "edits", "reactions")
    select 0, n, array[n + 1000], '{"ok":30}' from generate_series(1, 1000) n`)
  await sql(`insert into "reaction" select 0, n, 'ok', 'p' || m, n * 1000 + m
    from generate_series(1, 1000) n, generate_series(1, 30) m`)
  await sql('analyze')
  const pool = new ExplainingPool({ databaseUrl: url, connections: 1, onError: () => {} })
  opened.add(() => pool.close())
  const entries = Array.from({ length: 50 }, (_, at) => ({
    position: 10 * at + 1,
    previous: 0,
    id: '',
    channel: 'lobby',
    json: '',
  }))
  for (let count = 0; count < 7; count++) {
    await foldEntries(pool, 0, entries)
    expect(pool.messages).toBe(50)
    expect(pool.pages).toBeLessThan(1_500)
  }
})

test.each(['null', '{"data":1,"sentAt":"x"}', '",\\"sentAt\\":\\"x"', '[",\\"data\\":"]'])(
  'an encoding with the data %s is folded in its own places',
  (data) => {
    const message = {
      position: 1,
      previous: 0,
      id: 'i',
      channel: 'a',
      type: 'message',
      sender: { id: 'a', name: ',"data":' },
      data,
      sentAt: '2026-11-21T19:33:02.123Z',
    }
    const json = encodeMessage(message)
    const none = { edit: undefined, reactions: [], replies: undefined }
    expect(foldJson(json, none)).toBe(json)
    const edit = { position: 2, sentAt: '2026-11-21T19:33:03.000Z', data: '{"new":1.0}' }
    expect(foldJson(json, { ...none, edit })).toBe(
      `${encodeMessage({ ...message, data: edit.data }).slice(0, -1)},` +
        '"edited":{"position":2,"sentAt":"2026-11-21T19:33:03.000Z"}}',
    )
  },
)
