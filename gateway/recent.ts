import type { Redis } from 'ioredis'
import { readEntry, type Entry } from '../contract/message.ts'
import type { RedisKeys } from '../contract/redisKeys.ts'

/**
 * The recent streams in Redis, which spare the log most reads of those who come back. They are a copy that may be trimmed,
 * expired, evicted or new, so a read counts only where it proves itself.
 */
export class Recent {
  readonly #redis: Redis
  readonly #keys: RedisKeys

  constructor(redis: Redis, keys: RedisKeys) {
    this.#redis = redis
    this.#keys = keys
  }

  /**
   * Every message of these channels with `after < position <= upTo`, in position order; undefined where Redis cannot prove
   * that it has them all, or has more than a page's worth: `limit` in all, and of many channels a share of it from each.
   */
  async read(
    epoch: string,
    channels: readonly string[],
    after: number,
    upTo: number,
    limit: number,
  ): Promise<Entry[] | undefined> {
    // Many channels at the full count each would be far more than a page, in memory and in one reply.
    const share = Math.min(limit, Math.max(MIN_SHARE, Math.ceil(limit / channels.length)))
    const pipeline = this.#redis.pipeline().hmget(this.#keys.head(epoch), 'position', 'floor')
    for (const channel of channels) {
      const key = this.#keys.recent(epoch, channel)
      pipeline.xrange(key, `${after + 1}-0`, `${upTo}-0`, 'COUNT', share + 1)
      pipeline.xrevrange(key, `${after}-0`, '-', 'COUNT', 1)
    }
    const replies = (await pipeline.exec())?.map(([error, reply]) => (error === null ? reply : []))
    const [position, floor] = numbers(replies?.[0])
    // Only what Redis has seen whole: from its floor, as far as its head.
    if (position === undefined || floor === undefined || floor > after || position < upTo) {
      return undefined
    }
    const all: Entry[] = []
    for (const [index, channel] of channels.entries()) {
      const entries = read(channel, replies?.[1 + 2 * index])
      const before = read(channel, replies?.[2 + 2 * index])
      if (entries.length > share || !isWhole(entries, before, after)) return undefined
      all.push(...entries)
    }
    return all.sort((a, b) => a.position - b.position)
  }
}

const MIN_SHARE = 10

/** Each names the one before it, and the first names one that the reader has. Nothing at all proves nothing, unless what is before is there. */
function isWhole(entries: readonly Entry[], before: readonly Entry[], after: number): boolean {
  const [first] = entries
  if (first === undefined) return before.length > 0
  return (
    first.previous <= after &&
    entries.every(({ previous }, index) => index === 0 || previous === entries[index - 1]?.position)
  )
}

function numbers(reply: unknown): (number | undefined)[] {
  return Array.isArray(reply)
    ? reply.map((value: unknown) => (typeof value === 'string' ? Number(value) : undefined))
    : []
}

/** Stream entries come as `[id, [field, value]]`. */
function read(channel: string, reply: unknown): Entry[] {
  if (!Array.isArray(reply)) return []
  return reply.flatMap((item: unknown) => {
    const fields: unknown = Array.isArray(item) ? item[1] : undefined
    const json: unknown = Array.isArray(fields) ? fields[1] : undefined
    const entry = typeof json === 'string' ? readEntry(channel, json) : undefined
    return entry === undefined ? [] : [entry]
  })
}
