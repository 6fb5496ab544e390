import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAddress } from '../../chassis/address.ts'
import { commandAs, ownFolder } from '../../stack/account.ts'
import { freePort } from '../../stack/ports.ts'
import { waitForTcp } from '../../stack/probes.ts'
import { serverSpec } from '../../stack/server.ts'
import type { Opened } from './disposables.ts'
import { openSupervisor } from './ownServer.ts'

/**
 * A PgBouncer in front of a Postgres, in transaction mode, with two connections for each user. Returns the addresses of users through
 * it.
 */
export async function ownPgbouncer(
  opened: Opened,
  databaseUrl: string,
  users: Record<string, string>,
): Promise<(user: string) => string> {
  const { dir: parent, supervisor } = await openSupervisor(opened, 'pgbouncer')
  const dir = join(parent, 'data')
  const [port, { url, hosts } = { url: new URL('x:'), hosts: [] }] = [
    await freePort(),
    parseAddress(databaseUrl, 5_432),
  ]
  const account = ownFolder(dir)
  const [config, list] = [join(dir, 'pgbouncer.ini'), join(dir, 'users.txt')]
  writeFileSync(
    list,
    Object.entries(users)
      .map((pair) => `"${pair.join('" "')}"\n`)
      .join(''),
  )
  const lines = [
    '[databases]',
    `* = host=127.0.0.1 port=${hosts[0]?.port}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = scram-sha-256',
    `auth_file = ${list}`,
    'pool_mode = transaction',
    'default_pool_size = 2',
    'max_client_conn = 100',
  ]
  writeFileSync(config, lines.join('\n'))
  ownFolder(dir)
  await supervisor.start(
    serverSpec('postgres', {
      name: 'pgbouncer',
      url: '',
      command: commandAs(account, 'pgbouncer', [config], { files: [config, list] }),
      probe: () => waitForTcp(port),
    }),
  )
  return (user) =>
    `postgresql://${user}:${users[user]}@127.0.0.1:${port}${url.pathname}?pgbouncer=true`
}
