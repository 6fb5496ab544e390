import type { Redis } from 'ioredis'
import { isDeletion } from '../contract/about.ts'
import { type Extent, formatExtent } from '../contract/extent.ts'
import type { Entry } from '../contract/message.ts'
import type { Place } from '../contract/place.ts'
import type { RedisKeys } from '../contract/redisKeys.ts'
import type { CopyKeys } from '../chassis/copyKeys.ts'
import { PublishCommand } from '../chassis/pubSub.ts'
import { callScript } from '../chassis/redis.ts'
import * as scripts from './scripts.ts'

export interface RedisLogOptions {
  copyKeys: CopyKeys
  /** Something in Redis had no valid MAC. */
  onRefused: () => void
  /** Most messages in a channel's recent stream. */
  recentLength: number
  /** How long a recent stream is kept after its last message. */
  recentSeconds: number
}

/** Each watermark renews it; after this, Redis forgets an epoch that no bridge follows. */
const EXTENT_TTL_MS = 3_600_000

/**
 * The copy of the log in Redis, written only by three scripts. Each is atomic, so two bridges can run at once: what one has
 * written, the other finds done. An extent without a valid MAC counts as none, and the copy begins again.
 */
export class RedisLog {
  readonly #redis: Redis
  readonly #keys: RedisKeys
  readonly #options: RedisLogOptions
  readonly #publish: PublishCommand
  /** The last extent without a valid MAC: a new one may overwrite only that, not one that another bridge has just written. */
  #refused = ''

  constructor(redis: Redis, keys: RedisKeys, options: RedisLogOptions) {
    this.#redis = redis
    this.#keys = keys
    this.#options = options
    redis.defineCommand('causewayOpen', { numberOfKeys: 2, lua: scripts.OPEN })
    redis.defineCommand('causewayAppend', { lua: scripts.APPEND })
    redis.defineCommand('causewayWatermark', { numberOfKeys: 2, lua: scripts.WATERMARK })
    this.#publish = new PublishCommand(redis)
  }

  /** Returns the extent of the epoch's copy; if there is none, begins one after `low`. */
  async open(epoch: string, low: Place): Promise<Extent> {
    const extent = { ...low, epoch, low: low.position }
    const begin = this.#options.copyKeys.sealExtent(extent)
    for (let attempt = 0; attempt < 2; attempt++) {
      const keys = [this.#keys.extent(epoch), this.#keys.watermark]
      const args = [...keys, await this.#publish.get(), EXTENT_TTL_MS, begin, this.#refused]
      const found = this.#read(epoch, await callScript(this.#redis, 'causewayOpen', args))
      if (found !== undefined) return found
    }
    throw new Error('the extent in Redis does not prove itself')
  }

  /**
   * Appends entries that follow the extent without a hole, each linked to the one before, and publishes each on its channel. It
   * skips entries that another bridge has appended. A deletion empties its channel's recent stream first. Returns the extent in Redis afterwards; undefined if there is none. That is
   * not the end of the entries if Redis lost some, has more, or has another message in their place.
   */
  async append(after: Extent, entries: readonly Entry[]): Promise<Extent | undefined> {
    const { copyKeys, recentLength, recentSeconds } = this.#options
    const { epoch, low } = after
    const channels = [...new Set(entries.map((entry) => entry.channel))]
    const index = new Map(channels.map((channel, at) => [channel, at]))
    const last = entries.at(-1) ?? after
    const reply = await callScript(this.#redis, 'causewayAppend', [
      1 + 2 * channels.length,
      this.#keys.extent(epoch),
      ...channels.flatMap((channel) => [
        this.#keys.recent(epoch, channel),
        this.#keys.live(epoch, channel),
      ]),
      formatExtent(after),
      copyKeys.sealExtent({ epoch, position: last.position, id: last.id, low }),
      EXTENT_TTL_MS,
      await this.#publish.get(),
      recentLength,
      recentSeconds * 1_000,
      ...entries.flatMap(({ channel, json }) => {
        const key = 2 + 2 * (index.get(channel) ?? 0)
        return [isDeletion(json) ? -key : key, copyKeys.sealMessage(epoch, channel, json)]
      }),
    ])
    return this.#read(epoch, reply)
  }

  /** Tells the gateways how far the copy goes, and returns its extent; undefined if there is none, and then it tells nothing. */
  async watermark(epoch: string): Promise<Extent | undefined> {
    const args = [
      this.#keys.extent(epoch),
      this.#keys.watermark,
      await this.#publish.get(),
      EXTENT_TTL_MS,
    ]
    return this.#read(epoch, await callScript(this.#redis, 'causewayWatermark', args))
  }

  #read(epoch: string, reply: unknown): Extent | undefined {
    if (typeof reply !== 'string') return undefined
    const extent = this.#options.copyKeys.openExtent(reply)
    if (extent?.epoch === epoch) return extent
    this.#refused = reply
    this.#options.onRefused()
    return undefined
  }
}
