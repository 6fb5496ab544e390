import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { callScript } from '../../chassis/redis.ts'
import type { RedisKeys } from '../../contract/redisKeys.ts'
import { NEWS_PAGE, PRESENCE } from './presenceScript.ts'
import type { ChannelAnswer, PresenceNews, PresenceStep, StepAnswer } from './presenceStep.ts'

export interface PresenceStoreOptions {
  /** How long a lease holds without its gateway, in milliseconds. */
  leaseMs: number
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
