import type { Redis } from 'ioredis'
import { type Extent, formatExtent } from '../contract/extent.ts'
import type { Entry } from '../contract/message.ts'
import type { Place } from '../contract/place.ts'
import type { RedisKeys } from '../contract/redisKeys.ts'
import type { CopyKeys } from '../chassis/copyKeys.ts'
import { hasShardedPubSub } from '../chassis/redis.ts'
import * as scripts from './scripts.ts'

export interface RedisLogOptions {
  copyKeys: CopyKeys
  /** Something in Redis did not prove itself. */
  onRefused: () => void
  /** Most messages kept in a channel's recent stream. */
  recentLength: number
  /** How long a channel's recent stream is kept after its last message. */
  recentSeconds: number
}

/** Refreshed by every watermark; an epoch that no bridge follows any more is forgotten after this. */
const EXTENT_TTL_MS = 3_600_000

/**
 * The copy of the log in Redis, written only through three scripts. Each is atomic, so two bridges can run at once: what
 * one has written, the other finds done. An extent that does not prove itself counts as none, and the copy begins again.
 */
export class RedisLog {
  readonly #redis: Redis
  readonly #keys: RedisKeys
  readonly #options: RedisLogOptions
  #publishing: Promise<string> | undefined
  /** The last extent that did not prove itself: only that may be overwritten, not one that another bridge has just put there. */
  #refused = ''

  constructor(redis: Redis, keys: RedisKeys, options: RedisLogOptions) {
    this.#redis = redis
    this.#keys = keys
    this.#options = options
    redis.defineCommand('causewayOpen', { numberOfKeys: 2, lua: scripts.OPEN })
    redis.defineCommand('causewayAppend', { lua: scripts.APPEND })
    redis.defineCommand('causewayWatermark', { numberOfKeys: 2, lua: scripts.WATERMARK })
    redis.on('close', () => (this.#publishing = undefined))
  }

  /** The extent of the epoch's copy; if there is none, begins one after `low` and returns that. */
  async open(epoch: string, low: Place): Promise<Extent> {
    const extent = { ...low, epoch, low: low.position }
    const begin = this.#options.copyKeys.sealExtent(extent)
    for (let attempt = 0; attempt < 2; attempt++) {
      const keys = [this.#keys.extent(epoch), this.#keys.watermark]
      const args = [...keys, await this.#publish(), EXTENT_TTL_MS, begin, this.#refused]
      const found = this.#read(epoch, await call(this.#redis, 'causewayOpen', args))
      if (found !== undefined) return found
    }
    throw new Error('the extent in Redis does not prove itself')
  }

  /**
   * Appends entries that follow the extent without a hole, each linked to the one before, and publishes each to its channel. What
   * another bridge has appended already is passed over. Returns the extent that Redis then has. That is not the end of the
   * entries if Redis has lost some, has more, or has another message in their place. Undefined if it has none.
   */
  async append(after: Extent, entries: readonly Entry[]): Promise<Extent | undefined> {
    const { copyKeys, recentLength, recentSeconds } = this.#options
    const { epoch, low } = after
    const channels = [...new Set(entries.map((entry) => entry.channel))]
    const index = new Map(channels.map((channel, at) => [channel, at]))
    const last = entries.at(-1) ?? after
    const reply = await call(this.#redis, 'causewayAppend', [
      1 + 2 * channels.length,
      this.#keys.extent(epoch),
      ...channels.flatMap((channel) => [
        this.#keys.recent(epoch, channel),
        this.#keys.live(epoch, channel),
      ]),
      formatExtent(after),
      copyKeys.sealExtent({ epoch, position: last.position, id: last.id, low }),
      EXTENT_TTL_MS,
      await this.#publish(),
      recentLength,
      recentSeconds * 1_000,
      ...entries.flatMap(({ channel, json }) => [
        2 + 2 * (index.get(channel) ?? 0),
        copyKeys.sealMessage(epoch, channel, json),
      ]),
    ])
    return this.#read(epoch, reply)
  }

  /** Tells the gateways where the copy is, and returns its extent; undefined if there is none, and nothing was told. */
  async watermark(epoch: string): Promise<Extent | undefined> {
    const args = [this.#keys.extent(epoch), this.#keys.watermark, await this.#publish(), EXTENT_TTL_MS]
    return this.#read(epoch, await call(this.#redis, 'causewayWatermark', args))
  }

  #read(epoch: string, reply: unknown): Extent | undefined {
    if (typeof reply !== 'string') return undefined
    const extent = this.#options.copyKeys.openExtent(reply)
    if (extent?.epoch === epoch) return extent
    this.#refused = reply
    this.#options.onRefused()
    return undefined
  }

  /** Asked again after every connect: it may be another server by then. The gateways ask the same question. */
  #publish(): Promise<string> {
    this.#publishing ??= hasShardedPubSub(this.#redis).then(
      (sharded) => (sharded ? 'SPUBLISH' : 'PUBLISH'),
      (error: unknown) => {
        this.#publishing = undefined
        throw error
      },
    )
    return this.#publishing
  }
}

/** Defined commands are added to the client at run time, where its type does not know them. */
function call(redis: Redis, name: string, args: (string | number)[]): Promise<unknown> {
  const command: unknown = Reflect.get(redis, name)
  if (typeof command !== 'function') throw new TypeError(`${name} is not defined`)
  return Promise.resolve(Reflect.apply(command, redis, args))
}
