import { Redis, type RedisOptions } from 'ioredis'
import type { Logger } from 'pino'

/**
 * Connections to Redis that never wait without a bound and never hide a loss.
 *
 * The defaults would queue commands without limit while the server is away, and retry each for over a minute. They would also
 * resend a command whose reply was lost, and so run it twice.
 */
const BOUNDED = {
  connectTimeout: 2_000,
  commandTimeout: 1_000,
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  // Soon, because the gateway follows the log in Postgres meanwhile; with jitter, because every replica lost it at once.
  retryStrategy: (times: number) => Math.min(times * 50, 1_000) + Math.random() * 100,
} satisfies RedisOptions

/** For commands. A command fails at once while the server is away, and after `timeoutMs` if it is slow. */
export function connectRedis(
  url: string,
  name: string,
  logger: Logger,
  timeoutMs: number = BOUNDED.commandTimeout,
): Redis {
  const options = { ...BOUNDED, commandTimeout: timeoutMs, connectionName: name }
  return report(new Redis(url, options), name, logger)
}

/**
 * For subscriptions. It does not subscribe again after a reconnect: messages published meanwhile are lost, so its owner must
 * subscribe and then read the log. `socketTimeout` finds a connection that went silent. It needs regular pings, because
 * unacknowledged data disables TCP's own keep-alive.
 */
export function connectSubscriber(url: string, name: string, logger: Logger): Redis {
  const redis = new Redis(url, {
    ...BOUNDED,
    connectionName: name,
    autoResubscribe: false,
    socketTimeout: SOCKET_TIMEOUT_MS,
  })
  const pings = setInterval(() => {
    if (redis.status === 'ready') redis.ping().catch(() => {})
  }, SOCKET_TIMEOUT_MS / 3)
  pings.unref()
  redis.once('end', () => clearInterval(pings))
  return report(redis, name, logger)
}

const SOCKET_TIMEOUT_MS = 4_000

/** Without an 'error' listener a lost connection would end the process; one line per change is enough. */
function report(redis: Redis, name: string, logger: Logger): Redis {
  let away = false
  redis.on('error', (error: Error) => {
    if (!away) logger.warn({ err: error, connection: name }, 'Redis is away')
    away = true
  })
  redis.on('ready', () => {
    if (away) logger.info({ connection: name }, 'Redis is back')
    away = false
  })
  return redis
}

/** Whether the server has sharded pub/sub (Redis 7), which keeps a message on its slot's node in a cluster. */
export async function hasShardedPubSub(redis: Redis): Promise<boolean> {
  const [info] = await redis.command('INFO', 'SPUBLISH')
  return Array.isArray(info)
}
