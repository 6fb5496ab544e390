import { readFile, readdir } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import * as schemaEngine from '@prisma/schema-engine-wasm/schema_engine_bg'
import { primaryUrl } from './servers.ts'

/**
 * Brings a database to the newest schema; returns the names of the applied migrations, none if it was up to date. Prisma's own
 * schema engine does it, and keeps its usual `_prisma_migrations` table. It runs here as WebAssembly, because Prisma's command
 * line would first download a binary. Two at once are safe: the engine takes an advisory lock.
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  await loadEngine()
  const adapter = bindMigrationAwareSqlAdapterFactory(
    new WholeScripts({
      connectionString: await primaryUrl(databaseUrl),
      connectionTimeoutMillis: 10_000,
      max: 1,
    }),
  )
  const engine = await schemaEngine.SchemaEngine.new({ datamodels: undefined }, () => {}, adapter)
  try {
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: await readMigrations(),
      filters: { externalTables: [], externalEnums: [] },
    })
    return appliedMigrationNames
  } catch (error) {
    // The engine names the failed migration, but gives only a number under which it kept the server's own error.
    const id = /External error id#(\d+)/.exec(String(error))?.[1]
    const kept = id === undefined ? undefined : adapter.errorRegistry.consumeError(Number(id))
    if (kept !== undefined && error instanceof Error) error.cause = kept.error
    throw error
  } finally {
    engine.free()
  }
}

/**
 * The adapter splits a script at every semicolon, which breaks function bodies, and runs the parts one by one. Sent whole, a
 * script is one implicit transaction: a migration is applied completely or not at all.
 */
class WholeScripts extends PrismaPg {
  override async connect(): ReturnType<PrismaPg['connect']> {
    const adapter = await super.connect()
    adapter.executeScript = async (script) => {
      await adapter.underlyingDriver().query(script)
    }
    return adapter
  }
}

/** Node's global, which its type package leaves to the browser's. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: Record<string, unknown>,
  ): Promise<{ instance: { exports: Record<string, () => void> } }>
}

/** The package loads its module by importing a .wasm file, which Node 20 cannot do. So it is instantiated here, once. */
let engineLoaded: Promise<void> | undefined
function loadEngine(): Promise<void> {
  return (engineLoaded ??= instantiateEngine())
}

async function instantiateEngine(): Promise<void> {
  const entry = createRequire(import.meta.url).resolve(
    '@prisma/schema-engine-wasm/schema_engine_bg',
  )
  const { instance } = await WebAssembly.instantiate(
    await readFile(entry.replace(/\.js$/, '.wasm')),
    { './schema_engine_bg.js': schemaEngine },
  )
  schemaEngine.__wbg_set_wasm(instance.exports)
  instance.exports['__wbindgen_start']?.()
}

async function readMigrations(): Promise<
  Parameters<schemaEngine.SchemaEngine['applyMigrations']>[0]['migrationsList']
> {
  const baseDir = migrationsFolder()
  const folders = (await readdir(baseDir, { withFileTypes: true })).filter((entry) =>
    entry.isDirectory(),
  )
  const names = folders.map((folder) => folder.name).sort()
  return {
    baseDir,
    lockfile: {
      path: 'migration_lock.toml',
      content: await readFile(join(baseDir, 'migration_lock.toml'), 'utf8'),
    },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      names.map(async (path) => ({
        path,
        migrationFile: {
          path: 'migration.sql',
          content: {
            tag: 'ok' as const,
            value: await readFile(join(baseDir, path, 'migration.sql'), 'utf8'),
          },
        },
      })),
    ),
  }
}

/** `prisma/migrations` at the root of the repository or image, whether this runs from source or from `dist/`. */
function migrationsFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const candidate = join(folder, 'prisma', 'migrations')
    if (existsSync(candidate)) return candidate
    if (folder === dirname(folder)) throw new Error('prisma/migrations was not found')
  }
}
