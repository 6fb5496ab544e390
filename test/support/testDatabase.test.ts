import { expect, test } from '@jest/globals'
import { migrate } from '../../history/migrate.ts'
import { runSql } from '../../stack/sql.ts'
import { testDatabase } from './testDatabase.ts'

test('a test database has every migration already', async () => {
  expect(await migrate(await testDatabase())).toEqual([])
})

test('a test database is not shared', async () => {
  const [one, other] = await Promise.all([testDatabase(), testDatabase()])
  await runSql(one, 'create table mine (id int)')
  await expect(runSql(other, 'select * from mine')).rejects.toThrow()
})
