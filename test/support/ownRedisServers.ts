import { join } from 'node:path'
import type { Child } from '../../stack/child.ts'
import { freePort } from '../../stack/ports.ts'
import { redisCluster } from '../../stack/redisCluster.ts'
import { redisSentinel } from '../../stack/redisSentinel.ts'
import type { Addresses } from '../../stack/secret.ts'
import type { Opened } from './disposables.ts'
import { openSupervisor } from './ownServer.ts'

const RECIPES = { cluster: redisCluster, sentinel: redisSentinel }

export interface RedisServers {
  /** The administrator's address. */
  url: string
  addresses: Addresses
  /** A server or Sentinel by its name, e.g. `redis-1`. */
  child: (name: string) => Child
}

/** Several servers of Redis that a test may stop one by one. */
export async function ownRedisServers(
  opened: Opened,
  kind: keyof typeof RECIPES,
): Promise<RedisServers> {
  const { dir, supervisor } = await openSupervisor(opened, kind)
  const own = { dir: join(dir, 'redis'), port: await freePort(), prefix: '*' }
  const { url, addresses } = await RECIPES[kind](supervisor, own)
  const child = (name: string): Child => {
    const found = supervisor.children.find((each) => each.name === name)
    if (found === undefined) throw new Error(`there is no process ${name}`)
    return found
  }
  return { url, addresses, child }
}
