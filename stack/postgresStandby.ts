import { appendFileSync, copyFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Client } from 'pg'
import { postgres } from './postgres.ts'
import type { ServerSpec } from './server.ts'
import type { Authority } from './tls.ts'
import { until } from './until.ts'

/** Files that a backup omits, because the standby makes its own. */
const OWN =
  /^(pg_(wal|replslot|dynshmem|notify|serial|snapshots|stat_tmp|subtrans)\/.|postmaster\.)/

/** An earlier run may have left it. */
const SLOT = `select pg_create_physical_replication_slot($1, true)
  where not exists (select from pg_replication_slots where slot_name = $1)`

export interface StandbyOptions {
  /** Its own folder, and its port. */
  dir: string
  port: number
  /** Also what the primary calls it. */
  name: string
  primary: {
    /** The folder of the one that runs. */
    dir: string
    /** Its administrator's address. */
    url: string
  }
  /** The port by which it reaches the primary; default: the primary's. */
  viaPort?: number | undefined
  tls?: Authority | undefined
}

/** A second Postgres, with a copy of the first, which it follows until it is promoted. Await `untilStreaming` once it is started. */
export async function standby(options: StandbyOptions): Promise<ServerSpec> {
  const { dir, port, name, primary, tls } = options
  await copy(options)
  const { username, password, port: primaryPort, searchParams } = new URL(primary.url)
  const { viaPort = primaryPort } = options
  const authority = searchParams.get('sslrootcert')
  // Its account can read its own folder.
  const trusted = join(dir, 'primary-ca.crt')
  if (authority !== null) copyFileSync(authority, trusted)
  const address = Object.entries({
    host: '127.0.0.1',
    port: viaPort,
    user: username,
    password,
    application_name: name,
    ...(authority === null ? {} : { sslmode: 'verify-full', sslrootcert: trusted }),
  })
  appendFileSync(
    join(dir, 'data', 'postgresql.auto.conf'),
    `primary_conninfo = '${address.map((pair) => pair.join('=')).join(' ')}'\nprimary_slot_name = '${name}'\n`,
  )
  return postgres({ dir, port, name, tls })
}

export async function untilStreaming({
  name,
  primary,
}: Pick<StandbyOptions, 'name' | 'primary'>): Promise<void> {
  await withPostgres(primary.url, (client) =>
    until(`${name} follows Postgres`, async () => {
      const sql = `select from pg_stat_replication where application_name = $1 and state = 'streaming'`
      return (await client.query(sql, [name])).rowCount === 1
    }),
  )
}

/** Does the work of pg_basebackup, which the packages with the binaries lack. */
async function copy({ dir, name, primary }: StandbyOptions): Promise<void> {
  await withPostgres(primary.url, async (client) => {
    // The slot makes the primary keep its later writes for the standby.
    await client.query(SLOT, [name])
    await client.query('select pg_backup_start($1, true)', [name])
    const data = join(primary.dir, 'data')
    rmSync(join(dir, 'data'), { recursive: true, force: true })
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    copyFileSync(join(primary.dir, 'password'), join(dir, 'password'))
    cpSync(data, join(dir, 'data'), {
      recursive: true,
      filter: (path) => !OWN.test(relative(data, path)),
    })
    const { rows } = await client.query<{ labelfile: string }>(
      'select labelfile from pg_backup_stop(false)',
    )
    writeFileSync(join(dir, 'data', 'backup_label'), rows[0]?.labelfile ?? '')
    writeFileSync(join(dir, 'data', 'standby.signal'), '')
  })
}

async function withPostgres<T>(
  connectionString: string,
  act: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 10_000 })
  await client.connect()
  try {
    return await act(client)
  } finally {
    await client.end()
  }
}
