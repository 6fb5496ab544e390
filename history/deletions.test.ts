import { beforeEach, describe, expect, test } from '@jest/globals'
import type { About } from '../contract/about.ts'
import { disposables } from '../test/support/disposables.ts'
import { faultsOf } from '../test/support/logFaults.ts'
import { about, messageOf, read } from '../test/support/testChanges.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog, openSql, type Sql } from '../test/support/testLog.ts'
import type { LogWriter } from './logWriter.ts'

const opened = disposables()
let url: string
let log: LogWriter
let sql: Sql

beforeEach(async () => {
  url = await testDatabase()
  log = openLog(url, opened)
  sql = openSql(url, opened)
})

describe('a deletion', () => {
  test('takes the data of its target and of all its edits, and leaves their positions', async () => {
    await log.append(draft({ data: '"secret 1"', key: 'k' }))
    await log.append(about(1, 'edit', 'alice', 'secret 2'))
    await log.append(about(1, 'reply', 'bob', 'kept'))
    await log.append(about(1, 'edit', 'alice', 'secret 3'))
    await log.append(about(1, 'delete'))
    for (const position of [1, 2, 4]) {
      expect(await read(log, position)).toMatchObject({ position, deleted: true, data: null })
    }
    expect(await read(log, 3)).toMatchObject({ data: 'kept' })
    expect(await sql(`select from "message" where "data"::text like '%secret%'`)).toEqual([])
    expect(await faultsOf(sql)).toEqual([])
    // Whoever repeats the post gets what is left of it.
    const repeat = await log.append(draft({ data: '"secret 1"', key: 'k' }))
    expect([repeat.repeated, messageOf(repeat)]).toEqual([
      true,
      expect.objectContaining({ deleted: true, data: null }),
    ])
  })

  test('happens once, however many ingests race, and no edit comes after it', async () => {
    const callers = [log, openLog(url, opened), openLog(url, opened)]
    for (let position = 1; position <= 10; position++) await log.append(draft())
    const answers = await Promise.allSettled(
      callers.flatMap((caller) =>
        Array.from({ length: 10 }, (_, at) => [
          caller.append(about(at + 1, 'edit', 'alice', 'secret')),
          caller.append(about(at + 1, 'delete')),
        ]).flat(),
      ),
    )
    const refused = answers.filter(({ status }) => status === 'rejected')
    for (const one of refused) expect(one).toMatchObject({ reason: { type: 'conflict' } })
    const taken: About[] = answers.flatMap((answer) =>
      answer.status === 'fulfilled' ? (messageOf(answer.value).about ?? []) : [],
    )
    const deleted = taken.flatMap(({ as, position }) => (as === 'delete' ? [position] : []))
    expect(deleted.sort((one, other) => one - other)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(await sql(`select from "message" where "data"::text like '%secret%'`)).toEqual([])
    const late = await sql(`select from "message" e join "message" d on d."about" = e."about"
      where e."about_as" = 'edit' and d."about_as" = 'delete' and e."position" > d."position"`)
    expect(late).toEqual([])
    expect(await faultsOf(sql)).toEqual([])
  })
})
