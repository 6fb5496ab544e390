import { runSql, withDatabase } from '../../stack/sql.ts'
import { testServers } from './servers.ts'
import { TEMPLATE_DATABASE } from './template.ts'
import { uniquePrefix } from './uniquePrefix.ts'

/** The address of a new empty database with the newest schema. It disappears with the server at the end of the run. */
export async function testDatabase(): Promise<string> {
  const { databaseUrl } = testServers()
  const name = uniquePrefix()
  await runSql(databaseUrl, `create database ${name} template ${TEMPLATE_DATABASE}`)
  return withDatabase(databaseUrl, name)
}
