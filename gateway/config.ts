import { z } from 'zod'
import { commonConfig, copyKeysConfig, databaseUrl, redisConfig } from '../chassis/commonConfig.ts'
import { host, integer, origins, port, seconds } from '../chassis/configFields.ts'
import { MIN_CONNECTION_BUFFER_BYTES } from '../contract/limits.ts'

export const gatewayConfig = z
  .object({
    HOST: host().default('127.0.0.1').describe('Where the public API listens'),
    PORT: port().describe('Its port'),
    CORS_ORIGINS: origins()
      .default([])
      .describe('Comma list of other origins whose pages may listen'),
    ...commonConfig,
    ...databaseUrl,
    DATABASE_CONNECTIONS: integer(1, 1_000)
      .default(10)
      .describe('Most connections to Postgres at once'),
    ...redisConfig,
    ...copyKeysConfig,
    HEARTBEAT_SECONDS: seconds(1, 60)
      .default(20)
      .describe(
        'Between heartbeats; must be well below the read time-out of every proxy in between. ' +
          'A reader may ask for a shorter time with heartbeat=',
      ),
    MAX_STREAM_SECONDS: seconds(10, 86_400)
      .default(3_600)
      .describe('Age at which a stream is ended, up to a fifth earlier; its reader resumes'),
    RETRY_SECONDS: seconds(0.1, 60)
      .default(2)
      .describe('After which readers come back; each waits between half and one and a half of it'),
    // Not less: a stream that catches up is sent half of it at once.
    CONNECTION_BUFFER_BYTES: integer(MIN_CONNECTION_BUFFER_BYTES, 1_073_741_824)
      .default(MIN_CONNECTION_BUFFER_BYTES)
      .describe('Bytes that may wait for one slow consumer before it is cut'),
    TOTAL_BUFFER_BYTES: integer(1_048_576, 68_719_476_736)
      .default(268_435_456)
      .describe('Bytes that may wait for all slow consumers together before the slowest are cut'),
    STALL_SECONDS: seconds(1, 3_600)
      .default(30)
      .describe('A reader that takes nothing of what waits for it for so long is cut'),
    MAX_STREAMS: integer(1, 10_000_000).default(50_000).describe('Open streams at most'),
    MAX_STREAMS_PER_ADDRESS: integer(1, 10_000_000)
      .default(20_000)
      .describe('Open streams of one address at most; put it near what one office needs'),
    MAX_CHANNELS: integer(1, 10_000_000)
      .default(100_000)
      .describe('Maximum number of channels that this gateway is subscribed to'),
    STREAMS_PER_SECOND: integer(1, 1_000_000)
      .default(5_000)
      .describe('New streams per second in the long run'),
    STREAMS_BURST: integer(1, 10_000_000).default(20_000).describe('New streams at once'),
    MAX_MEMORY_BYTES: integer(67_108_864, 1_099_511_627_776)
      .default(2_147_483_648)
      .describe('Resident memory above which new streams are told to come back'),
    PROXY_HOPS: integer(0, 10)
      .default(1)
      .describe(
        'Proxies in front whose X-Forwarded-For is believed; 0 if clients connect directly',
      ),
    REPLAY_BUFFER_BYTES: integer(0, 4_294_967_296)
      .default(33_554_432)
      .describe('Memory for replaying recent messages to returning readers'),
    // Two watermarks of each bridge: one may be late without anything being wrong.
    LINK_TIMEOUT_SECONDS: seconds(1.5, 60)
      .default(2)
      .describe('Reconnect to Redis after this long without a watermark of the bridges'),
    UNSUBSCRIBE_DELAY_SECONDS: seconds(0, 3_600)
      .default(30)
      .describe('How long a channel stays subscribed after its last stream has left'),
  })
  .refine((config) => config.TOTAL_BUFFER_BYTES >= config.CONNECTION_BUFFER_BYTES, {
    path: ['TOTAL_BUFFER_BYTES'],
    error:
      'expected at least CONNECTION_BUFFER_BYTES, because all readers together may have what one may',
  })
  .refine((config) => 2 * config.REPLAY_BUFFER_BYTES <= config.MAX_MEMORY_BYTES, {
    path: ['REPLAY_BUFFER_BYTES'],
    error:
      'expected at most half of MAX_MEMORY_BYTES, because the buffer alone would keep new streams out',
  })
