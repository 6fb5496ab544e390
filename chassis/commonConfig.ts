import { z } from 'zod'
import { copyKeys, host, integer, logLevel, port, prefix, seconds, url } from './configFields.ts'

/** Variables that mean the same in every service, to be spread into its schema. */
export const commonConfig = {
  LOG_LEVEL: logLevel().default('info').describe('Least severe log lines that are written'),
  METRICS_HOST: host().default('127.0.0.1').describe('Where /metrics, /live and /ready listen'),
  METRICS_PORT: port().describe('Their port; keep it private'),
  LOG_ID: integer(0, 32_767).default(0).describe('Which log of the database this serves'),
  DRAIN_SECONDS: seconds(0, 3_600)
    .default(20)
    .describe('How long stopping may take before what is left is cut'),
}

export const databaseUrl = {
  DATABASE_URL: url('postgres', 'postgresql').describe('Postgres, with the log'),
}

export const redisConfig = {
  REDIS_URL: url('redis', 'rediss').describe('Redis, with the recent copy of the log'),
  REDIS_PREFIX: prefix()
    .default('causeway')
    .describe('What every key and channel there begins with'),
}

export const mqttConfig = {
  MQTT_URL: url('mqtt', 'mqtts', 'tcp', 'ssl', 'ws', 'wss').describe('The MQTT 5 broker'),
  MQTT_PREFIX: prefix().default('causeway').describe('What every topic begins with'),
}

export const copyKeysConfig = {
  COPY_KEYS: copyKeys().describe(
    'Secret shared by all services, or two: by the first, copies on MQTT and Redis prove that they come from the log; by each, ' +
      'they are verified',
  ),
}

export const crashConfig = {
  CRASH_DIR: z
    .string()
    .optional()
    .describe(
      'For fault runs alone: a folder whose files make the process die at the places they name',
    ),
}
