import { beforeEach, describe, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { about, refusal } from '../test/support/testChanges.ts'
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

describe('a reaction', () => {
  test('is there once for each person and name, and goes with the unreaction', async () => {
    await log.append(draft())
    const first = await log.append(about(1, 'reaction', 'bob', '👍'))
    const again = await log.append(about(1, 'reaction', 'bob', '👍'))
    expect(again).toMatchObject({ repeated: true, entry: first.entry })
    await log.append(about(1, 'reaction', 'bob', 'ok'))
    await log.append(about(1, 'reaction', 'carol', '👍'))
    const reactions = `select "reactions" from "fold"`
    expect(await sql(reactions)).toEqual([{ reactions: { '👍': 2, ok: 1 } }])
    await log.append(about(1, 'unreaction', 'bob', '👍'))
    await log.append(about(1, 'unreaction', 'bob', 'ok'))
    expect(await refusal(log, about(1, 'unreaction', 'bob', 'ok'))).toBe('conflict')
    expect(await sql(reactions)).toEqual([{ reactions: { '👍': 1 } }])
    expect(await sql(`select "sender_id", "position"::int from "reaction"`)).toEqual([
      { sender_id: 'carol', position: 4 },
    ])
    expect((await log.append(about(1, 'reaction', 'bob', '👍'))).repeated).toBe(false)
  })

  test('has one of at most fifty names, but any number of people', async () => {
    await log.append(draft())
    for (let name = 0; name < 50; name++) await log.append(about(1, 'reaction', 'bob', `r${name}`))
    expect(await refusal(log, about(1, 'reaction', 'bob', 'one more'))).toBe('conflict')
    await log.append(about(1, 'reaction', 'carol', 'r7'))
  })
})
