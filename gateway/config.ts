import { z } from 'zod'
import {
  authConfig,
  checkAuth,
  commonConfig,
  copyKeysConfig,
  databaseConfig,
  databaseReplicaConfig,
  limitsConfig,
  presenceLimitConfig,
  publicConfig,
  redisConfig,
} from '../chassis/commonConfig.ts'
import { integer, kubernetesName, limit, seconds } from '../chassis/configFields.ts'
import { MIN_CONNECTION_BUFFER_BYTES } from '../contract/limits.ts'

export const presenceConfig = {
  ...presenceLimitConfig,
  PRESENCE_LEASE_SECONDS: seconds(3, 3_600)
    .default(30)
    .describe('Time after which the people of a gateway that died are gone'),
  PRESENCE_GRACE_SECONDS: seconds(1, 3_600)
    .default(10)
    .describe('Time for which somebody without a stream still counts as present'),
  MAX_PRESENCES: integer(0, 1_000_000)
    .default(50_000)
    .describe(
      'Maximum number of people who are present by this gateway, once in each channel; others hear, and are not counted',
    ),
}

/**
 * What one address, or one principal, may hold and begin. An address is sized for an office of 500 people behind one router: each
 * has the page open twice, each page hears ten channels, and after a cut all come back at once.
 */
const useConfig = {
  MAX_STREAMS_PER_ADDRESS: limit(10_000_000)
    .default(1_000)
    .describe('Maximum number of open streams from one address; 0: no limit'),
  MAX_STREAMS_PER_PRINCIPAL: limit(10_000_000)
    .default(100)
    .describe('Maximum number of open streams of one principal; 0: no limit'),
  MAX_CHANNELS_PER_ADDRESS: limit(10_000_000)
    .default(10_000)
    .describe('Maximum number of channels that the streams from one address name; 0: no limit'),
  MAX_CHANNELS_PER_PRINCIPAL: limit(10_000_000)
    .default(1_000)
    .describe('Maximum number of channels that the streams of one principal name; 0: no limit'),
  STREAMS_PER_SECOND_PER_ADDRESS: limit(1_000_000)
    .default(20)
    .describe(
      'New streams per second from one address in the long run; one counts once, and once more for each ten channels; 0: no limit',
    ),
  STREAMS_BURST_PER_ADDRESS: integer(1, 10_000_000)
    .default(2_000)
    .describe('New streams from one address that may begin at once, counted in the same way'),
  STREAMS_PER_MINUTE: limit(1_000_000_000)
    .default(600)
    .describe(
      'New streams of one principal per minute at all gateways, counted in the same way; 0: no limit',
    ),
  STREAMS_PER_MINUTE_PER_ADDRESS: limit(1_000_000_000)
    .default(12_000)
    .describe(
      'New streams from one address per minute at all gateways, counted in the same way; 0: no limit',
    ),
}

export const gatewayConfig = z
  .object({
    ...publicConfig,
    ...commonConfig,
    ...databaseConfig(1),
    ...databaseReplicaConfig,
    ...redisConfig,
    ...copyKeysConfig,
    ...authConfig,
    ...limitsConfig,
    ...useConfig,
    ...presenceConfig,
    HEARTBEAT_SECONDS: seconds(1, 60)
      .default(20)
      .describe(
        'Time between heartbeats, well below the read time-out of every proxy on the way. ' +
          'A client may ask for a shorter time with heartbeat=',
      ),
    MAX_STREAM_SECONDS: seconds(10, 86_400)
      .default(3_600)
      .describe(
        'Age at which the gateway ends a stream, up to a fifth earlier; its client resumes',
      ),
    // 10,000 move in about three minutes, and 50 a second are a hundredth of what a gateway takes (STREAMS_PER_SECOND).
    MOVES_PER_MINUTE: integer(0, 1_000_000)
      .default(3_000)
      .describe(
        'Maximum number of streams that this gateway sends to others in a minute if it has far more; 0: none. ' +
          'It needs LIMITS_REDIS_URL',
      ),
    POD_NAME: kubernetesName(253)
      .optional()
      .describe(
        "This pod's name in Kubernetes. With it the gateway writes its streams as the pod's deletion cost. Default: none",
      ),
    POD_NAMESPACE: kubernetesName(63).default('default').describe('The namespace of POD_NAME'),
    RETRY_SECONDS: seconds(0.1, 60)
      .default(2)
      .describe('Time until clients reconnect; each waits between half and one and a half of it'),
    // Not less, because a stream that catches up gets half of it at once.
    CONNECTION_BUFFER_BYTES: integer(MIN_CONNECTION_BUFFER_BYTES, 1_073_741_824)
      .default(MIN_CONNECTION_BUFFER_BYTES)
      .describe('Bytes that may wait for one client; beyond it the client is disconnected'),
    TOTAL_BUFFER_BYTES: integer(1_048_576, 68_719_476_736)
      .default(268_435_456)
      .describe(
        'Bytes that may wait for all clients together; beyond it the slowest are disconnected',
      ),
    STALL_SECONDS: seconds(1, 3_600)
      .default(30)
      .describe('Time after which a client is disconnected if it takes none of the waiting bytes'),
    MAX_STREAMS: integer(1, 10_000_000).default(50_000).describe('Maximum number of open streams'),
    MAX_CHANNELS: integer(1, 10_000_000)
      .default(100_000)
      .describe('Maximum number of channels that this gateway is subscribed to'),
    STREAMS_PER_SECOND: integer(1, 1_000_000)
      .default(5_000)
      .describe('New streams per second in the long run'),
    STREAMS_BURST: integer(1, 10_000_000)
      .default(20_000)
      .describe('New streams that may begin at once'),
    MAX_MEMORY_BYTES: integer(67_108_864, 1_099_511_627_776)
      .default(2_147_483_648)
      .describe('Resident memory above which new streams are refused, and told to reconnect later'),
    REPLAY_BUFFER_BYTES: integer(0, 4_294_967_296)
      .default(33_554_432)
      .describe('Memory for replaying recent messages to clients that reconnect'),
    // Two watermarks of each bridge: one may be late although nothing is wrong.
    LINK_TIMEOUT_SECONDS: seconds(1.5, 60)
      .default(2)
      .describe("Time without a bridge's watermark after which the gateway reconnects to Redis"),
    UNSUBSCRIBE_DELAY_SECONDS: seconds(0, 3_600)
      .default(30)
      .describe('Time that a channel stays subscribed after its last stream has left'),
  })
  .refine((config) => config.TOTAL_BUFFER_BYTES >= config.CONNECTION_BUFFER_BYTES, {
    path: ['TOTAL_BUFFER_BYTES'],
    error: 'expected at least CONNECTION_BUFFER_BYTES, because all clients together include one',
  })
  .refine((config) => 2 * config.REPLAY_BUFFER_BYTES <= config.MAX_MEMORY_BYTES, {
    path: ['REPLAY_BUFFER_BYTES'],
    error:
      'expected at most half of MAX_MEMORY_BYTES, because the buffer alone would keep new streams out',
  })
  .refine((config) => config.PRESENCE_GRACE_SECONDS <= config.PRESENCE_LEASE_SECONDS, {
    path: ['PRESENCE_GRACE_SECONDS'],
    error: 'expected at most PRESENCE_LEASE_SECONDS, because a lease ends in any case',
  })
  .superRefine(checkAuth)
