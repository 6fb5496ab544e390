import { appendFileSync, copyFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { freePort } from '../../../stack/ports.ts'
import { postgres } from '../../../stack/postgres.ts'
import { withDatabase } from '../../../stack/sql.ts'
import type { Stack } from '../../../stack/stack.ts'
import { comesTrue } from '../../support/waitFor.ts'
import { query, type Run, withSession } from './database.ts'
import type { Links } from './links.ts'

const NAME = 'standby'
const STREAMS_WITHIN_SECONDS = 20

/** Files that a backup omits, because the standby makes its own. */
const OWN =
  /^(pg_(wal|replslot|dynshmem|notify|serial|snapshots|stat_tmp|subtrans)\/.|postmaster\.)/

/** A second Postgres that follows the first over the link `standby>postgres`, until it is promoted. */
export class Standby {
  readonly port: number
  /** The address of its log. */
  readonly databaseUrl: string
  readonly #primaryUrl: string

  /** Resolves when the standby streams. */
  static async start(stack: Stack, links: Links): Promise<Standby> {
    const primary = new URL(stack.databaseUrl)
    const dir = join(stack.dir, NAME)
    const link = await links.open(`${NAME}>postgres`, Number(primary.port))
    await withSession(stack.databaseUrl, (run) => copy(run, join(stack.dir, 'postgres'), dir))
    const { username, password } = primary
    const address = `host=127.0.0.1 port=${link.port} user=${username} password=${password}`
    appendFileSync(
      join(dir, 'data', 'postgresql.auto.conf'),
      `primary_conninfo = '${address} application_name=${NAME}'\nprimary_slot_name = '${NAME}'\n`,
    )
    const server = await postgres({ dir, port: await freePort(), name: NAME })
    await stack.start(server)
    const standby = new Standby(stack.databaseUrl, server.url)
    await standby.#untilReplication("state = 'streaming'")
    return standby
  }

  private constructor(primaryUrl: string, url: string) {
    this.port = Number(new URL(url).port)
    this.databaseUrl = withDatabase(url, new URL(primaryUrl).pathname.slice(1))
    this.#primaryUrl = primaryUrl
  }

  /** From now on a commit is visible and acknowledged only when the standby has it too. */
  async join(): Promise<void> {
    await query(this.#primaryUrl, `alter system set synchronous_standby_names = '${NAME}'`)
    await query(this.#primaryUrl, 'select pg_reload_conf()::text')
    await this.#untilReplication("sync_state = 'sync'")
  }

  /** Whether it receives nothing from the primary, and so has all that it will ever have. */
  async isAlone(): Promise<boolean> {
    const sql = `select 'it is' from pg_stat_wal_receiver where status = 'streaming'`
    return (await query(this.databaseUrl, sql)).length === 0
  }

  /** Makes it a primary, which accepts writes on top of all that it received. */
  async promote(): Promise<void> {
    await query(this.databaseUrl, 'select pg_promote()::text')
  }

  async #untilReplication(is: string): Promise<void> {
    const sql = `select 'it is' from pg_stat_replication where application_name = '${NAME}' and ${is}`
    const holds = async () => (await query(this.#primaryUrl, sql)).length > 0
    if (!(await comesTrue(holds, STREAMS_WITHIN_SECONDS))) throw new Error(`no standby with ${is}`)
  }
}

/** Does the work of pg_basebackup, which the packages with the binaries lack. */
async function copy(run: Run, from: string, to: string): Promise<void> {
  // The slot makes the primary keep its later writes for the standby.
  await run(`select pg_create_physical_replication_slot('${NAME}', true)::text`)
  await run(`select pg_backup_start('${NAME}', true)::text`)
  const data = join(from, 'data')
  mkdirSync(to, { recursive: true, mode: 0o700 })
  copyFileSync(join(from, 'password'), join(to, 'password'))
  cpSync(data, join(to, 'data'), {
    recursive: true,
    filter: (path) => !OWN.test(relative(data, path)),
  })
  const [backup] = await run('select labelfile from pg_backup_stop(false)')
  writeFileSync(join(to, 'data', 'backup_label'), backup?.['labelfile'] ?? '')
  writeFileSync(join(to, 'data', 'standby.signal'), '')
}
