import { join } from 'node:path'
import { freePort } from '../../../stack/ports.ts'
import { standby, untilStreaming } from '../../../stack/postgresStandby.ts'
import { withDatabase } from '../../../stack/sql.ts'
import type { Stack } from '../../../stack/stack.ts'
import { comesTrue } from '../../support/waitFor.ts'
import { query } from './database.ts'
import type { Links } from './links.ts'

const NAME = 'standby'
/** On any machine. */
const SYNC_WITHIN_SECONDS = 60

/** A second Postgres that follows the first over the link `standby>postgres`, until it is promoted. */
export class Standby {
  readonly port: number
  /** The address of its log. */
  readonly databaseUrl: string
  readonly #primaryUrl: string
  readonly #name: string

  /** Resolves when the standby streams. */
  static async start(stack: Stack, links: Links): Promise<Standby> {
    const primary = { dir: join(stack.dir, 'postgres'), url: stack.databaseUrl }
    const { port: viaPort } = await links.open(
      `${NAME}>postgres`,
      Number(new URL(primary.url).port),
    )
    const dir = join(stack.dir, NAME)
    const server = await standby({ dir, port: await freePort(), name: NAME, primary, viaPort })
    await stack.start(server)
    await untilStreaming({ name: NAME, primary })
    return new Standby(stack.databaseUrl, server.url, NAME)
  }

  /** The replica of a stack that has one, which the services know. */
  static ofStack({ databaseUrl, processes }: Stack): Standby {
    const { name = '', url = '' } = processes.find((each) => each.name === 'replica') ?? {}
    return new Standby(databaseUrl, url, name)
  }

  private constructor(primaryUrl: string, url: string, name: string) {
    this.port = Number(new URL(url).port)
    this.databaseUrl = withDatabase(url, new URL(primaryUrl).pathname.slice(1))
    this.#primaryUrl = primaryUrl
    this.#name = name
  }

  /** From now on a commit is visible and acknowledged only when the standby has it too. */
  async join(): Promise<void> {
    await query(this.#primaryUrl, `alter system set synchronous_standby_names = '${this.#name}'`)
    await query(this.#primaryUrl, 'select pg_reload_conf()::text')
    const sql = `select 'it is' from pg_stat_replication
      where application_name = '${this.#name}' and sync_state = 'sync'`
    const holds = async () => (await query(this.#primaryUrl, sql)).length > 0
    if (!(await comesTrue(holds, SYNC_WITHIN_SECONDS))) throw new Error('no synchronous standby')
  }

  /** It shows each commit so many seconds late. */
  async lag(seconds: number): Promise<void> {
    await query(this.databaseUrl, `alter system set recovery_min_apply_delay = '${seconds}s'`)
    await query(this.databaseUrl, 'select pg_reload_conf()::text')
  }

  /** It gets nothing more from the primary. */
  async leave(): Promise<void> {
    await query(this.databaseUrl, `alter system set primary_conninfo = 'host=127.0.0.1 port=1'`)
    await query(this.databaseUrl, 'select pg_reload_conf()::text')
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
}
