import type { LogServers } from '../chassis/layout.ts'
import type { Logger } from '../chassis/logger.ts'
import { connectRedis } from '../chassis/redis.ts'
import type { LinkedEntry } from '../contract/message.ts'
import { RedisKeys } from '../contract/redisKeys.ts'
import { LogReader } from '../history/logReader.ts'
import { SignalRelay } from './signalRelay.ts'
import { RedisLog, type RedisLogOptions } from './redisLog.ts'
import { Relay, type RelayOptions } from './relay.ts'

interface LogBridgeOptions extends Pick<
  RelayOptions,
  'metrics' | 'onEpochEnded' | 'reorderWaitMs'
> {
  servers: LogServers<{ DATABASE_URL: string; REDIS_URL: string }>
  redisPrefix: string
  copying: RedisLogOptions
  /** Redis has a copy that the relay does not know of yet. */
  onAppended: () => void
  logger: Logger
}

/** The bridge of one log: its relay, with the connections of its own to the log and to Redis. Copies come to it from outside. */
export class LogBridge {
  readonly #relay: Relay
  readonly #log: LogReader
  readonly #redis: ReturnType<typeof connectRedis>
  readonly #signals: SignalRelay

  constructor({ servers, redisPrefix, copying, onAppended, logger, ...options }: LogBridgeOptions) {
    this.#log = new LogReader({
      databaseUrl: servers.DATABASE_URL,
      logId: servers.id,
      // At most one look at the head and one read of a hole at a time.
      connections: 2,
      onError: (error) => logger.warn({ err: error }, 'a database connection broke'),
    })
    const keys = new RedisKeys(redisPrefix, servers.id)
    const link = { url: servers.REDIS_URL, key: keys.watermark, logger }
    this.#redis = connectRedis({ ...link, name: 'causeway-bridge' })
    this.#signals = new SignalRelay(
      connectRedis({ ...link, name: 'causeway-bridge-signals' }),
      keys,
    )
    const copy = new RedisLog(this.#redis, keys, copying)
    this.#relay = new Relay({
      ...options,
      log: this.#log,
      copy: {
        open: (epoch, low) => copy.open(epoch, low),
        append: async (after, entries) => {
          const extent = await copy.append(after, entries)
          onAppended()
          return extent
        },
        watermark: (epoch) => copy.watermark(epoch),
      },
      logger,
      tickMs: 1_000,
      after: (ms, run) => void setTimeout(run, ms).unref(),
    })
    this.#redis.on('ready', () => this.#relay.look())
  }

  start(): void {
    this.#relay.start()
  }

  /** See Relay. */
  look(): void {
    this.#relay.look()
  }

  receive(epoch: string, entry: LinkedEntry): void {
    this.#relay.receive(epoch, entry)
  }

  /** See SignalRelay. */
  signal(channel: string, sealed: string): Promise<boolean> {
    return this.#signals.publish(channel, sealed)
  }

  get follows(): boolean {
    return this.#relay.follows
  }

  /** First of a stop. */
  endWork(): Promise<void> {
    return this.#relay.close()
  }

  async close(): Promise<void> {
    await this.#log.close()
    this.#redis.disconnect()
    this.#signals.close()
  }
}
