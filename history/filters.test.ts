import { beforeAll, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog, openSql } from '../test/support/testLog.ts'
import { wholePage } from '../test/support/wholePage.ts'
import type { LogWriter } from './logWriter.ts'
import type { PageQuery } from './types.ts'

const opened = disposables()
let history: LogWriter

const COUNT = 12_000
/** Who sent it, of which type, and about which message. `rare` has every thousandth; the others are `busy`. */
const channelOf = (position: number): string => (position % 1_000 === 0 ? 'rare' : 'busy')
const senderOf = (position: number): string => (position % 3_000 === 1 ? 'user:bob' : 'alice')
const typeOf = (position: number): string => (position % 2_000 === 2 ? 'tide' : 'message')
const aboutOf = (position: number): number | undefined => (position % 4_000 === 2 ? 1 : undefined)

beforeAll(async () => {
  const url = await testDatabase()
  history = openLog(url, opened)
  await history.append(draft({ channel: 'busy' }))
  const sql = openSql(url, opened)
  await sql(`
    insert into "message" ("log_id", "position", "previous", "id", "channel", "type", "sender_id",
      "sender_name", "data", "sent_at", "about")
    select 0, n, 0, gen_random_uuid(), case when n % 1000 = 0 then 'rare' else 'busy' end,
      case when n % 2000 = 2 then 'tide' else 'message' end,
      case when n % 3000 = 1 then 'user:bob' else 'alice' end, 'A', '1', now(), case when n % 4000 = 2 then 1 end
    from generate_series(2, ${COUNT}) n`)
  await sql(`update "message" set "sender_id" = 'user:bob' where "position" = 1`)
})

type Filter = Pick<PageQuery, 'sender' | 'type' | 'about'>

/** What a query must find, by the definition of a filter. */
function wanted(channels: readonly string[], { sender, type, about }: Filter): number[] {
  return Array.from({ length: COUNT }, (_, at) => at + 1).filter(
    (position) =>
      channels.includes(channelOf(position)) &&
      (sender === undefined || senderOf(position) === sender) &&
      (type === undefined || typeOf(position) === type) &&
      (about === undefined || aboutOf(position) === about),
  )
}

/** All positions that a query leads to, page by page as its reader goes on; and the number of pages. */
async function follow(query: PageQuery): Promise<[number[], number]> {
  const found: number[] = []
  for (let pages = 1, at = query; ; pages++) {
    const { entries, more, end } = await wholePage(history, at)
    found.push(...entries.map(({ position }) => position))
    if (!more) return [found, pages]
    at = query.order === 'asc' ? { ...query, after: end } : { ...query, before: end }
  }
}

const FILTERS: Filter[] = [
  {},
  { sender: 'user:bob' },
  { sender: 'nobody' },
  { type: 'tide' },
  { type: 'message' },
  { about: 1 },
  { about: 2 },
  { sender: 'alice', type: 'tide' },
  { sender: 'user:bob', type: 'tide' },
  { type: 'tide', about: 1 },
  { type: 'message', about: 1 },
  { sender: 'alice', type: 'tide', about: 1 },
]

describe.each(FILTERS)('the messages of %j', (filter) => {
  test.each([[['busy']], [['rare', 'busy']], [['rare', 'nothing']]])(
    'on %j are found, all and once, in both orders and by pages of every size',
    async (channels) => {
      const expected = wanted(channels, filter)
      for (const limit of [700, 1_000]) {
        const query = { channels, ...filter, limit }
        expect((await follow({ ...query, order: 'asc' }))[0]).toEqual(expected)
        expect((await follow({ ...query, order: 'desc' }))[0]).toEqual(expected.toReversed())
      }
    },
  )
})

test('A page that looks for what is seldom ends after so many messages, and leads on', async () => {
  const query = { channels: ['busy'], sender: 'alice', type: 'tide', limit: 50 } as const
  const [found, pages] = await follow({ ...query, order: 'asc' })
  expect([found.length, pages]).toEqual([COUNT / 2_000, 3])
})

test('A page of many channels is short rather than without a message of one of them', async () => {
  const others = Array.from({ length: 98 }, (_, at) => `other${at}`)
  const query = { channels: ['rare', 'busy', ...others], limit: 1_000, order: 'asc' } as const
  const page = await wholePage(history, { ...query })
  // Fifty are looked at in each.
  expect(page.entries.map(({ position }) => position)).toEqual(wanted(['busy'], {}).slice(0, 50))
  expect([page.more, page.end]).toEqual([true, 50])
  const [found] = await follow({ ...query, after: 11_000 })
  expect(found).toEqual(wanted(['rare', 'busy'], {}).filter((position) => position > 11_000))
})
