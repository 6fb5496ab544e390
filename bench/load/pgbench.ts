import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

interface PgbenchOptions {
  databaseUrl: string
  /** The cores that it runs on. */
  cores: string
  /** For its script. */
  dir: string
  /** One transaction. */
  sql: string
  clients: number
  seconds: number
}

/** Transactions a second that Postgres' own load program reaches. */
export async function pgbench(options: PgbenchOptions): Promise<number> {
  const { databaseUrl, cores, dir, sql, clients, seconds } = options
  const script = join(dir, 'pgbench.sql')
  writeFileSync(script, `${sql.replaceAll(/\s+/g, ' ')};\n`)
  const own = ['-n', '-M', 'prepared', '-f', script, '-c', String(clients), '-T', String(seconds)]
  const { stdout } = await promisify(execFile)('taskset', [
    '-c',
    cores,
    'pgbench',
    ...own,
    databaseUrl,
  ])
  const tps = Number(/^tps = ([\d.]+)/m.exec(stdout)?.[1])
  if (!Number.isFinite(tps)) throw new Error(`pgbench told no rate:\n${stdout}`)
  return tps
}
