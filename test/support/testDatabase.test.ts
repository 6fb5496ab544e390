import { expect, test } from '@jest/globals'
import { runSql } from '../../stack/sql.ts'
import { testDatabase } from './testDatabase.ts'

test('a test database is migrated', async () => {
  await expect(runSql(await testDatabase(), 'select * from _prisma_migrations')).resolves.toBe(
    undefined,
  )
})

test('a test database is not shared', async () => {
  const [one, other] = await Promise.all([testDatabase(), testDatabase()])
  await runSql(one, 'create table mine (id int)')
  await expect(runSql(other, 'select * from mine')).rejects.toThrow('TableDoesNotExist')
})
