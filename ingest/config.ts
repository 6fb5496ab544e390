import { z } from 'zod'
import {
  commonConfig,
  copyKeysConfig,
  crashConfig,
  databaseUrl,
  mqttConfig,
} from '../chassis/commonConfig.ts'
import { host, integer, origins, port } from '../chassis/configFields.ts'
import * as limits from '../contract/limits.ts'

export const ingestConfig = z
  .object({
    HOST: host().default('127.0.0.1').describe('Where the public API listens'),
    PORT: port().describe('Its port'),
    CORS_ORIGINS: origins()
      .default([])
      .describe('Comma list of other origins whose pages may call this'),
    ...commonConfig,
    ...databaseUrl,
    // Two are for appends and checks.
    DATABASE_CONNECTIONS: integer(3, 1000)
      .default(10)
      .describe('Most connections to Postgres at once'),
    ...mqttConfig,
    ...copyKeysConfig,
    ...crashConfig,
    MQTT_WINDOW: integer(1, 60_000)
      // An MQTT client has 65,535 message ids and, out of them, silently overwrites what is still unacknowledged.
      .default(1000)
      .describe(
        'Most publishes that may await their acknowledgement, of 16 MiB together; the bridge finds the rest in the log',
      ),
    MAX_BODY_BYTES: integer(1, limits.MAX_BODY_BYTES)
      .default(65_536)
      .describe('Largest body of a post'),
    // Readers in Go take a line of at most 65,536 bytes by default, and would ask for the same message for ever.
    MAX_EVENT_BYTES: integer(4_096, limits.MAX_EVENT_BYTES)
      .default(65_000)
      .describe('Largest message as it stands on a stream; a larger one is answered 413'),
    // Less than the largest message or body, and that one would be refused as if the database were slow.
    APPEND_QUEUE_BYTES: integer(2 * limits.MAX_BODY_BYTES, 1_073_741_824)
      .default(33_554_432)
      .describe(
        'Most bytes of messages that wait for the database, and as many of bodies that are still coming in; beyond it posts are answered 503',
      ),
    // The migration to the table of keys took over those of the last seven days.
    IDEMPOTENCY_SECONDS: integer(1, 604_800)
      .default(86_400)
      .describe('How long an idempotency key is kept; a later repeat is a new message'),
  })
  .refine((config) => config.MAX_BODY_BYTES <= 2 * config.MAX_EVENT_BYTES, {
    path: ['MAX_BODY_BYTES'],
    error:
      'expected at most twice MAX_EVENT_BYTES, because a larger body would be read and then refused as an event',
  })
