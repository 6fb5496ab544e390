import { beforeAll, describe, expect, test } from '@jest/globals'
import { rangesOf } from '../contract/nameRanges.ts'
import { disposables } from '../test/support/disposables.ts'
import { ExplainingPool } from '../test/support/explainingPool.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { openLog, openSql, type Sql } from '../test/support/testLog.ts'
import { look } from '../test/support/testSearch.ts'
import type { LogReader } from './logReader.ts'
import { search } from './search.ts'
import { parseSearchWords } from './searchWords.ts'
import type { SearchQuery } from './searchTypes.ts'

const opened = disposables()
let pool: ExplainingPool
let sql: Sql
let log: LogReader

const COUNT = 140_000

/**
 * Words only, without messages: of the first 70,000 each has `old`, of the others each has `new`; all have `one two three`. Every
 * thousandth has `seldom`, one in the middle `once`. Channels `c.0` to `c.999` take turns.
 */
beforeAll(async () => {
  const databaseUrl = await testDatabase()
  pool = new ExplainingPool({ databaseUrl, connections: 1, onError: () => {} })
  opened.add(() => pool.close())
  sql = openSql(databaseUrl, opened)
  log = openLog(databaseUrl, opened)
  await sql(`update "log" set "head" = ${COUNT}`)
  await sql(`update "search_state" set "up_to" = ${COUNT}`)
  for (let end = 20_000; end <= COUNT; end += 20_000) {
    await sql(`insert into "search" select 0, n, 'c.' || n % 1000,
        to_tsvector('simple', 'one two three ' || case when n <= 70000 then 'old' else 'new' end
          || case when n % 1000 = 7 then ' seldom' when n = 70000 then ' once' else '' end)
        || search_keys(0::smallint, n, 'c.' || n % 1000, 'alice', 'message')
      from generate_series(${end} - 19999, ${end}) n`)
    await sql(`select gin_clean_pending_list('search_words_idx')`)
  }
}, 60_000)

/** Nothing comes back, so there seems to be no such log. */
const ask = (q: string, query: Partial<SearchQuery>): Promise<unknown> =>
  search(pool, 0, { words: parseSearchWords(q), limit: 20, order: 'time', ...query }).catch(
    () => {},
  )

const on = (...patterns: string[]) => rangesOf(patterns, '', { prefix: '', after: '' })
const many = Array.from({ length: 500 }, (_, at) => `c.${2 * at}`)

/** The table has 2,400 pages, and its index 300. */
const SEARCHES: [what: string, pages: number, q: string, query?: Partial<SearchQuery>][] = [
  ['a word of all messages', 50, 'one'],
  ['a word of all messages, anywhere', 150, 'one', { before: 77_777 }],
  ['a word of a thousandth', 200, 'seldom'],
  ['a word of one message', 50, 'once'],
  ['a word of no message', 50, 'none'],
  ['a phrase of all messages', 60, '"one two"'],
  ['a prefix of all messages', 80, 'on*'],
  ['a prefix of few messages', 200, 'seld*'],
  ['two prefixes', 100, 'on* tw*'],
  ['what most messages do not have', 50, '-seldom'],
  ['a common word on few channels', 200, 'one', { ranges: on('c.3', 'c.4') }],
  ['a common word on many channels', 60, 'one', { ranges: on(...many) }],
  ['a common word on channels of a pattern', 200, 'one', { channelPattern: '^(c\\.[0-9])$' }],
  ['a common word of a sender of nothing', 50, 'one', { sender: 'bob' }],
  ['the best of all', 200, 'one', { order: 'rank' }],
]

// Not counted yet, the table looks empty to the planner.
describe.each(['before', 'after'])('%s the planner has counted the rows', (when) => {
  beforeAll(async () => {
    if (when === 'after') await sql('analyze "search"')
    // A session first reads what the catalogue says of tables and functions.
    await ask('one', {})
  })

  test.each(SEARCHES)('%s costs at most %d pages', async (_what, pages, q, query = {}) => {
    // After five runs of a statement Postgres may go over to one plan for all values.
    for (let count = 0; count < 7; count++) {
      await ask(q, query)
      expect(pool.pages).toBeGreaterThan(0)
      expect(pool.pages).toBeLessThanOrEqual(pages)
    }
  })
})

describe('a search for words that messages have, but never as they must be', () => {
  test.each([['"two one"'], ['one -two'], ['on* -tw*']])('%j stops, and goes on', async (q) => {
    const first = await look(log, q)
    expect(first.hits).toEqual([])
    // It looks at three thousand, and then to the end of a block.
    expect(first.next?.before).toBeLessThan(COUNT - 3_000)
    expect(first.next?.before).toBeGreaterThan(COUNT - 3_000 - 4_097)
    let pages = 1
    for (let { next } = first; next !== undefined; pages++) ({ next } = await look(log, q, next))
    expect(pages).toBeGreaterThan(10)
  })

  test('cuts a block in which there are more than it thought', async () => {
    // None are among the newest, and so it looks at a million.
    const { next } = await look(log, '"one old"')
    expect(next?.before).toBeLessThan(70_000)
    expect(next?.before).toBeGreaterThan(50_000)
  })
})
