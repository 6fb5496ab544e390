import { beforeEach, expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog, openSql, type Sql } from '../test/support/testLog.ts'
import { indexAll } from '../test/support/testSearch.ts'
import type { LogWriter } from './logWriter.ts'

const opened = disposables()
let sql: Sql
let log: LogWriter

beforeEach(async () => {
  const url = await testDatabase()
  sql = openSql(url, opened)
  log = openLog(url, opened)
})

test('An empty log lacks nothing in its search, whether it has one or not', async () => {
  expect(await log.searchState()).toEqual({ newer: 0, older: 0 })
  await sql('delete from "search_state"')
  expect(await log.searchState()).toEqual({ newer: 0, older: 0 })
})

test('New messages wait for the search until they are in it', async () => {
  for (let count = 0; count < 3; count++) await log.append(draft({ data: '"crane"' }))
  expect(await log.searchState()).toEqual({ newer: 3, older: 0 })
  await indexAll(log)
  expect(await log.searchState()).toEqual({ newer: 0, older: 0 })
})

test('Messages from before the search count apart, but for those that retention removed', async () => {
  for (let count = 0; count < 5; count++) await log.append(draft({ data: '"crane"' }))
  await sql('update "search_state" set "after" = 4, "up_to" = 4')
  expect(await log.searchState()).toEqual({ newer: 1, older: 4 })
  await sql('update "log" set "low" = 3')
  expect(await log.searchState()).toEqual({ newer: 1, older: 1 })
})
