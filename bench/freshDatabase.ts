import { migrateDatabase } from '../stack/migration.ts'
import { runSql, withDatabase } from '../stack/sql.ts'
import { seed } from '../stack/seed/seed.ts'
import type { Testbed } from './testbed.ts'

/** A new database on the testbed's Postgres, with messages of a year on 10,000 channels. */
export async function seededDatabase(
  testbed: Testbed,
  messages: number,
  print: (line: string) => void,
): Promise<string> {
  const name = testbed.fresh('bench_seeded_')
  await runSql(testbed.urls.databaseUrl, `create database ${name}`)
  const databaseUrl = withDatabase(testbed.urls.databaseUrl, name)
  await migrateDatabase(databaseUrl)
  const tenth = Math.max(1, Math.floor(messages / 10))
  let told = 0
  const onProgress = (head: number): void => {
    if (head < told + tenth) return
    told = head
    print(`  ${head.toLocaleString('en-US')} messages written`)
  }
  await seed({ databaseUrl, messages, channels: 10_000, days: 365, onProgress })
  return databaseUrl
}
