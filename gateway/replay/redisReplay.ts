import type { Redis } from 'ioredis'
import type { Extent } from '../../contract/extent.ts'
import { readEntry, type Entry } from '../../contract/message.ts'
import type { RedisKeys } from '../../contract/redisKeys.ts'
import type { CopyKeys } from '../../chassis/copyKeys.ts'
import type { Range } from '../../history/types.ts'
import type { ReplayQuery } from './replay.ts'

/** Each of many channels gives a share of the page, but at least this many messages. */
const MIN_SHARE = 10

/**
 * The recent streams in Redis, which save the log most reads for readers that reconnect. A copy may be trimmed, expired, evicted
 * or new, so a read counts only if it proves that it is complete.
 */
export class RedisReplay {
  readonly #redis: Redis
  readonly #keys: RedisKeys
  readonly #copyKeys: CopyKeys
  readonly #onRefused: () => void

  /** `onRefused`: something in Redis had no valid MAC, and the log is read instead. */
  constructor(redis: Redis, keys: RedisKeys, copyKeys: CopyKeys, onRefused: () => void) {
    this.#redis = redis
    this.#keys = keys
    this.#copyKeys = copyKeys
    this.#onRefused = onRefused
  }

  /** Undefined if Redis cannot prove that it has every message up to the end of its answer. */
  async read({
    epoch,
    channels,
    heads,
    after,
    upTo,
    limit,
  }: ReplayQuery): Promise<Range | undefined> {
    // The full count for each of many channels would be far more than a page, in memory and in one reply.
    const share = Math.min(limit, Math.max(MIN_SHARE, Math.ceil(limit / channels.length)))
    const pipeline = this.#redis.pipeline().get(this.#keys.extent(epoch))
    for (const channel of channels) {
      const key = this.#keys.recent(epoch, channel)
      pipeline.xrange(key, `${after + 1}-0`, `${upTo}-0`, 'COUNT', share)
      pipeline.xrange(key, `${upTo + 1}-0`, '+', 'COUNT', 1)
    }
    const replies = (await pipeline.exec())?.map(([error, reply]) => (error === null ? reply : []))
    const extent = this.#extent(epoch, replies?.[0])
    // Only the range that Redis has whole: from its low watermark to its head.
    if (extent === undefined || extent.low > after || extent.position < upTo) return undefined
    const all: Entry[] = []
    let reach = upTo
    for (const [index, channel] of channels.entries()) {
      const entries = this.#entries(epoch, channel, replies?.[1 + 2 * index])
      const beyond = this.#entries(epoch, channel, replies?.[2 + 2 * index])
      // The channel may have more: the answer ends here.
      const cut = entries.length === share ? entries.at(-1)?.position : undefined
      const last = cut ?? beyond[0]?.previous ?? heads[index] ?? 0
      if (!isWhole(entries, after, last)) return undefined
      all.push(...entries)
      reach = Math.min(reach, cut ?? reach)
    }
    const found = all.filter(({ position }) => position <= reach)
    return { entries: found.sort((a, b) => a.position - b.position), upTo: reach }
  }

  #extent(epoch: string, reply: unknown): Extent | undefined {
    if (typeof reply !== 'string') return undefined
    const extent = this.#copyKeys.openExtent(reply)
    if (extent?.epoch === epoch) return extent
    this.#onRefused()
    return undefined
  }

  /** Stream entries come as `[id, [field, value]]`. One without a valid MAC, or in another place, counts as missing. */
  #entries(epoch: string, channel: string, reply: unknown): Entry[] {
    const entries: Entry[] = []
    for (const item of Array.isArray(reply) ? reply : []) {
      const [id, fields]: unknown[] = Array.isArray(item) ? item : []
      const sealed: unknown = Array.isArray(fields) ? fields[1] : undefined
      const json = this.#copyKeys.openMessage(epoch, channel, String(sealed))
      const entry = json === undefined ? undefined : readEntry(channel, json)
      if (entry !== undefined && id === `${entry.position}-0`) entries.push(entry)
      else this.#onRefused()
    }
    return entries
  }
}

/**
 * Whether each entry names the one before it, and the first one names a message that the reader has. `last` is the position of
 * the last entry by another witness: without it, nothing would show that the newest are missing.
 */
export function isWhole(entries: readonly Entry[], after: number, last: number): boolean {
  return [...entries.map(({ previous }) => previous), last].every((previous, index) => {
    const before = entries[index - 1]
    return before === undefined ? previous <= after : previous === before.position
  })
}
