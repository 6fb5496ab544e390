import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Stack, type StackOptions, startStack } from '../../stack/stack.ts'
import { testServers } from './servers.ts'
import { testDatabase } from './testDatabase.ts'
import { uniquePrefix } from './uniquePrefix.ts'

/**
 * A whole stack of its own, services and nginx, on free ports. It shares the run's servers, with its own database and prefixes;
 * give addresses, or `ownServers`, for a test that is to break a server.
 */
export async function testStack(
  options: StackOptions & { ownServers?: boolean } = {},
): Promise<Stack> {
  const { ownServers = false, ...rest } = options
  const dir = await mkdtemp(join(tmpdir(), 'causeway-stack-'))
  const servers = ownServers ? {} : { ...testServers(), databaseUrl: await testDatabase() }
  const prefix = uniquePrefix()
  const stack = await startStack({
    dir,
    redisPrefix: prefix,
    mqttPrefix: prefix,
    ...servers,
    ...rest,
  })
  const stop = async () => {
    await stack.stop()
    if (rest.dir === undefined) await rm(dir, { recursive: true, force: true })
  }
  return { ...stack, stop }
}
