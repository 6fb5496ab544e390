import { expect, test } from '@jest/globals'
import { disposables } from '../test/support/disposables.ts'
import { faultsOf } from '../test/support/logFaults.ts'
import { testDatabase } from '../test/support/testDatabase.ts'
import { draft, openLog, openSql } from '../test/support/testLog.ts'
import { runbookSql } from '../test/support/runbookSql.ts'

const opened = disposables()

test('the runbook brings a log from the future back to now', async () => {
  const url = await testDatabase()
  // One connection, for it is one transaction.
  const [history, sql] = [openLog(url, opened), openSql(url, opened, 1)]
  await history.append(draft())
  await sql(`update "log" set "last_at" = '2999-01-01T00:00:00Z'`)
  await history.append(draft({ key: 'k' }))
  const { epoch } = await history.head()
  for (const statement of runbookSql('CausewayClocksDiffer')) await sql(statement)
  const { entry, epoch: next } = await history.append(draft())
  expect(Math.abs(Date.parse(JSON.parse(entry.json).sentAt) - Date.now())).toBeLessThan(60_000)
  expect(next).not.toBe(epoch)
  expect(await history.append(draft({ key: 'k' }))).toMatchObject({ repeated: true })
  expect(await faultsOf(sql)).toEqual([])
})
