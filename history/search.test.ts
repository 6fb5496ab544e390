import { beforeAll, describe, expect, test } from '@jest/globals'
import { rangesOf } from '../contract/nameRanges.ts'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog, openSql, type Sql } from '../test/support/testLog.ts'
import { indexAll, look, lookAll } from '../test/support/testSearch.ts'
import type { LogWriter } from './logWriter.ts'
import { parseSearchWords, toQuery } from './searchWords.ts'
import type { SearchQuery } from './searchTypes.ts'

const opened = disposables()
let log: LogWriter
let sql: Sql
const index = (): Promise<void> => indexAll(log)

/** Whoever has no channel here is in the lobby. */
const MESSAGES: [data: unknown, more?: { channel?: string; sender?: string; type?: string }][] = [
  [{ text: 'The red crane lifts a container' }],
  [{ text: 'A crane, and then a red lamp' }],
  [{ text: 'Honey for breakfast' }, { channel: 'rooms.kitchen' }],
  [
    { text: 'honeycomb', note: ['crane', { deep: 'Übergröße' }] },
    { channel: 'rooms.kitchen.table' },
  ],
  ['crane alone in a string', { channel: 'roomsX' }],
  [42, { channel: 'rooms.numbers' }],
  [null, { channel: 'rooms.numbers' }],
  [[true, 'crane'], { channel: 'rooms.list', sender: 'user:bob' }],
  [{ crane: 'key' }, { type: 'tide' }],
  [{ text: 'cat crane dog crane crane' }, { type: 'tide', sender: 'user:bob' }],
  [{ contentType: 'text/plain', base64: 'Y3JhbmU=' }],
]

const MANY = Array.from({ length: 40 }, (_, at) => `other.${at}.**`)
const on = (...patterns: string[]) => rangesOf(patterns, '', { prefix: '', after: '' })

beforeAll(async () => {
  const url = await testDatabase()
  log = openLog(url, opened)
  sql = openSql(url, opened)
  for (const [data, { channel = 'lobby', sender = 'alice', type = 'message' } = {}] of MESSAGES) {
    await log.append(
      draft({ channel, type, sender: { id: sender, name: 'A' }, data: JSON.stringify(data) }),
    )
  }
  await index()
})

describe('a search finds', () => {
  test.each<[string, number[]]>([
    ['crane', [10, 8, 5, 4, 2, 1]],
    ['CRANE red', [2, 1]],
    ['"red crane"', [1]],
    ['"crane red"', []],
    ['crane -red', [10, 8, 5, 4]],
    ['crane -"red crane"', [10, 8, 5, 4, 2]],
    ['honey or lamp', [3, 2]],
    ['honey or lamp red', [3, 2]],
    ['hon*', [4, 3]],
    ['hon* -break*', [4]],
    ['hon* crane', [4]],
    ['"hon*"', []],
    ['übergröße', [4]],
    ['-crane', [11, 9, 7, 6, 3]],
    ['-crane or cat', [11, 10, 9, 7, 6, 3]],
    ['key', [9]],
    ['42', []],
    ['zebra', []],
    ['plain', []],
    ['text/plain', [11]],
  ])('for %j the messages whose texts match, newest first', async (q, positions) => {
    expect(await lookAll(log, q)).toEqual(positions)
    expect(await lookAll(log, q, { limit: 1 })).toEqual(positions)
  })

  test.each<[string, Partial<SearchQuery>, number[]]>([
    ['of one sender', { sender: 'user:bob' }, [10, 8]],
    ['of one type', { type: 'tide' }, [10]],
    ['of the default type', { type: 'message' }, [8, 5, 4, 2, 1]],
    ['of one type and sender', { type: 'message', sender: 'user:bob' }, [8]],
    ['of a channel', { ranges: on('rooms.list') }, [8]],
    ['of some channels', { ranges: on('rooms.list', 'roomsX', 'none') }, [8, 5]],
    ['of many channels', { ranges: on('rooms.list', 'roomsX', ...MANY) }, [8, 5]],
    ['of all channels below one', { ranges: on('rooms.**') }, [8, 4]],
    ['of all channels below many', { ranges: on('rooms.**', 'lob', ...MANY) }, [8, 4]],
    ['of channels like a pattern', { channelPattern: '^(rooms\\.[^.]+)$' }, [8]],
    ['of no channel', { ranges: [] }, []],
    ['before a position', { before: 5 }, [4, 2, 1]],
    ['after a position', { after: 5 }, [10, 8]],
    ['between times', { from: new Date(0), to: new Date(1) }, []],
    ['since a time', { from: new Date(0) }, [10, 8, 5, 4, 2, 1]],
    ['before a time that is to come', { to: new Date(4e12) }, [10, 8, 5, 4, 2, 1]],
    ['since a time that is to come', { from: new Date(4e12) }, []],
  ])('only messages %s, if it says so', async (_what, query, positions) => {
    expect(await lookAll(log, 'crane', { ...query, limit: 2 })).toEqual(positions)
  })

  test('the best first by rank, on pages of every size', async () => {
    const { hits } = await look(log, 'crane', { order: 'rank' })
    expect(hits[0]?.entry.position).toBe(10)
    const ranks = hits.map(({ rank = NaN }) => rank)
    expect(ranks).toEqual([...ranks].sort((one, other) => other - one))
    const all = hits.map(({ entry }) => entry.position)
    expect(all).toHaveLength(6)
    for (const limit of [1, 2, 5]) {
      expect(await lookAll(log, 'crane', { order: 'rank', limit })).toEqual(all)
    }
  })
})

test.each([
  'one two',
  '"one two" three',
  'one -two -"three four"',
  'one or two three OR -four',
  'or one -or',
  "it's foo-bar user@example.com",
  'one -"two',
  '"a" or "b" "" c',
  'x"y z"',
])('%j means what it means to websearch_to_tsquery', async (q) => {
  const [row] = await sql<{ ours: string; theirs: string }>(
    `select to_tsquery('simple', $1)::text as "ours", websearch_to_tsquery('simple', $2)::text as "theirs"`,
    toQuery(parseSearchWords(q)),
    q,
  )
  expect(row?.ours).toBe(row?.theirs)
})

describe('a highlight', () => {
  test('has what was looked for in its parts with odd numbers', async () => {
    const { hits } = await look(log, 'crane red', { limit: 1 })
    expect(hits[0]?.highlight).toEqual(['A ', 'crane', ', and then a ', 'red', ' lamp'])
  })

  test('cannot be forged by a text, and leaves its marks as they are', async () => {
    const text = '<b>one</b> \u0002forged\u0003 &amp; unicorn \u{1F984}'
    await log.append(draft({ data: JSON.stringify({ text }) }))
    await index()
    const { hits } = await look(log, 'unicorn')
    const [before, hit, after] = hits[0]?.highlight ?? []
    expect([hit, after, before?.includes('forged')]).toEqual(['unicorn', ' \u{1F984}', true])
    expect(hits[0]?.highlight).toHaveLength(3)
  })

  test('of a long text is an excerpt around what was looked for', async () => {
    const text = `${'before '.repeat(500)} unicorns ${'after '.repeat(500)}`
    await log.append(draft({ data: JSON.stringify({ text }) }))
    await index()
    const { hits } = await look(log, 'unicorns')
    const whole = hits[0]?.highlight.join('') ?? ''
    expect(whole).toContain('unicorns')
    expect(whole.length).toBeLessThan(1_000)
  })
})
