import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Account, commandAs, ownFolder } from './account.ts'
import { endProcess } from './group.ts'
import { identityOf } from './identity.ts'
import { postgresBinaries } from './postgresBinaries.ts'
import { type ServerSpec, type ServerOptions, serverEnv } from './server.ts'

const USER = 'causeway'

/**
 * The Postgres that npm brought, on the data below `dir`; `name` tells two of one stack apart. `fsync` and `synchronous_commit` stay on, in tests too: the promise of
 * the whole system is theirs.
 */
export async function postgres({
  dir,
  port,
  name = 'postgres',
}: ServerOptions & { name?: string }): Promise<ServerSpec> {
  const account = ownFolder(dir)
  const binaries = await postgresBinaries(account)
  const data = join(dir, 'data')
  const files = [binaries.postgres, join(dir, 'password')]
  if (!existsSync(join(data, 'PG_VERSION'))) initialise(dir, binaries.initdb, account)
  else await clearLock(data)
  const settings = {
    listen_addresses: '127.0.0.1',
    // Empty: none. The path of one may be no longer than 107 bytes, which a deep folder exceeds.
    unix_socket_directories: '',
    max_connections: 200,
    fsync: 'on',
    synchronous_commit: 'on',
  }
  const flags = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])
  const args = ['-D', data, '-p', String(port), ...flags]
  return {
    url: `postgresql://${USER}:${readFileSync(join(dir, 'password'), 'utf8')}@127.0.0.1:${port}/postgres`,
    role: 'postgres',
    name,
    command: commandAs(account, binaries.postgres, args, { files }),
    env: serverEnv(),
    cwd: '/',
    probe: (pid) => isReady(data, pid),
    // Longer than the others: after a crash it replays its write-ahead log first.
    readyWithin: 60_000,
    // "Fast": it ends sessions instead of waiting for them, and writes a checkpoint.
    stopSignal: 'SIGINT',
    stopWithin: 20_000,
  }
}

/** Makes the data beside its place and moves it there when whole, so that a start that is killed midway leaves no half. */
function initialise(dir: string, initdb: string, account: Account | undefined): void {
  const draft = join(dir, 'data.new')
  const password = join(dir, 'password')
  rmSync(draft, { recursive: true, force: true })
  writeFileSync(password, randomBytes(24).toString('hex'), { mode: 0o600 })
  ownFolder(dir)
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
  execFileSync(command, args, { ...as, env: serverEnv(), cwd: '/', stdio: 'pipe', timeout: 60_000 })
  renameSync(draft, join(dir, 'data'))
}

/**
 * Postgres refuses to start while the pid in its lock file belongs to anyone, and after a crash that pid may long be another
 * process's. So: end it if it is a Postgres on these data, for then its runner was killed; else the file lies, and goes.
 */
async function clearLock(data: string): Promise<void> {
  const lock = join(data, 'postmaster.pid')
  if (!existsSync(lock)) return
  const pid = Number(readFileSync(lock, 'utf8').split('\n', 1)[0])
  const identity = pid > 1 ? identityOf(pid) : undefined
  if (identity !== undefined && commandLine(pid).includes(data)) {
    await endProcess(pid, identity, 10_000)
  }
  rmSync(lock, { force: true })
}

function commandLine(pid: number): string {
  const proc = `/proc/${pid}/cmdline`
  if (existsSync(proc)) return readFileSync(proc, 'utf8')
  return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
}

/** As pg_ctl does it: the eighth line of the lock file says how far it is. A standby serves too, if only for reading. */
async function isReady(data: string, pid: number): Promise<void> {
  const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
  const state = lines[7]?.trim() ?? ''
  if (Number(lines[0]) !== pid || !['ready', 'standby'].includes(state)) {
    throw new Error('still starting')
  }
}
