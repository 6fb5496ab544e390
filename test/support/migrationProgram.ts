import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../../stack/root.ts'

const MIGRATIONS = 'prisma/migrations'
/** The folders of the program, and of what it imports. */
const PROGRAM = ['history', 'chassis', 'contract']

/** All of our migrations, in their order. */
export const ALL_MIGRATIONS: readonly string[] = readdirSync(join(ROOT, MIGRATIONS))
  .filter((name) => /^\d/.test(name))
  .sort()

/** The compiled migration program of a deployment that has only some of our migrations, or others. */
export class MigrationProgram {
  readonly #folder: string

  constructor(names = ALL_MIGRATIONS) {
    // Below the repository, so that it finds the same packages.
    mkdirSync(join(ROOT, '.stack'), { recursive: true })
    this.#folder = mkdtempSync(join(ROOT, '.stack', 'migrate-'))
    for (const folder of PROGRAM) {
      cpSync(join(ROOT, 'dist', folder), join(this.#folder, folder), { recursive: true })
    }
    this.take(['migration_lock.toml', ...names])
  }

  /** More of our migrations. */
  take(names: readonly string[]): void {
    for (const name of names) {
      cpSync(join(ROOT, MIGRATIONS, name), this.#path(name), { recursive: true })
    }
  }

  /** A migration that is not ours, or another text for one that is. */
  write(name: string, script: string): void {
    mkdirSync(this.#path(name), { recursive: true })
    writeFileSync(join(this.#path(name), 'migration.sql'), script)
  }

  /** Runs as a deployment runs it; what it said. Throws what `execFile` throws. */
  async run(databaseUrl: string, env: Record<string, string> = {}): Promise<string> {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(this.#folder, 'history/main.js')],
      { env: { ...process.env, ...env, DATABASE_URL: databaseUrl }, timeout: 600_000 },
    )
    return stdout.trim()
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #path(name: string): string {
    return join(this.#folder, MIGRATIONS, name)
  }
}
