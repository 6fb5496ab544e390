import { Redis, type RedisOptions } from 'ioredis'
import type { Logger } from 'pino'
import { parseRedisAddress } from './redisAddress.ts'
import { connectorBy, DISCONNECT_TIMEOUT_MS } from './redisConnector.ts'
import { lookUp } from './redisLookup.ts'

/**
 * Connections to Redis that never wait without a bound and never hide a loss.
 *
 * The defaults would queue commands without limit while the server is away, and retry each for over a minute. They would also
 * resend a command whose reply was lost, and so run it twice.
 */
const BOUNDED = {
  connectTimeout: 2_000,
  disconnectTimeout: DISCONNECT_TIMEOUT_MS,
  commandTimeout: 1_000,
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  // Soon, because the gateway follows the log in Postgres meanwhile; with jitter, because every replica lost it at once.
  retryStrategy: (times: number) => Math.min(times * 50, 1_000) + Math.random() * 100,
} satisfies RedisOptions

/** A connection to where a key is. */
export interface RedisLink {
  /** See `parseRedisAddress`. */
  url: string
  /** Any one of the keys that are used; in a cluster they are all in its slot. */
  key: string
  name: string
  logger: Logger
}

/** For commands. A command fails at once while the server is away, and after `timeoutMs` if it is slow. */
export function connectRedis(link: RedisLink, timeoutMs: number = BOUNDED.commandTimeout): Redis {
  return open(link, { commandTimeout: timeoutMs })
}

/**
 * For subscriptions. It does not subscribe again after a reconnect: messages published meanwhile are lost, so its owner must
 * subscribe and then read the log. `socketTimeout` needs regular pings, because unacknowledged data disables TCP's own keep-alive.
 */
export function connectSubscriber(link: RedisLink): Redis {
  const redis = open(link, { autoResubscribe: false })
  const pings = setInterval(() => {
    if (redis.status === 'ready') redis.ping().catch(() => {})
  }, SOCKET_TIMEOUT_MS / 3)
  pings.unref()
  redis.once('end', () => clearInterval(pings))
  return redis
}

/** A server that went silent may have been replaced meanwhile: the next connect finds out. */
const SOCKET_TIMEOUT_MS = 4_000

/** Answers of a server that is not, or no longer, the one that takes writes, or that the rest of its cluster has left. */
const ELSEWHERE = /^(MOVED|CLUSTERDOWN|READONLY|MASTERDOWN|LOADING|NOREPLICAS)\b/

type Options = Omit<RedisOptions, 'replyMapping'>

function open({ url, key, name, logger }: RedisLink, options: Options): Redis {
  let isLeaving = false
  const leave = (): void => {
    // Once: each of many subscriptions and commands may say the same.
    if (!isLeaving) redis.disconnect(true)
    isLeaving = true
  }
  const own: Options = {
    ...BOUNDED,
    socketTimeout: SOCKET_TIMEOUT_MS,
    connectionName: name,
    ...options,
    reconnectOnError: ({ message }) => {
      if (ELSEWHERE.test(message)) leave()
      // The command fails in any case.
      return false
    },
  }
  const redis = connect(url, key, own)
  redis.on('close', () => (isLeaving = false))
  // The slot has moved to another node, and this one has ended the subscriptions.
  redis.on('moved', leave)
  return report(redis, name, logger)
}

function connect(url: string, key: string, options: Options): Redis {
  const servers = parseRedisAddress(url)
  if (servers === undefined || servers.kind === 'single') return new Redis(url, options)
  const { credentials, isTls } = servers
  return new Redis({
    ...options,
    ...credentials,
    // It only tells the event that ends the connect.
    ...(isTls ? { tls: {} } : {}),
    Connector: connectorBy(() => lookUp(servers, key), isTls),
  })
}

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

/** Calls a script that was given to `defineCommand`. The client gets those at run time, so its type does not know them. */
export function callScript(
  redis: Redis,
  name: string,
  args: readonly (string | number)[],
): Promise<unknown> {
  const command: unknown = Reflect.get(redis, name)
  if (typeof command !== 'function') throw new TypeError(`${name} is not defined`)
  return Promise.resolve(Reflect.apply(command, redis, args))
}
