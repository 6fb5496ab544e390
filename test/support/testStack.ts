import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Stack, type StackOptions, startStack } from '../../stack/stack.ts'
import type { Servers } from '../../stack/servers.ts'
import { nameIn, onDatabase } from '../../stack/sql.ts'
import { AUTHORITY, giveAuthority } from './authority.ts'
import { testServers } from './servers.ts'
import { testDatabase } from './testDatabase.ts'
import { uniquePrefix } from './uniquePrefix.ts'

/** The run's servers, with a database of its Postgres. */
async function sharedServers(databaseUrl: string): Promise<Servers> {
  const servers = testServers()
  return { ...servers, databaseUrl, addresses: onDatabase(servers.addresses, nameIn(databaseUrl)) }
}

/**
 * A whole stack, services and nginx, on free ports. It shares the run's servers, with its own prefixes and, unless the
 * test gives one of `testDatabase`, its own database. A test that breaks a server has `ownServers`.
 * Under `npm test -- --secure` all of it uses TLS.
 */
export async function testStack(
  options: Omit<StackOptions, 'dir' | 'redisUrl' | 'mqttUrl'> & { ownServers?: boolean } = {},
): Promise<Stack> {
  const { ownServers = false, databaseUrl, ...rest } = options
  const dir = await mkdtemp(join(tmpdir(), 'causeway-stack-'))
  const servers = ownServers ? {} : await sharedServers(databaseUrl ?? (await testDatabase()))
  const prefix = uniquePrefix()
  const removeDir = () => rm(dir, { recursive: true, force: true })
  try {
    const prefixes = { redisPrefix: prefix, mqttPrefix: prefix }
    await giveAuthority(dir)
    const secure = AUTHORITY !== undefined
    const stack = await startStack({ dir, secure, ...prefixes, ...servers, ...rest })
    const stop = () => stack.stop().then(removeDir)
    return { ...stack, stop }
  } catch (error) {
    await removeDir()
    throw error
  }
}
