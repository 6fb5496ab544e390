import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { ROOT } from '../stack/root.ts'
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

test.each(['20261127021000_filters', '20261128020000_folded_pages'])(
  'the runbook makes the indexes of %s beforehand, and the migration then makes no other',
  async (migration) => {
    const sql = openSql(await testDatabase(), opened)
    const script = readFileSync(join(ROOT, 'prisma/migrations', migration, 'migration.sql'), 'utf8')
    const indexes = async (): Promise<unknown[]> =>
      sql(`select "indexname" from pg_indexes where "tablename" = 'message_0_10000000' order by 1`)
    for (const [, name] of script.matchAll(/create index if not exists (\S+)/g)) {
      await sql(`drop index ${name}`)
    }
    for (const statement of runbookSql(`\`${migration}\``)) {
      await sql(statement.replace('message_0_20000000', 'message_0_10000000'))
    }
    const before = await indexes()
    for (const [statement] of script.matchAll(/^create index[^;]*/gm)) await sql(statement)
    expect(await indexes()).toEqual(before)
  },
)
