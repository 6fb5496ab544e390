import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Relation } from '../contract/about.ts'
import { disposables } from '../test/support/disposables.ts'
import { holdLock } from '../test/support/holdLock.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog, openSql, type Sql } from '../test/support/testLog.ts'
import { indexAll, look, lookAll } from '../test/support/testSearch.ts'
import type { LogWriter } from './logWriter.ts'
import { RetentionLog } from './retention.ts'
import { searchIn } from './searchLanguage.ts'

const opened = disposables()
let url: string
let sql: Sql
let log: LogWriter
const index = (): Promise<void> => indexAll(log)

beforeEach(async () => {
  url = await testDatabase()
  sql = openSql(url, opened)
  log = openLog(url, opened)
})

/** Appends a message with a text by somebody, perhaps about another one; returns its position. */
async function say(
  text: string | null,
  about?: { position: number; as: Relation },
  by = 'alice',
): Promise<number> {
  const sender = { id: by, name: by }
  const { entry } = await log.append(
    draft({ about, sender, data: JSON.stringify(text), isModerator: true }),
  )
  return entry.position
}

/** The positions that have words in the search, whoever may find them. */
async function stored(): Promise<number[]> {
  const rows = await sql<{ position: bigint }>('select "position" from "search" order by 1')
  return rows.map(({ position }) => Number(position))
}

describe('a message', () => {
  test('is found once it is in the search, and the search says how far that is', async () => {
    await say('crane')
    expect(await look(log, 'crane')).toMatchObject({ hits: [], head: 1, upTo: 0 })
    await index()
    expect(await look(log, 'crane')).toMatchObject({ hits: [{}], head: 1, after: 0, upTo: 1 })
  })

  test('that was edited is found by its new text, and never by its old one', async () => {
    await say('old crane')
    await index()
    await say('new crane', { position: 1, as: 'edit' })
    // Nobody knows yet whether it matches.
    expect(await lookAll(log, 'crane')).toEqual([])
    await index()
    expect(await lookAll(log, 'old')).toEqual([])
    const { hits } = await look(log, 'crane')
    expect(hits).toMatchObject([{ entry: { position: 1 }, highlight: ['new ', 'crane', ''] }])
    expect(await stored()).toEqual([1])
  })

  test('that was deleted is not found, and its words are gone with the deletion', async () => {
    await say('crane')
    await say('crane again', { position: 1, as: 'edit' })
    await index()
    await say(null, { position: 1, as: 'delete' })
    expect(await stored()).toEqual([])
    await index()
    expect(await lookAll(log, 'crane')).toEqual([])
    expect(await stored()).toEqual([])
  })

  test('is no hit by its reactions, and a reply is a hit by itself', async () => {
    await say('crane')
    await say('crane', { position: 1, as: 'reaction' })
    await say('a crane too', { position: 1, as: 'reply' })
    await index()
    expect(await lookAll(log, 'crane')).toEqual([3, 1])
  })

  test('of somebody who is erased is not found, and what they edited is found by what it was before', async () => {
    await say('crane of Bob', undefined, 'bob')
    await say('crane of Alice')
    await say('hidden by Bob', { position: 2, as: 'edit' }, 'bob')
    await index()
    expect(await lookAll(log, 'crane')).toEqual([1])
    await log.erase('bob', 0, { id: 'admin', name: 'Admin' })
    expect(await stored()).toEqual([])
    await index()
    expect(await lookAll(log, 'crane')).toEqual([2])
    expect(await lookAll(log, 'hidden')).toEqual([])
    expect(await sql(`select from "search" where "words" @@ $$'\x01sbob'$$::tsquery`)).toEqual([])
  })

  test('that retention removes is not found, and its words are gone with it', async () => {
    for (const text of ['crane', 'crane', 'crane']) await say(text)
    await index()
    const retention = new RetentionLog({ databaseUrl: url, logId: 0, onError: () => {} })
    opened.add(() => retention.close())
    await retention.stepAlong({ after: 0, upTo: 2 }, () => true)
    expect(await stored()).toEqual([3])
    expect(await lookAll(log, 'crane')).toEqual([3])
  })
})

describe('while a step is under way', () => {
  const STEP = 'select index_messages(0::smallint)'

  test('what it puts in is taken out again by the next one, if it was deleted meanwhile', async () => {
    await say('crane')
    const end = await holdLock(opened, url, STEP)
    await say(null, { position: 1, as: 'delete' })
    await end()
    expect(await lookAll(log, 'crane')).toEqual([])
    await index()
    expect(await stored()).toEqual([])
  })

  test('an append that takes out the same words goes on, and the step is tried again', async () => {
    await say('crane')
    await index()
    await say('crane again', { position: 1, as: 'edit' })
    const end = await holdLock(opened, url, 'select from "search" where "position" = 1 for update')
    expect(await log.indexSome()).toBe(false)
    expect((await look(log, 'crane')).upTo).toBe(1)
    await end()
    expect(await log.indexSome()).toBe(true)
    expect(await lookAll(log, 'again')).toEqual([1])
  })

  test('no other one begins, and retention waits', async () => {
    await say('crane')
    const end = await holdLock(opened, url, STEP)
    const retention = new RetentionLog({ databaseUrl: url, logId: 0, onError: () => {} })
    opened.add(() => retention.close())
    expect(await log.indexSome()).toBe(false)
    const removing = retention.stepAlong({ after: 0, upTo: 1 }, () => true)
    await end()
    expect(await removing).toEqual({ removed: 1, reached: 1 })
    expect(await stored()).toEqual([])
  })
})

describe('the search of a log', () => {
  test('that has messages already goes back from the newest, while new ones come first', async () => {
    await Promise.all(Array.from({ length: 1_200 }, () => say('crane')))
    await sql('update "search_state" set "after" = 1200, "up_to" = 1200')
    const places: number[][] = []
    for (let count = 0; count < 4; count++) {
      await say('crane')
      expect(await log.indexSome()).toBe(true)
      await log.indexSome()
      const { after, upTo } = await look(log, 'crane')
      places.push([after, upTo])
    }
    expect(places).toEqual([
      [700, 1_201],
      [200, 1_202],
      [0, 1_203],
      [0, 1_204],
    ])
    expect(await lookAll(log, 'crane')).toHaveLength(1_204)
  })

  test('takes messages of every size and content, and stops at none of them', async () => {
    const many = Array.from({ length: 200_000 }, (_, at) => at.toString(36)).join(' ')
    const texts = [
      many.slice(0, 1_048_576),
      `start ${'x'.repeat(1_048_000)}`,
      `start ${'a-b.c/d?e=f@g '.repeat(7_000)}`,
      Array.from({ length: 16_000 }, (_, at) => `${at.toString(36)}.de/x`).join(' '),
      '\u0001sbob \u00010.0.0 \ufeff \u{10ffff} \u0085',
    ]
    for (const text of texts) await say(text)
    for (const data of [
      '1e300',
      '"text"',
      '[[[]]]',
      '{"":""}',
      `${'['.repeat(64)}1${']'.repeat(64)}`,
    ]) {
      await log.append(draft({ data }))
    }
    await sql(`update "message" set "data" = '"\\u0000"' where "position" = 7`)
    await say('crane')
    await index()
    expect(await stored()).toHaveLength(11)
    expect(await lookAll(log, 'crane')).toEqual([11])
    expect(await lookAll(log, 'start')).toEqual([3, 2])
    expect(await lookAll(log, '"1 2 3"')).toEqual([1])
    expect(await lookAll(log, '9.de/x')).toEqual([4])
    expect(await lookAll(log, 'bob', { sender: 'bob' })).toEqual([])
  })

  test('begins again in another language, and not if it has that one', async () => {
    await say('two cranes running')
    await index()
    expect(await lookAll(log, 'crane run')).toEqual([])
    expect(await searchIn(url, 'english')).toBe(true)
    expect(await searchIn(url, 'pg_catalog.english')).toBe(false)
    expect(await look(log, 'run')).toMatchObject({ hits: [], after: 1, upTo: 1 })
    await index()
    const { hits } = await look(log, 'the crane -walks run')
    expect(hits).toMatchObject([{ highlight: ['two ', 'cranes', ' ', 'running', ''] }])
    expect(await lookAll(log, 'the')).toEqual([])
    await expect(searchIn(url, 'klingon')).rejects.toThrow('klingon')
    expect(await lookAll(log, 'run')).toEqual([1])
  })
})
