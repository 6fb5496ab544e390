import { beforeAll, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { ExplainingPool } from '../test/support/explainingPool.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { cutIntoPartitions, draft, openLog, openSql, type Sql } from '../test/support/testLog.ts'
import { wholePage } from '../test/support/wholePage.ts'
import type { LogWriter } from './logWriter.ts'
import { readPage } from './page.ts'
import type { PageQuery } from './types.ts'

const opened = disposables()
let sql: Sql
let history: LogWriter
let pool: ExplainingPool

const COUNT = 12_000

/** Nearly all of `liked` between the first hundred messages and the last are reactions to the first. */
const channelOf = (n: number): string => (n % 11 === 0 ? 'other' : 'liked')
const senderOf = (n: number): string => (n % 3 === 0 ? 'user:bob' : 'alice')
const typeOf = (n: number): string => (n % 2 === 0 ? 'tide' : 'message')
const isChange = (n: number): boolean =>
  channelOf(n) === 'liked' && n > 100 && n <= COUNT - 100 && n % 500 !== 0
const aboutOf = (n: number): number | undefined =>
  n > 1 && (isChange(n) || n % 4 === 1) ? 1 : undefined

beforeAll(async () => {
  const databaseUrl = await testDatabase()
  sql = openSql(databaseUrl, opened)
  history = openLog(databaseUrl, opened)
  pool = new ExplainingPool({ databaseUrl, connections: 1, onError: () => {} })
  opened.add(() => pool.close())
  await cutIntoPartitions(sql, 5_000, COUNT)
  await history.append(draft({ channel: 'liked' }))
  for (const end of [5_000, 10_000, 15_000]) {
    await sql(`alter table "message_0_${end}" set (autovacuum_enabled = off)`)
  }
  await sql(`
    insert into "message" ("log_id", "position", "previous", "id", "channel", "type", "sender_id",
      "sender_name", "data", "sent_at", "about", "about_as")
    select 0, n, 0, gen_random_uuid(), case when n % 11 = 0 then 'other' else 'liked' end,
      case when n % 2 = 0 then 'tide' else 'message' end, case when n % 3 = 0 then 'user:bob' else 'alice' end,
      'A', '"x"', now(), case when is_change or n % 4 = 1 then 1 end,
      case when is_change then 'reaction' when n % 4 = 1 then 'reply' end
    from generate_series(2, ${COUNT}) n, lateral (
      select n % 11 <> 0 and n > 100 and n <= ${COUNT - 100} and n % 500 <> 0 as is_change
    ) of_it`)
})

type Filter = Pick<PageQuery, 'sender' | 'type' | 'about'>

const FILTERS: Filter[] = [
  {},
  { sender: 'user:bob' },
  { type: 'tide' },
  { type: 'message' },
  { about: 1 },
  { sender: 'alice', type: 'tide' },
]

/** What a query must find, by the definition of a folded page. */
function wanted(channels: readonly string[], { sender, type, about }: Filter): number[] {
  return Array.from({ length: COUNT }, (_, at) => at + 1).filter(
    (n) =>
      !isChange(n) &&
      channels.includes(channelOf(n)) &&
      (sender === undefined || senderOf(n) === sender) &&
      (type === undefined || typeOf(n) === type) &&
      (about === undefined || aboutOf(n) === about),
  )
}

describe.each(FILTERS)('the folded pages of %j', (filter) => {
  test.each([[['liked']], [['liked', 'other']]])(
    'lead to all messages of %j that are no changes, once, in both orders and by pages of every size',
    async (channels) => {
      for (const order of ['asc', 'desc'] as const) {
        for (const limit of [40, 300, 1_000]) {
          const found: number[] = []
          const query: PageQuery = { channels, ...filter, isFolded: true, order, limit }
          for (let at = query, more = true; more;) {
            const page = await wholePage(history, at)
            ;({ more } = page)
            found.push(...page.entries.map(({ position }) => position))
            at = { ...query, [order === 'asc' ? 'after' : 'before']: page.end }
          }
          const all = wanted(channels, filter)
          expect(found).toEqual(order === 'asc' ? all : all.toReversed())
        }
      }
    },
  )
})

/** At most this many messages are gone through for a page of a hundred: each of the page is touched twice. */
const READS: [what: string, messages: number, query: Partial<PageQuery>][] = [
  ['the newest of the channel', 201, {}],
  ['the oldest of the channel', 201, { order: 'asc' }],
  ['those in the midst of the changes', 201, { before: 6_000 }],
  ['those of one sender', 500, { sender: 'alice', before: 9_000 }],
  ['those of one type', 500, { type: 'tide', before: 9_000 }],
  ['the replies to a message with thousands of reactions', 500, { about: 1, before: 9_000 }],
]

// Not counted yet, every channel looks short to the planner.
describe.each(['before', 'after'])('%s the planner has counted the messages', (when) => {
  beforeAll(async () => {
    if (when === 'after') await sql('analyze "message"')
  })

  test.each(READS)(
    'a folded page of a hundred, %s, goes through at most %d messages, not through all reactions',
    async (_what, messages, query) => {
      const counts: number[] = []
      // After five runs of a statement Postgres may go over to one plan for all values.
      for (let count = 0; count < 7; count++) {
        const page = {
          channels: ['liked'],
          isFolded: true,
          limit: 100,
          order: 'desc',
          ...query,
        } as const
        // Nothing comes back, so there seems to be no such log.
        await readPage(pool, 0, page).catch(() => {})
        counts.push(pool.messages)
      }
      expect(Math.min(...counts)).toBeGreaterThan(0)
      expect(Math.max(...counts)).toBeLessThanOrEqual(messages)
    },
  )
})
