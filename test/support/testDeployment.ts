import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../../stack/root.ts'
import { runSql, withDatabase } from '../../stack/sql.ts'
import { testServers } from './servers.ts'
import { openSql, type Sql } from './testHistory.ts'
import { uniquePrefix } from './uniquePrefix.ts'

interface Opened {
  add: (dispose: () => unknown) => void
}

const MIGRATIONS = 'prisma/migrations'

/** All of ours, in their order. */
export const OURS = readdirSync(join(ROOT, MIGRATIONS))
  .filter((name) => /^\d/.test(name))
  .sort()

/** The compiled migration program with migrations that can be changed, and an empty database. */
export class TestDeployment {
  readonly url: string
  readonly sql: Sql
  readonly #folder: string

  private constructor(url: string, sql: Sql, folder: string) {
    this.url = url
    this.sql = sql
    this.#folder = folder
  }

  /** With our migrations, or only the named ones of them. */
  static async create(opened: Opened, names = OURS): Promise<TestDeployment> {
    const { databaseUrl } = testServers()
    const name = uniquePrefix()
    await runSql(databaseUrl, `create database ${name}`)
    const url = withDatabase(databaseUrl, name)
    // Below the repository, so that it finds the same packages.
    mkdirSync(join(ROOT, '.stack'), { recursive: true })
    const folder = mkdtempSync(join(ROOT, '.stack', 'migrate-'))
    opened.add(() => rmSync(folder, { recursive: true, force: true }))
    for (const file of ['main.js', 'migrate.js']) {
      cpSync(join(ROOT, 'dist/history', file), join(folder, 'history', file))
    }
    const deployment = new TestDeployment(url, openSql(url, opened), folder)
    deployment.take(['migration_lock.toml', ...names])
    return deployment
  }

  /** More of our migrations. */
  take(names: readonly string[]): void {
    for (const name of names) {
      cpSync(join(ROOT, MIGRATIONS, name), this.#path(name), { recursive: true })
    }
  }

  /** A migration of the test's own, or another text for one of ours. */
  write(name: string, script: string): void {
    mkdirSync(this.#path(name), { recursive: true })
    writeFileSync(join(this.#path(name), 'migration.sql'), script)
  }

  /** Runs the program as a deployment does; what it said, or how it failed. */
  async migrate(databaseUrl: string | undefined = this.url): Promise<string> {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(this.#folder, 'history/main.js')],
      { env: { ...process.env, DATABASE_URL: databaseUrl }, timeout: 60_000 },
    )
    return stdout.trim()
  }

  #path(name: string): string {
    return join(this.#folder, MIGRATIONS, name)
  }
}
