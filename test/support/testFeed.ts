import type { Redis } from 'ioredis'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import type { RedisLog } from '../../bridge/redisLog.ts'
import { connectSubscriber } from '../../chassis/redis.ts'
import type { Extent } from '../../contract/extent.ts'
import { RedisKeys } from '../../contract/redisKeys.ts'
import { Feed } from '../../gateway/feed/feed.ts'
import type { Frame } from '../../gateway/hub/frame.ts'
import type { Subscription } from '../../gateway/hub/subscription.ts'
import { createGatewayMetrics } from '../../gateway/metrics.ts'
import { Replay } from '../../gateway/replay/replay.ts'
import type { Opened } from './disposables.ts'
import { MemoryLog } from './memoryLog.ts'
import { copyKeys, openRedis, openRedisLog, ownRedis, placeAt, testLink } from './testRedis.ts'
import { testSink } from './testSink.ts'
import { uniquePrefix } from './uniquePrefix.ts'
import { waitFor } from './waitFor.ts'

const unused = (): Promise<never> => Promise.reject(new Error('not for this test'))

/** A feed on its own Redis and a log in memory. Redis carries only messages that the test publishes. */
export class TestFeed {
  readonly feed: Feed
  readonly keys = new RedisKeys(uniquePrefix(), 0)
  /** The events that streams got. */
  readonly lines: string[] = []
  /** The epochs that this gateway has ended. */
  readonly ended: string[] = []
  /** Copies that did not prove themselves. */
  refusals = 0
  readonly log = new MemoryLog()
  readonly #redis: Redis
  readonly #copy: RedisLog
  readonly #registry = new Registry()
  /** The extent of the copy in Redis. */
  #extent: Extent = { epoch: '', ...placeAt(0), low: 0 }

  private constructor(opened: Opened, url: string, redis: Redis) {
    this.#redis = redis
    this.#copy = openRedisLog(redis, this.keys)
    const logger = pino({ level: 'silent' })
    const metrics = createGatewayMetrics(this.#registry)
    this.feed = new Feed({
      subscriber: connectSubscriber(testLink(url)),
      keys: this.keys,
      copyKeys,
      onRefused: () => this.refusals++,
      log: this.log,
      onEpochEnded: (epoch) => void this.ended.push(epoch),
      replay: new Replay({
        recent: { read: unused },
        log: { range: unused, last: unused, positionBefore: unused },
        metrics,
        keepMs: 0,
      }),
      metrics,
      logger,
      tickMs: 50,
      lookMs: 100,
      linkTimeoutMs: 3_600_000,
      unsubscribeDelayMs: 3_600_000,
      // More than two channels count as crowded.
      maxChannels: 4,
      replayBufferBytes: 1e6,
      catchUpBytes: 1e7,
    })
    opened.add(() => this.feed.close())
  }

  static async start(opened: Opened): Promise<TestFeed> {
    const { url } = await ownRedis(opened)
    return new TestFeed(opened, url, await openRedis(opened, url))
  }

  /** Resolves once the feed has read the log. */
  async begun(): Promise<void> {
    await waitFor(() => this.feed.hub.epoch === this.log.epoch)
  }

  join(name: string, channels: string): Subscription<Frame> {
    return this.feed.hub.join(channels.split(' '), {}, testSink<Frame>(name, this.lines))
  }

  /** Announces the copy in Redis until the feed follows it. */
  async bridge(): Promise<void> {
    await this.#open()
    await waitFor(async () => {
      await this.#copy.watermark(this.log.epoch)
      return (
        (await this.gauge('causeway_gateway_live')) === 1 && this.feed.hub.epoch === this.log.epoch
      )
    })
  }

  /** Empties Redis, and begins a new copy at the log's head. */
  async emptyRedis(): Promise<void> {
    await this.#redis.flushall()
    await this.#open()
  }

  /** Publishes the messages committed since. */
  async publish(): Promise<void> {
    const entries = this.log.entries.slice(this.#extent.position)
    this.#extent = (await this.#copy.append(this.#extent, entries)) ?? this.#extent
  }

  /** Publishes a text in Redis, like an attacker. */
  async write(name: string, text: string): Promise<void> {
    await this.#redis.spublish(name, text)
  }

  /** Resolves once a stream got this event. */
  async told(line: string): Promise<void> {
    await waitFor(() => this.lines.includes(line))
  }

  async subscribed(): Promise<string[]> {
    return (await this.#redis.pubsub('SHARDCHANNELS', '*')).map(String).sort()
  }

  /** The number of commands of this name that the server has run. */
  async commands(name: string): Promise<number> {
    const stats = await this.#redis.info('commandstats')
    return Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0)
  }

  async gauge(name: string): Promise<number | undefined> {
    return (await this.#registry.getSingleMetric(name)?.get())?.values[0]?.value
  }

  async lag(): Promise<{ count: number; sum: number }> {
    const metric = this.#registry.getSingleMetric('causeway_gateway_delivery_lag_seconds')
    const values = (await metric?.get())?.values ?? []
    const of = (end: string): number =>
      values.find((one) => 'metricName' in one && String(one.metricName).endsWith(end))?.value ?? 0
    return { count: of('_count'), sum: of('_sum') }
  }

  async #open(): Promise<void> {
    this.#extent = await this.#copy.open(this.log.epoch, this.log.head)
  }
}
