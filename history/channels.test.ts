import { beforeAll, describe, expect, test } from '@jest/globals'
import { rangesOf } from '../contract/nameRanges.ts'
import { disposables } from '../test/support/disposables.ts'
import { ExplainingPool } from '../test/support/explainingPool.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog, openSql, type Sql } from '../test/support/testLog.ts'
import { readChannelNames } from './channels.ts'
import type { LogWriter } from './logWriter.ts'

const opened = disposables()
let url: string
let history: LogWriter
let sql: Sql

/** Ten rooms of thirty each, in an order in which no other text order has them. */
const ROOMS = ['A', 'B', 'Z', '_', '-', 'a', 'aa', 'b', 'z', '0'].flatMap((room) =>
  Array.from({ length: 30 }, (_, at) => `rooms.${room}.${at}`),
)
const SORTED = [...ROOMS].sort()

beforeAll(async () => {
  url = await testDatabase()
  history = openLog(url, opened)
  sql = openSql(url, opened)
  await Promise.all(ROOMS.map((channel) => history.append(draft({ channel }))))
})

/** All names that a reader comes to, page by page, and the number of pages. */
async function follow(patterns: string[], looks: number): Promise<[string[], number]> {
  const names: string[] = []
  for (let after = '', pages = 1; ; pages++) {
    const ranges = rangesOf(patterns, '', { prefix: '', after })
    const { channels, end } = await history.channelNames({ ranges, after, looks })
    expect(channels.length).toBeLessThanOrEqual(Math.max(looks, 2 * ranges.length))
    names.push(...channels.map(({ name }) => name))
    if (end === undefined) return [names, pages]
    after = end
  }
}

describe('channels', () => {
  test.each([1, 7, 100, 1_000])(
    'are found in the order of their bytes, each once, at %d looks a page',
    async (looks) => {
      expect((await follow(['**'], looks))[0]).toEqual(SORTED)
      const [names] = await follow(['rooms.a.*', 'rooms.-.3', 'rooms.z.**', 'nothing.**'], looks)
      expect(names).toEqual(SORTED.filter((name) => /^rooms\.(a\.|z\.|-\.3$)/.test(name)))
    },
  )

  test('of many ranges are found over several pages', async () => {
    const [names, pages] = await follow(ROOMS, 1_000)
    expect([names, pages]).toEqual([SORTED, 6])
  })

  test('have their heads and numbers of messages', async () => {
    const channel = 'counted'
    await history.append(draft({ channel }))
    const { entry } = await history.append(draft({ channel }))
    const ranges = rangesOf([channel], '', { prefix: '', after: '' })
    expect(await history.channelNames({ ranges, after: '', looks: 10 })).toEqual({
      channels: [{ name: channel, head: entry.position, messages: 2 }],
      end: undefined,
    })
    await sql(`delete from "channel" where "name" = 'counted'`)
  })

  test('are looked at only in their ranges, and no more of them than there are looks', async () => {
    const pool = new ExplainingPool({ databaseUrl: url, connections: 1, onError: () => {} })
    opened.add(() => pool.close())
    for (const [patterns, most] of [
      [['**'], 100],
      [['rooms.a.*', 'rooms.b.*'], 60],
      [ROOMS, 100],
      [['rooms.a.1'], 1],
      [[], 0],
    ] as const) {
      const ranges = rangesOf(patterns, '', { prefix: '', after: '' })
      for (let count = 0; count < 7; count++) {
        await readChannelNames(pool, 0, { ranges, after: '', looks: 100 })
        expect([patterns.length, pool.channels <= most]).toEqual([patterns.length, true])
      }
    }
  })
})

describe('the last messages of channels', () => {
  test('come in the order that was asked for, without those that have been removed', async () => {
    const found = await history.messagesAt([3, 1, 999_999, 2])
    expect(found.map((entry) => entry?.position)).toEqual([3, 1, undefined, 2])
  })

  test('are as many as fit into a megabyte, and at least one', async () => {
    const data = JSON.stringify('x'.repeat(600_000))
    const positions: number[] = []
    for (let count = 0; count < 2; count++) {
      positions.push((await history.append(draft({ channel: 'large', data }))).entry.position)
    }
    const [first = 0, second = 0] = positions
    const found = await history.messagesAt([1, second, first])
    expect(found.map((entry) => entry?.position)).toEqual([1, second])
    await sql(
      `update "message" set "data" = to_json(repeat('x', 1200000)) where "position" = ${first}`,
    )
    expect((await history.messagesAt([first, 1])).map((entry) => entry?.position)).toEqual([first])
  })
})
