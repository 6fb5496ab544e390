import { z } from 'zod'
import {
  commonConfig,
  copyKeysConfig,
  crashConfig,
  databaseUrl,
  mqttConfig,
  redisConfig,
} from '../chassis/commonConfig.ts'
import { field, integer, seconds } from '../chassis/configFields.ts'

export const bridgeConfig = z.object({
  ...commonConfig,
  ...databaseUrl,
  ...mqttConfig,
  ...redisConfig,
  ...copyKeysConfig,
  ...crashConfig,
  LOGS: field('numbers of logs like 1,3', (text) =>
    /^\d{1,5}(,\d{1,5}){0,63}$/.test(text) ? text.split(',').map(Number) : undefined,
  )
    .optional()
    .describe('Logs of LAYOUT_FILE that this process serves, comma-separated. Default: all'),
  REORDER_WAIT_MS: integer(0, 5_000)
    .default(40)
    .describe(
      'Wait for messages that arrive out of order, before the bridge reads them from the log',
    ),
  RECENT_LENGTH: integer(1, 100_000)
    .default(500)
    .describe('Maximum number of messages in the recent stream of a channel in Redis'),
  RECENT_SECONDS: seconds(1, 86_400)
    .default(3_600)
    .describe('Time that a recent stream is kept after its last message'),
})
