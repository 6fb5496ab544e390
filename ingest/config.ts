import { z } from 'zod'
import {
  authConfig,
  checkAuth,
  commonConfig,
  copyKeysConfig,
  crashConfig,
  databaseConfig,
  databaseReplicaConfig,
  limitsConfig,
  mqttConfig,
  optionalRedisConfig,
  presenceLimitConfig,
  publicConfig,
} from '../chassis/commonConfig.ts'
import { integer, limit } from '../chassis/configFields.ts'
import * as limits from '../contract/limits.ts'
import { retentionRules } from './retentionRules.ts'

/** What one principal, or one address, may use. The defaults let a busy service pass, and a school behind one address. */
const useConfig = {
  POSTS_PER_MINUTE: limit(1_000_000_000)
    .default(6_000)
    .describe(
      'Posts per principal and minute; one counts once, and once more for each full 4 KiB; 0: no limit',
    ),
  POSTS_PER_MINUTE_PER_ADDRESS: limit(1_000_000_000)
    .default(30_000)
    .describe('Posts per address and minute, counted in the same way; 0: no limit'),
  SIGNALS_PER_MINUTE: limit(1_000_000_000)
    .default(1_200)
    .describe('Signals per principal and minute; 0: no limit'),
  SIGNALS_PER_MINUTE_PER_ADDRESS: limit(1_000_000_000)
    .default(12_000)
    .describe('Signals per address and minute; 0: no limit'),
  HISTORY_BYTES_PER_MINUTE: limit(1_000_000_000_000)
    .default(67_108_864)
    .describe('Bytes of answers to reads per principal and minute; 0: no limit'),
  HISTORY_BYTES_PER_MINUTE_PER_ADDRESS: limit(1_000_000_000_000)
    .default(268_435_456)
    .describe('Bytes of answers to reads per address and minute; 0: no limit'),
  NEW_CHANNELS_PER_DAY: limit(1_000_000_000)
    .default(1_000)
    .describe(
      'Channels to which a principal (an address, if nobody signs in) may be the first to post, per UTC day; 0: no limit',
    ),
  STORED_BYTES_PER_DAY: limit(1_000_000_000_000_000)
    .default(1_073_741_824)
    .describe(
      'Bytes of data that a principal (an address, if nobody signs in) may store per UTC day; 0: no limit',
    ),
}

export const ingestConfig = z
  .object({
    ...publicConfig,
    ...commonConfig,
    // Three are reserved for appends, checks and the outbox.
    ...databaseConfig(4),
    ...databaseReplicaConfig,
    ...mqttConfig,
    ...optionalRedisConfig,
    ...presenceLimitConfig,
    ...copyKeysConfig,
    ...authConfig,
    ...crashConfig,
    ...limitsConfig,
    ...useConfig,
    MQTT_WINDOW: integer(1, 60_000)
      // An MQTT client has 65,535 message ids. When they run out, it silently overwrites messages that still await their
      // acknowledgement.
      .default(1000)
      .describe(
        'Maximum number of publishes that await their acknowledgement, 16 MiB together; the bridge reads the rest from the log',
      ),
    MAX_BODY_BYTES: integer(1, limits.MAX_BODY_BYTES)
      .default(65_536)
      .describe('Maximum size of the body of a post'),
    // Clients in Go read lines of at most 65,536 bytes by default; they would ask for a longer message for ever.
    MAX_EVENT_BYTES: integer(4_096, limits.MAX_EVENT_BYTES)
      .default(65_000)
      .describe('Maximum size of a message as an event on a stream; a larger one gets 413'),
    // With less, the largest message or body would be refused as if the database were slow.
    APPEND_QUEUE_BYTES: integer(2 * limits.MAX_BODY_BYTES, 1_073_741_824)
      .default(33_554_432)
      .describe(
        'Maximum size of all messages that wait for the database, and of all bodies that are being received; beyond it, and for one channel or principal beyond half of it, posts get 503',
      ),
    // The migration to the table of keys kept the keys of the last seven days.
    IDEMPOTENCY_SECONDS: integer(1, 604_800)
      .default(86_400)
      .describe('Time that an idempotency key is kept; a later repeat is a new message'),
    CHANGE_SECONDS: integer(0, 1_000_000_000)
      .default(0)
      .describe(
        'Time in which authors may edit and delete what they wrote; moderators always may; 0: for ever',
      ),
    RETENTION: retentionRules()
      .default([])
      .describe(
        'How long messages are kept, as a JSON list; [below](#how-long-messages-are-kept) says more. Default: for ever',
      ),
    RETENTION_ARCHIVE_DIR: z
      .string()
      .optional()
      .describe('Directory in which messages are archived before they are removed. Default: none'),
  })
  .refine((config) => config.MAX_BODY_BYTES <= 2 * config.MAX_EVENT_BYTES, {
    path: ['MAX_BODY_BYTES'],
    error:
      'expected at most twice MAX_EVENT_BYTES, because a larger body would be read and then refused as an event',
  })
  .superRefine(checkAuth)
