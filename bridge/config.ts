import { z } from 'zod'
import {
  commonConfig,
  copyKeysConfig,
  crashConfig,
  databaseUrl,
  mqttConfig,
  redisConfig,
} from '../chassis/commonConfig.ts'
import { integer, seconds } from '../chassis/configFields.ts'

export const bridgeConfig = z.object({
  ...commonConfig,
  ...databaseUrl,
  ...mqttConfig,
  ...redisConfig,
  ...copyKeysConfig,
  ...crashConfig,
  REORDER_WAIT_MS: integer(0, 5_000)
    .default(40)
    .describe('How long missing messages may be on their way before they are read from the log'),
  RECENT_LENGTH: integer(1, 100_000)
    .default(500)
    .describe("Messages kept in a channel's recent stream in Redis"),
  RECENT_SECONDS: seconds(1, 86_400)
    .default(3_600)
    .describe('How long that stream is kept after its last message'),
})
