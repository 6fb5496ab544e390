import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { callScript } from '../../chassis/redis.ts'
import type { RedisKeys } from '../../contract/redisKeys.ts'
import { LOOK, PRESENCE } from './presenceScript.ts'
import type { ChannelAnswer, PresenceStep, StepAnswer } from './presenceStep.ts'

export interface PresenceStoreOptions {
  /** How long a lease holds without its gateway, in milliseconds. */
  leaseMs: number
  /** How long somebody stays after their last stream. */
  graceMs: number
  /** In a channel with more people these are counted and not listed. */
  limit: number
}

/** Channels in one look: it must not hold up Redis either. */
const LOOKS_AT_ONCE = 10

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
    redis.defineCommand('causewayPresenceLook', { lua: LOOK })
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

  /** The number of people in each channel, and their sealed texts if they are not too many. */
  async look(channels: readonly string[]): Promise<{ count: number; people?: string[] }[]> {
    const found: { count: number; people?: string[] }[] = []
    for (let start = 0; start < channels.length; start += LOOKS_AT_ONCE) {
      const some = channels.slice(start, start + LOOKS_AT_ONCE)
      const keys = some.map((channel) => this.#keys.presence(channel))
      const args = [keys.length, ...keys, this.#options.limit]
      const reply = await callScript(this.#redis, 'causewayPresenceLook', args)
      const states: unknown[] = Array.isArray(reply) ? reply : []
      found.push(...some.map((_, at) => peopleOf(Array.isArray(states[at]) ? states[at] : [])))
    }
    return found
  }
}

function answerOf(state: unknown): ChannelAnswer {
  if (!Array.isArray(state)) return undefined
  const [stamp, ...rest] = state
  return { stamp: String(stamp), ...peopleOf(rest) }
}

function peopleOf([count, people]: unknown[]): { count: number; people?: string[] } {
  return Array.isArray(people)
    ? { count: Number(count), people: people.map(String) }
    : { count: Number(count) }
}
