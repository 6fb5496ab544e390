import type { Redis } from 'ioredis'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { RedisLog } from '../../bridge/redisLog.ts'
import { connectSubscriber } from '../../chassis/redis.ts'
import type { Entry } from '../../contract/message.ts'
import { RedisKeys } from '../../contract/redisKeys.ts'
import { Feed } from '../../gateway/feed/feed.ts'
import type { Frame } from '../../gateway/hub/frame.ts'
import type { Subscription } from '../../gateway/hub/subscription.ts'
import { createGatewayMetrics } from '../../gateway/metrics.ts'
import { Replay } from '../../gateway/replay/replay.ts'
import { entry, openRedis, ownRedis } from './testRedis.ts'
import { testSink } from './testSink.ts'
import { uniquePrefix } from './uniquePrefix.ts'
import { waitFor } from './waitFor.ts'

interface Opened {
  add: (dispose: () => unknown) => void
}

const unused = (): Promise<never> => Promise.reject(new Error('not for this test'))

/** A feed on a Redis of its own and a log in memory. Nothing comes over Redis but what the test publishes. */
export class TestFeed {
  readonly feed: Feed
  readonly keys = new RedisKeys(uniquePrefix(), 0)
  /** What the streams were sent. */
  readonly lines: string[] = []
  /** How many channels each question to the log named; those without any are reads of its head. */
  readonly asked: number[] = []
  readonly scans: string[] = []
  epoch = 'e1'
  isFailing = false
  failures = 0
  readonly #redis: Redis
  readonly #copy: RedisLog
  readonly #registry = new Registry()
  readonly #log: Entry[] = []
  #published = 0

  private constructor(opened: Opened, url: string, redis: Redis) {
    this.#redis = redis
    this.#copy = new RedisLog(redis, this.keys, { recentLength: 100, recentSeconds: 60 })
    const logger = pino({ level: 'silent' })
    const metrics = createGatewayMetrics(this.#registry)
    this.feed = new Feed({
      subscriber: connectSubscriber(url, 'test', logger),
      keys: this.keys,
      log: {
        heads: async (channels) => {
          if (channels.length > 0) this.asked.push(channels.length)
          this.#fail()
          const heads = channels.map((name) => [name, this.#last(name)] as const)
          return Promise.resolve({
            epoch: this.epoch,
            position: this.#log.length,
            id: '',
            idAt: '',
            channels: new Map(heads),
          })
        },
        scan: async ({ after, upTo, channels = [] }) => {
          this.scans.push(`${after}-${upTo}`)
          const entries = this.#log.slice(after, upTo)
          const found = entries.filter(({ channel }) => channels.includes(channel))
          return Promise.resolve({ entries: found, upTo, id: '', idAt: '' })
        },
      },
      replay: new Replay({
        recent: { read: unused },
        log: { range: unused, last: unused, positionBefore: unused },
        metrics,
        keepMs: 0,
      }),
      metrics,
      logger,
      beaconMs: 3_600_000,
      lingerMs: 3_600_000,
      // More than two are a crowd.
      maxChannels: 4,
      replayBufferBytes: 1e6,
    })
    opened.add(() => this.feed.close())
  }

  static async start(opened: Opened): Promise<TestFeed> {
    const { url } = await ownRedis(opened)
    return new TestFeed(opened, url, await openRedis(opened, url))
  }

  /** Resolves once the log has been seen. */
  async begun(): Promise<void> {
    await waitFor(() => this.feed.hub.epoch === this.epoch)
  }

  join(name: string, channels: string): Subscription<Frame> {
    return this.feed.hub.join(channels.split(' '), {}, testSink<Frame>(name, this.lines))
  }

  /** Commits a message. */
  append(channel: string, sentAt?: Date): void {
    const one = entry(this.#log.length + 1, this.#last(channel), channel)
    const json =
      sentAt === undefined ? one.json : one.json.replace(/"[^"]*"}$/, `"${sentAt.toISOString()}"}`)
    this.#log.push({ ...one, json })
  }

  /** Tells of the copy in Redis until the feed takes what comes over that. */
  async bridge(): Promise<void> {
    this.#published = this.#log.length
    await this.#copy.open(this.epoch, this.#published)
    await waitFor(async () => {
      await this.#copy.beacon(this.epoch)
      return (await this.gauge('causeway_gateway_live')) === 1 && this.feed.hub.epoch === this.epoch
    })
  }

  /** Redis loses all that it has, and a bridge begins its copy where the log is now. */
  async emptyRedis(): Promise<void> {
    await this.#redis.flushall()
    this.#published = this.#log.length
    await this.#copy.open(this.epoch, this.#published)
  }

  /** The database is restored to where the log had so many messages. */
  restore(epoch: string, head: number): void {
    this.epoch = epoch
    this.#log.length = head
  }

  /** Publishes what was committed since. */
  async publish(): Promise<void> {
    const entries = this.#log.slice(this.#published)
    await this.#copy.append(this.epoch, this.#published, entries)
    this.#published = this.#log.length
  }

  /** Resolves once a stream was sent this. */
  async told(line: string): Promise<void> {
    await waitFor(() => this.lines.includes(line))
  }

  async subscribed(): Promise<string[]> {
    return (await this.#redis.pubsub('SHARDCHANNELS', '*')).map(String).sort()
  }

  /** How many commands of this name the server has run. */
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

  #last(channel: string): number {
    return this.#log.findLast((one) => one.channel === channel)?.position ?? 0
  }

  #fail(): void {
    if (!this.isFailing) return
    this.failures++
    throw new Error('away')
  }
}
