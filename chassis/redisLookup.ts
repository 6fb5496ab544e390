import { Redis } from 'ioredis'
import { type Host, shuffled } from './address.ts'
import type { RedisServers } from './redisAddress.ts'

/** For one server that is asked. A server that hangs must not keep the question from the next one. */
const ASK_TIMEOUT_MS = 500

/**
 * Which server takes the writes of a key now, according to the first of the servers that knows. Rejects if none does.
 *
 * The servers are asked in random order: all replicas ask at once when a master has died, and one server alone may have a view that
 * is no longer true.
 */
export async function lookUp(servers: RedisServers, key: string): Promise<Host> {
  const { hosts, kind, master } = servers
  let reason = new Error('no server knows where to go')
  for (const host of shuffled(hosts)) {
    try {
      const found = await withServer(host, servers, (redis) =>
        kind === 'sentinel' ? masterBySentinel(redis, master) : ownerOf(redis, key, host),
      )
      if (found !== undefined) return found
    } catch (error) {
      if (error instanceof Error) reason = error
    }
  }
  throw reason
}

async function masterBySentinel(sentinel: Redis, master: string): Promise<Host | undefined> {
  const reply = await sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', master)
  if (!Array.isArray(reply)) throw new Error(`the Sentinel knows no master ${master}`)
  const [host, port] = reply.map(String)
  return host === undefined ? undefined : { host, port: Number(port) }
}

/**
 * Any command with the key tells the owner of its slot: the owner executes it, and each other node answers with the owner's address. A
 * node that the others have left refuses.
 */
async function ownerOf(node: Redis, key: string, host: Host): Promise<Host> {
  try {
    await node.get(key)
    return host
  } catch (error) {
    const text = error instanceof Error ? error.message : ''
    // While the slot moves away, its owner does not have the key any more, but still is the owner.
    if (text.startsWith('ASK ')) return host
    const [, name, port] = /^MOVED \d+ (.*):(\d+)$/.exec(text) ?? []
    if (name === undefined) throw error
    // Without a name it is the same machine.
    return { host: name === '' ? host.host : name, port: Number(port) }
  }
}

async function withServer<T>(
  { host, port }: Host,
  { kind, isTls, credentials, sentinel }: RedisServers,
  ask: (redis: Redis) => Promise<T>,
): Promise<T> {
  const redis = new Redis({
    host,
    port,
    ...(kind === 'sentinel' ? sentinel : credentials),
    ...(isTls ? { tls: {} } : {}),
    connectTimeout: ASK_TIMEOUT_MS,
    commandTimeout: ASK_TIMEOUT_MS,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    disableClientInfo: true,
  })
  let reason: Error | undefined
  redis.on('error', (error: Error) => (reason ??= error))
  try {
    return await ask(redis)
  } catch (error) {
    // A connection that was refused fails the question by "Connection is closed."
    throw reason ?? error
  } finally {
    redis.disconnect()
  }
}
