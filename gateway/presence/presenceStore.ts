import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { callScript } from '../../chassis/redis.ts'
import type { RedisKeys } from '../../contract/redisKeys.ts'
import { LOOK, NEWS_PAGE, PRESENCE } from './presenceScript.ts'
import type { ChannelAnswer, PresenceNews, PresenceStep, StepAnswer } from './presenceStep.ts'

export interface PresenceStoreOptions {
  /** How long a lease holds without its gateway, in milliseconds. */
  leaseMs: number
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
    const { leaseMs, limit } = this.#options
    const { channels, since } = step
    const keys = channels.map(({ attended: { channel } }) => this.#keys.presence(channel))
    const items = channels.flatMap(({ attended, keep, shorten }) => [
      attended.isStale ? 1 : 0,
      shorten.length,
      keep.length,
      ...shorten.flatMap(([sealed, ms]) => [ms, sealed]),
      ...keep.map(({ sealed }) => sealed),
    ])
    const reply = await callScript(this.#redis, 'causewayPresence', [
      1 + keys.length,
      this.#keys.presenceNews,
      ...keys,
      randomUUID(),
      since,
      leaseMs,
      limit,
      this.#keys.presencePrefix.length,
      ...items,
    ])
    const [life, number, lost, news, ...states] = listOf(reply)
    const texts = listOf(news).map(String)
    return {
      life: String(life),
      number: Number(number),
      isLost: lost === 1,
      hasMore: texts.length === NEWS_PAGE,
      news: texts.map(newsOf),
      channels: channels.map((_, index) => answerOf(listOf(states[index]))),
    }
  }

  /** The number of people in each channel, and their sealed texts if they are not too many. */
  async look(channels: readonly string[]): Promise<{ count: number; people?: string[] }[]> {
    const found: { count: number; people?: string[] }[] = []
    for (let start = 0; start < channels.length; start += LOOKS_AT_ONCE) {
      const some = channels.slice(start, start + LOOKS_AT_ONCE)
      const keys = some.map((channel) => this.#keys.presence(channel))
      const args = [keys.length, ...keys, this.#options.limit]
      const reply = await callScript(this.#redis, 'causewayPresenceLook', args)
      const states = listOf(reply)
      found.push(...some.map((_, at) => peopleOf(listOf(states[at]))))
    }
    return found
  }
}

const listOf = (reply: unknown): unknown[] => (Array.isArray(reply) ? reply : [])

/** `<channel>`, or `<channel> <milliseconds> <sealed>`. */
function newsOf(text: string): PresenceNews {
  const [channel = '', ms, ...rest] = text.split(' ')
  return rest.length === 0
    ? { channel }
    : { channel, shortened: { ms: Number(ms), sealed: rest.join(' ') } }
}

function answerOf([nextEnd, ...state]: unknown[]): ChannelAnswer {
  const ms = Number(nextEnd)
  return {
    ...(ms >= 0 && { nextEnd: ms }),
    ...(state.length > 0 && { present: peopleOf(state) }),
  }
}

function peopleOf([count, people]: unknown[]): { count: number; people?: string[] } {
  return Array.isArray(people)
    ? { count: Number(count), people: people.map(String) }
    : { count: Number(count) }
}
