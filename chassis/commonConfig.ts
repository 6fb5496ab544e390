import { z } from 'zod'
import { issuers } from './auth/issuers.ts'
import {
  boolean,
  choice,
  copyKeys,
  host,
  integer,
  logLevel,
  origins,
  port,
  prefix,
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
  LOG_ID: integer(0, 32_767).default(0).describe('Number of the log in the database'),
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
}

export const databaseUrl = {
  DATABASE_URL: url('postgres', 'postgresql').describe('Address of Postgres, which holds the log'),
}

export function databaseConfig(minConnections: number) {
  return {
    ...databaseUrl,
    DATABASE_CONNECTIONS: integer(minConnections, 1_000)
      .default(10)
      .describe('Maximum number of connections to Postgres'),
  }
}

export const redisConfig = {
  REDIS_URL: url('redis', 'rediss').describe('Address of Redis, which holds recent messages'),
  REDIS_PREFIX: prefix()
    .default('causeway')
    .describe('Prefix of all keys and pub/sub channels in Redis'),
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
