import { z } from 'zod'
import { issuers } from './auth/issuers.ts'
import { MAX_LOG_ID } from '../contract/channelLogs.ts'
import {
  boolean,
  choice,
  copyKeys,
  databaseHosts,
  host,
  integer,
  limit,
  logLevel,
  origins,
  port,
  prefix,
  redisUrl,
  seconds,
  url,
} from './configFields.ts'

/** Variables that mean the same in every service; each service spreads them into its schema. */
export const commonConfig = {
  LOG_LEVEL: logLevel()
    .default('info')
    .describe('Lowest severity of the log lines that are written'),
  METRICS_HOST: host()
    .default('127.0.0.1')
    .describe('Address on which /metrics, /live and /ready listen'),
  METRICS_PORT: port().describe('Port of /metrics, /live and /ready; keep it private'),
  LOG_ID: integer(0, MAX_LOG_ID)
    .default(0)
    .describe('Number of the log in the database, without LAYOUT_FILE'),
  LAYOUT_FILE: z
    .string()
    .optional()
    .describe('File that names [several logs](#several-logs), and the servers of each'),
  DRAIN_SECONDS: seconds(0, 3_600)
    .default(20)
    .describe('Time that open requests and streams get to finish during a stop'),
}

/** For services with a public API. */
export const publicConfig = {
  HOST: host().default('127.0.0.1').describe('Address on which the public API listens'),
  PORT: port().describe('Port of the public API'),
  CORS_ORIGINS: origins()
    .default([])
    .describe('Other origins whose pages may call the public API, comma-separated'),
  PROXY_HOPS: integer(0, 10)
    .default(0)
    .describe(
      'Number of proxies in front whose X-Forwarded-For is trusted; 0 if clients connect directly, because anyone can send it',
    ),
}

export const databaseUrl = {
  DATABASE_URL: databaseHosts().describe(
    'Address of Postgres, which holds the log; of [several hosts](#addresses-of-postgres) the one that takes writes is used',
  ),
}

export function databaseConfig(minConnections: number) {
  return {
    ...databaseUrl,
    DATABASE_CONNECTIONS: integer(minConnections, 1_000)
      .default(10)
      .describe('Maximum number of connections to Postgres'),
  }
}

/** For services that read ranges and pages of history. */
export const databaseReplicaConfig = {
  DATABASE_REPLICA_URL: databaseHosts()
    .optional()
    .describe(
      'Address of one or more read replicas of Postgres, which serve history as far as they have it. Default: none',
    ),
}

const redisPrefix = {
  REDIS_PREFIX: prefix()
    .default('causeway')
    .describe('Prefix of all keys and pub/sub channels in Redis'),
}

const redisAddress = redisUrl().describe(
  'Address of Redis, which holds recent messages and who is present; [a Sentinel or a cluster](#addresses-of-redis) too. ' +
    'Ingest only counts who is present, and can do without',
)

export const redisConfig = { REDIS_URL: redisAddress, ...redisPrefix }

/** For services that do without Redis if they have to. */
export const optionalRedisConfig = {
  REDIS_URL: redisAddress.optional().describe(redisAddress.description ?? ''),
  ...redisPrefix,
}

/** For services that say how many people are in a channel: with the same number they say the same. */
export const presenceLimitConfig = {
  PRESENCE_LIMIT: integer(0, 1_000)
    .default(100)
    .describe('People of a channel who are named; if there are more, only their number is told'),
}

/** For services that limit what one client may use. A service's limits themselves are its own variables, of the kind `limit`. */
export const limitsConfig = {
  LIMITS_REDIS_URL: redisUrl()
    .optional()
    .describe(
      'Address of the Redis in which replicas count together; without it each counts for itself',
    ),
  ...redisPrefix,
  LIMITS_REPLICAS: integer(1, 1_000)
    .default(1)
    .describe('Replicas of this service; while that Redis is away, each allows its share'),
}

/** For `SignInLimit`. */
export const signInConfig = {
  SIGN_INS_PER_ACCOUNT: limit(1_000_000)
    .default(20)
    .describe('Tries to sign in to one account in a quarter of an hour; 0: no limit'),
  SIGN_INS_PER_ADDRESS: limit(1_000_000)
    .default(200)
    .describe('Tries to sign in from one address in a quarter of an hour; 0: no limit'),
}

export const mqttConfig = {
  MQTT_URL: url('mqtt', 'mqtts', 'tcp', 'ssl', 'ws', 'wss').describe(
    'Address of the MQTT 5 broker',
  ),
  MQTT_PREFIX: prefix().default('causeway').describe('Prefix of all MQTT topics'),
}

export const copyKeysConfig = {
  COPY_KEYS: copyKeys().describe(
    'One or two secrets, shared by all services. The first signs messages on MQTT and Redis; each one verifies them',
  ),
}

/** For services that verify tokens; check it with `checkAuth`. */
export const authConfig = {
  AUTH: choice('required', 'open')
    .default('required')
    .describe(
      'required: every request needs a token of ISSUERS. open: none does; refused in production',
    ),
  ISSUERS: issuers()
    .default([])
    .describe('Whose tokens are accepted, as JSON; [the API](api.md#issuers) describes it'),
  SECURE_COOKIES: boolean()
    .default(true)
    .describe('Whether the cookies are those for TLS, __Host-…; false only without TLS'),
  NODE_ENV: z.string().default('').describe('production refuses AUTH=open'),
}

/** For `superRefine`. */
export function checkAuth(
  config: z.output<z.ZodObject<typeof authConfig>>,
  context: z.RefinementCtx,
): void {
  const complain = (variable: keyof typeof authConfig, message: string): void =>
    context.addIssue({ code: 'custom', path: [variable], message })
  if (config.AUTH === 'open' && config.NODE_ENV === 'production') {
    complain('AUTH', 'expected required, because NODE_ENV is production')
  }
  if (config.AUTH === 'required' && config.ISSUERS.length === 0) {
    complain('ISSUERS', 'expected one issuer or more, or AUTH=open for trying out')
  }
}

export const crashConfig = {
  CRASH_DIR: z
    .string()
    .optional()
    .describe(
      'For fault tests only: folder with the names of the crash points at which the process kills itself',
    ),
}
