import { ALL_MIGRATIONS, MigrationProgram } from './migrationProgram.ts'
import { runSql, withDatabase } from '../../stack/sql.ts'
import type { Opened } from './disposables.ts'
import { testServers } from './servers.ts'
import { openSql, type Sql } from './testLog.ts'
import { uniquePrefix } from './uniquePrefix.ts'

/** An empty database, and the program that migrates it, with all migrations or only the named ones. */
export class TestDeployment {
  readonly url: string
  readonly sql: Sql
  readonly program: MigrationProgram

  private constructor(url: string, sql: Sql, program: MigrationProgram) {
    this.url = url
    this.sql = sql
    this.program = program
  }

  static async create(opened: Opened, names = ALL_MIGRATIONS): Promise<TestDeployment> {
    const { databaseUrl } = testServers()
    const name = uniquePrefix()
    await runSql(databaseUrl, `create database ${name}`)
    const url = withDatabase(databaseUrl, name)
    const program = new MigrationProgram(names)
    opened.add(() => program.remove())
    return new TestDeployment(url, openSql(url, opened), program)
  }

  migrate(databaseUrl = this.url, env: Record<string, string> = {}): Promise<string> {
    return this.program.run(databaseUrl, env)
  }
}
