import { createHmac } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandAs, ownFolder } from './account.ts'
import { freePort } from './ports.ts'
import { waitForTcp } from './probes.ts'
import {
  listenLines,
  redisAdmin,
  redisNode,
  type RedisShare,
  redisShare,
  redisUrls,
  replicationLines,
} from './redis.ts'
import type { Addresses } from './secret.ts'
import { type ServerOptions, type ServerSpec, serverSpec } from './server.ts'
import type { Supervisor } from './supervisor.ts'
import { until } from './until.ts'

/** By which the Sentinels know the servers. */
const MASTER = 'causeway'
const REPLICAS = 2
const SENTINELS = 3
/** The services' user at the Sentinels. */
const ASKER = 'asker'

/** `redis-1` with the replicas `redis-2` and `redis-3`, and three Sentinels. The first Sentinel has `options.port`. */
export async function redisSentinel(
  supervisor: Supervisor,
  options: ServerOptions,
): Promise<{ url: string; addresses: Addresses }> {
  const share = redisShare(options)
  const ports = [await freePort(), await freePort(), await freePort()]
  const [master = 0] = ports
  const servers = ports.map((port, at) => {
    const more = [
      `replica-announce-ip 127.0.0.1`,
      ...(port === master ? [] : [`replicaof 127.0.0.1 ${master}`]),
      ...replicationLines(share),
    ]
    return redisNode(share, { name: `${share.name}-${at + 1}`, port, more })
  })
  await Promise.all(servers.map((spec) => supervisor.start(spec)))
  await untilTrue(share, master, async (redis) =>
    (await redis.info('replication')).includes(`connected_slaves:${REPLICAS}\r`),
  )
  const sentinels = [options.port, await freePort(), await freePort()]
  const specs = sentinels.map((port, at) =>
    sentinelNode(share, `${share.name}-sentinel-${at + 1}`, port, master),
  )
  await Promise.all(specs.map((spec) => supervisor.start(spec)))
  for (const port of sentinels) {
    await untilTrue(share, port, async (sentinel) => {
      const found: unknown = await sentinel.call('SENTINEL', 'MASTER', MASTER)
      const fields = Array.isArray(found) ? found.map(String) : []
      const count = (name: string) => Number(fields[fields.indexOf(name) + 1])
      return count('num-slaves') === REPLICAS && count('num-other-sentinels') === SENTINELS - 1
    })
  }
  const password = askerPassword(share)
  const query = `sentinel_username=${ASKER}&sentinel_password=${password}`
  return redisUrls(share, 'sentinel', sentinels, `/${MASTER}?${query}`)
}

function sentinelNode(share: RedisShare, name: string, port: number, master: number): ServerSpec {
  const { dir, password, certificate } = share
  const config = join(dir, `${name}.conf`)
  const lines = [
    'bind 127.0.0.1',
    ...listenLines(share, port),
    `dir ${dir}`,
    'user default off',
    `user admin on >${password} ~* &* +@all`,
    `user ${ASKER} on >${askerPassword(share)} -@all +client|setname +sentinel|get-master-addr-by-name`,
    ...(certificate === undefined ? [] : ['tls-replication yes']),
    'sentinel sentinel-user admin',
    `sentinel sentinel-pass ${password}`,
    `sentinel monitor ${MASTER} 127.0.0.1 ${master} 2`,
    `sentinel auth-user ${MASTER} admin`,
    `sentinel auth-pass ${MASTER} ${password}`,
    `sentinel down-after-milliseconds ${MASTER} 1500`,
    `sentinel failover-timeout ${MASTER} 5000`,
    `sentinel parallel-syncs ${MASTER} ${REPLICAS}`,
  ]
  writeFileSync(config, `${lines.join('\n')}\n`, { mode: 0o600 })
  return serverSpec('redis', {
    name,
    url: share.url,
    command: commandAs(ownFolder(dir), 'redis-server', [config, '--sentinel'], { files: [config] }),
    probe: () => waitForTcp(port),
  })
}

function askerPassword({ password }: RedisShare): string {
  return createHmac('sha256', password).update(ASKER).digest('base64url')
}

async function untilTrue(
  share: RedisShare,
  port: number,
  holds: (redis: ReturnType<typeof redisAdmin>) => Promise<boolean>,
): Promise<void> {
  const redis = redisAdmin(share, port)
  try {
    await until(`the Redis servers and Sentinels know each other (${port})`, () => holds(redis))
  } finally {
    redis.disconnect()
  }
}
