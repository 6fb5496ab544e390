import type { Redis } from 'ioredis'
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { Standing, Store } from './allowance.ts'

export interface StoreOptions {
  /** Shared by all replicas; undefined if each process counts for itself. */
  redis: Redis | undefined
  /** Of all keys in Redis, e.g. `causeway`. */
  prefix: string
  /** While Redis is away, each process gives out the points divided by this. */
  replicas: number
}

/** The start of all keys of limits. They share a hash tag, so that one node of a cluster counts, by one connection. */
export function limitKey(prefix: string): string {
  return `${prefix}:limit:{limits}`
}

/** Counts one limit: per key `points` in each `seconds`. In Redis, or in memory while Redis is away or too slow. */
export class LimitStore implements Store {
  readonly #limiter: RateLimiterRedis | RateLimiterMemory

  constructor(
    name: string,
    points: number,
    seconds: number,
    { redis, prefix, replicas }: StoreOptions,
  ) {
    const common = { keyPrefix: `${limitKey(prefix)}:${name}`, duration: seconds }
    const memory = new RateLimiterMemory({
      ...common,
      points: Math.max(1, Math.floor(points / replicas)),
    })
    this.#limiter =
      redis === undefined
        ? memory
        : new RateLimiterRedis({
            ...common,
            points,
            storeClient: redis,
            rejectIfRedisNotReady: true,
            // A key that has nothing left costs Redis nothing more.
            inMemoryBlockOnConsumed: points,
            insuranceLimiter: memory,
          })
  }

  /** `isOver`: more was taken than there was. Never rejects. */
  async add(key: string, points: number): Promise<Standing & { isOver: boolean }> {
    try {
      const { remainingPoints, msBeforeNext } = await this.#limiter.consume(key, points)
      return { remaining: remainingPoints, resetMs: msBeforeNext, isOver: false }
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal
      return { remaining: 0, resetMs: refusal.msBeforeNext, isOver: true }
    }
  }

  /** Gives a key all of its points back. */
  async forget(key: string): Promise<void> {
    await this.#limiter.delete(key)
  }
}
