import type { Redis } from 'ioredis'
import { readEntry, type Entry } from '../../contract/message.ts'
import type { RedisKeys } from '../../contract/redisKeys.ts'
import type { Stretch } from '../../history/types.ts'
import type { PageQuery } from './replay.ts'

/** Of many channels each gives a share of the page, but not fewer than this. */
const MIN_SHARE = 10

/**
 * The recent streams in Redis, which spare the log most reads by those who come back. They are a copy that may be trimmed,
 * expired, evicted or new, so a read counts only if it proves itself.
 */
export class RedisReplay {
  readonly #redis: Redis
  readonly #keys: RedisKeys

  constructor(redis: Redis, keys: RedisKeys) {
    this.#redis = redis
    this.#keys = keys
  }

  /** Undefined if Redis cannot prove that it has every message up to where it could answer. */
  async read({ epoch, channels, after, upTo, limit }: PageQuery): Promise<Stretch | undefined> {
    // Many channels at the full count each would be far more than a page, in memory and in one reply.
    const share = Math.min(limit, Math.max(MIN_SHARE, Math.ceil(limit / channels.length)))
    const pipeline = this.#redis.pipeline().hmget(this.#keys.head(epoch), 'position', 'floor')
    for (const channel of channels) {
      const key = this.#keys.recent(epoch, channel)
      pipeline.xrange(key, `${after + 1}-0`, `${upTo}-0`, 'COUNT', share)
      pipeline.xrevrange(key, `${after}-0`, '-', 'COUNT', 1)
    }
    const replies = (await pipeline.exec())?.map(([error, reply]) => (error === null ? reply : []))
    const [head, floor] = numbers(replies?.[0])
    // Only what Redis has seen whole: from its floor, as far as its head.
    if (head === undefined || floor === undefined || floor > after || head < upTo) return undefined
    const all: Entry[] = []
    let reach = upTo
    for (const [index, channel] of channels.entries()) {
      const entries = read(channel, replies?.[1 + 2 * index])
      const before = read(channel, replies?.[2 + 2 * index])
      if (!isWhole(entries, before, after)) return undefined
      all.push(...entries)
      // There may be more of it: the answer goes no further than this.
      if (entries.length === share) reach = Math.min(reach, entries.at(-1)?.position ?? reach)
    }
    const found = all.filter(({ position }) => position <= reach)
    return { entries: found.sort((a, b) => a.position - b.position), upTo: reach }
  }
}

/**
 * Each names the one before it, and the first names one that the reader has. Nothing at all proves nothing, unless what is
 * before is there.
 */
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
