import type { Redis } from 'ioredis'
import { sentAt } from '../../contract/messageEvent.ts'
import type { RedisKeys } from '../../contract/redisKeys.ts'
import type { CopyKeys } from '../../chassis/copyKeys.ts'
import type { Logger } from '../../chassis/logger.ts'
import type { Channel } from '../hub/channel.ts'
import { idOf, renderMessage, type Frame } from '../hub/frame.ts'
import { Hub } from '../hub/hub.ts'
import { ReplayBuffer } from '../hub/replayBuffer.ts'
import type { Question, Source } from '../hub/source.ts'
import type { Subscription } from '../hub/subscription.ts'
import type { Replay } from '../replay/replay.ts'
import type { FeedMetrics } from './feedGauges.ts'
import { FollowedLog, type FollowedLogOptions } from './followedLog.ts'
import { Follower } from './follower.ts'
import type { FollowerPorts, Scan } from './followerPorts.ts'
import { RedisSubscription } from './redisSubscription.ts'

export interface FeedOptions {
  subscriber: Redis
  keys: RedisKeys
  copyKeys: CopyKeys
  /** A copy in Redis had no valid MAC. */
  onRefused: () => void
  log: FollowedLogOptions['log']
  onEpochEnded: FollowedLogOptions['onEpochEnded']
  replay: Replay
  metrics: FeedMetrics
  logger: Logger
  /** How often the log is read while it must be followed, and a missing watermark noticed. */
  tickMs: number
  /** How often the log's head is looked at while live: whatever Redis says, a stream misses messages for two looks at most. */
  lookMs: number
  linkTimeoutMs: number
  unsubscribeDelayMs: number
  maxChannels: number
  /** Memory for recent messages, for clients that reconnect. */
  replayBufferBytes: number
  /** Memory for what comes over Redis while the log is read. If it is more, that read is too slow to wait for. */
  catchUpBytes: number
}

const sizeOf = ({ size }: Frame): number => size

/** A channel that was heard for less long is left with its last stream: nobody comes back to it. */
const MIN_READY_MS = 5_000
/** Positions in one read while the log is followed. */
const MAX_SCAN = 1_000
/** Backlog sent to a stream per turn: far below CONNECTION_BUFFER_BYTES, far above one turn's news, so that catching up ends. */
const CHUNK_BYTES = 256 * 1024
const MAX_BUFFERED_ITEMS = 50_000
/** Messages that may come over Redis while the log is read. */
const MAX_CATCH_UP_ITEMS = 5_000

/** The thin edge around hub and follower: does what they ask for, and brings them the answers and the time. */
export class Feed implements Source<Frame>, FollowerPorts<Frame> {
  readonly hub: Hub<Frame>
  readonly #log: FollowedLog
  readonly #follower: Follower<Frame>
  readonly #redis: RedisSubscription
  readonly #options: FeedOptions
  #timer: NodeJS.Timeout | undefined
  #isAskingSoon = false
  /** Subscribed together at the end of the turn, so that a storm of new streams costs one command a turn. */
  #toSubscribe: Channel<Frame>[] = []

  constructor(options: FeedOptions) {
    this.#options = options
    this.hub = new Hub<Frame>(
      this,
      new ReplayBuffer<Frame>({
        maxItems: MAX_BUFFERED_ITEMS,
        maxBytes: options.replayBufferBytes,
        chunkBytes: CHUNK_BYTES,
        sizeOf,
      }),
    )
    this.#log = new FollowedLog({
      ...options,
      followed: () => this.hub,
    })
    this.#follower = new Follower<Frame>(this.hub, this, {
      linkTimeoutMs: options.linkTimeoutMs,
      lookMs: options.lookMs,
      unsubscribeDelayMs: options.unsubscribeDelayMs,
      crowdedAt: options.maxChannels / 2,
      minReadyMs: MIN_READY_MS,
      maxBuffer: { items: MAX_CATCH_UP_ITEMS, bytes: options.catchUpBytes },
      sizeOf,
    })
    this.#redis = new RedisSubscription(options.subscriber, options.keys, options.copyKeys, {
      connected: () => this.#follower.connected(),
      up: () => this.#follower.up(performance.now()),
      down: () => this.#follower.down(),
      watermark: (watermark) => this.#follower.watermark(watermark, performance.now()),
      entry: (entry) => {
        const { epoch } = this.hub
        if (epoch !== undefined) this.#follower.received(renderMessage(epoch, entry))
      },
      refused: options.onRefused,
      isWanted: (channel) => this.hub.channels.get(channel) !== undefined,
      epoch: () => this.hub.epoch ?? '',
    })
  }

  start(): void {
    const { metrics } = this.#options
    const tick = (): void => {
      this.#follower.tick(performance.now())
      metrics.channels.set(this.hub.channels.size)
      metrics.live.set(this.#follower.mode === 'live' ? 1 : 0)
    }
    tick()
    this.#timer = setInterval(tick, this.#options.tickMs)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#options.subscriber.disconnect()
  }

  want(channels: Channel<Frame>[]): void {
    this.#follower.wanted(channels)
  }

  subscribe(channels: Channel<Frame>[]): void {
    if (this.#toSubscribe.length === 0) setImmediate(() => this.#subscribe())
    this.#toSubscribe.push(...channels)
  }

  unsubscribe(channels: Channel<Frame>[]): void {
    this.#redis.unsubscribe(channels.map(({ name }) => name))
  }

  reconnect(): void {
    this.#redis.reconnect()
  }

  /** At the end of the turn, so that all new channels of one turn cost one question. */
  askSoon(): void {
    if (this.#isAskingSoon) return
    this.#isAskingSoon = true
    setImmediate(() => {
      this.#isAskingSoon = false
      this.#follower.ask()
    })
  }

  ask(question: Question<Frame>): void {
    this.#log.heads(question.channels.map(({ name }) => name)).then(
      (heads) => this.#follower.answered(question, heads),
      () => this.hub.unanswered(question),
    )
  }

  look(): void {
    this.#log.heads([]).then(
      (heads) => this.#follower.looked(heads),
      // The next look tells.
      () => {},
    )
  }

  idOf(frame: Frame): string {
    return idOf(frame)
  }

  flushSoon(first: Frame): void {
    setImmediate(() => {
      this.hub.fanout.flush()
      // One look at the clock for all messages that leave together, and for the one that has waited longest.
      const lag = Date.now() - sentAt(first.text)
      // The clocks of two machines may differ by more than a message's travel time.
      if (Number.isFinite(lag)) this.#options.metrics.lag.observe(Math.max(0, lag) / 1_000)
    })
  }

  scan(scan: Scan): void {
    this.#scan(scan).catch((error: unknown) => {
      this.#options.logger.debug({ reason: String(error) }, 'cannot follow the log')
      this.#follower.scanFailed(scan)
    })
  }

  async #scan(scan: Scan): Promise<void> {
    const { after, channels } = scan
    const head = await this.#log.heads([])
    const { epoch, position } = head
    if (epoch !== this.hub.epoch) {
      return this.#follower.scanned(scan, { epoch, items: [], upTo: head, isComplete: true })
    }
    const end = Math.min(position, after + MAX_SCAN)
    const nothing = { entries: [], upTo: position, id: head.id }
    const { entries, upTo, id } =
      position > after && channels.length > 0
        ? await this.#log.scan({ epoch, after, upTo: end, channels })
        : nothing
    const items = entries.map((entry) => renderMessage(epoch, entry))
    const isComplete = upTo >= position
    this.#follower.scanned(scan, { epoch, items, upTo: { position: upTo, id }, isComplete })
  }

  pause(subscription: Subscription<Frame>): void {
    void this.#options.replay.pause(this.hub, subscription)
  }

  read(subscription: Subscription<Frame>, upTo: number): void {
    void this.#options.replay.read(this.hub, subscription, upTo)
  }

  #subscribe(): void {
    const channels = this.#toSubscribe
    this.#toSubscribe = []
    this.#redis.subscribe(
      channels.map(({ name }) => name),
      () => this.hub.come(channels),
    )
  }
}
