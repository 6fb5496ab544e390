import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { callScript } from '../../chassis/redis.ts'
import type { RedisKeys } from '../../contract/redisKeys.ts'
import { PRESENCE } from './presenceScript.ts'
import type { ChannelAnswer, PresenceStep, StepAnswer } from './presenceStep.ts'

export interface PresenceStoreOptions {
  /** How long a lease holds without its gateway, in milliseconds. */
  leaseMs: number
  /** How long somebody stays after their last stream. */
  graceMs: number
  /** In a channel with more people these are counted and not listed. */
  limit: number
}

/** The leases in Redis. Each call is one script, however many channels it is about. */
export class PresenceStore {
  readonly #redis: Redis
  readonly #keys: RedisKeys
  readonly #options: PresenceStoreOptions

  constructor(redis: Redis, keys: RedisKeys, options: PresenceStoreOptions) {
    this.#redis = redis
    this.#keys = keys
    this.#options = options
    redis.defineCommand('causewayPresence', { lua: PRESENCE })
  }

  async run(step: PresenceStep): Promise<StepAnswer> {
    const { leaseMs, graceMs, limit } = this.#options
    const { channels } = step
    const keys = channels.flatMap(({ attended: { channel } }) => [
      this.#keys.presence(channel),
      this.#keys.presenceStamp(channel),
    ])
    const texts = channels.flatMap(({ attended, keep, end, drop }) => [
      attended.stamp,
      keep.length,
      end.length,
      drop.length,
      ...keep.map(({ sealed }) => sealed),
      ...end,
      ...drop,
    ])
    const reply = await callScript(this.#redis, 'causewayPresence', [
      1 + keys.length,
      this.#keys.presenceLife,
      ...keys,
      randomUUID(),
      leaseMs,
      graceMs,
      limit,
      ...texts,
    ])
    const [life, ...states] = Array.isArray(reply) ? reply : []
    return { life: String(life), channels: channels.map((_, index) => answerOf(states[index])) }
  }
}

function answerOf(state: unknown): ChannelAnswer {
  if (!Array.isArray(state)) return undefined
  const [stamp, count, people]: unknown[] = state
  return {
    stamp: String(stamp),
    count: Number(count),
    ...(Array.isArray(people) && { people: people.map(String) }),
  }
}
